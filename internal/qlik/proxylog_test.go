package qlik_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/qlik"
)

const securityHead = "Sequence#\tProductVersion\tTimestamp\tHostName\tId\tDescription\tProxySessionId\tProxyPackageId\tRequestSequenceId\tUserDirectory\tUserId\tObjectId\tObjectName\tService\tOrigin\tContext\tCommand\tResult\tMessage\tChecksum\r\n"

func row(at, directory, user, message string) string {
	return "1\t14.254.6\t" + at + "\tQLIK01\tid\tCommand=x\t0\t0\t0\t" + directory + "\t" + user + "\t0\tx\tProxy\tx\t/\tx\t1\t" + message + "\t0\r\n"
}

func TestReadProxyLogs(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("Audit/QLIK01_AuditSecurity_Proxy.txt", "\ufeff"+securityHead+
		row("20250304T050607.089+0100", "CONTOSO", "ann", "Login failed, method: form")+
		row("20250304T060607.089+0100", "CONTOSO", "alice", "Cross-Site WebSocket Hijacking (CSWSH) prevention check failed: origin x\x1b[31m")+
		row("20250304T050607.089Z", "CONTOSO", "bob", "CSWSH"))
	put("Trace/QLIK01_System_Proxy.txt", "Sequence#\tTimestamp\tLevel\tMessage\n1\tnever\tERROR\tUnable to route the WebSockets request\n")
	put("Trace/empty.txt", "")
	put("Trace/picture.png", "CSWSH")
	got, err := qlik.ReadProxyLogs(dir)
	if err != nil || len(got) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	first := got[0]
	if !strings.Contains(first.Meaning, "allow list") || first.Count != 2 || first.User != `CONTOSO\bob` || first.Last.IsZero() {
		t.Errorf("got %+v", first)
	}
	for _, f := range got {
		if strings.ContainsRune(f.Text, '\x1b') {
			t.Errorf("an escape sequence came through: %q", f.Text)
		}
	}
	if last := got[2]; !strings.Contains(last.Meaning, "no engine") || !last.Last.IsZero() {
		t.Errorf("got %+v", last)
	}
	if _, err := qlik.ReadProxyLogs(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there was read")
	}
}

func FuzzProxyLog(f *testing.F) {
	f.Add(securityHead+row("20250304T050607.089+0100", "CONTOSO", "ann", "Login failed"), 0)
	f.Add("CSWSH", 3)
	f.Add("\ufeffMessage\tTimestamp\n\t\t\t\nunable to route\x00\xff", 9)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		head, rows := text, ""
		if cut > 0 && cut < len(text) {
			head, rows = text[:cut], text[cut:]
		}
		for _, found := range qlik.ScanLog([]byte(head), []byte(rows)) {
			if found.Count < 1 || found.Meaning == "" || strings.ContainsAny(found.Text, "\x1b\x00\n") {
				t.Errorf("got %+v", found)
			}
		}
	})
}
