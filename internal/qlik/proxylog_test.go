package qlik_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
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
		row("20250304T060607.090+0100", "CONTOSO", "alice", "CSWSH check failed: origin https://not-listed.invalid")+
		row("20250304T050607.089Z", "CONTOSO", "bob", "CSWSH"))
	put("Trace/QLIK01_System_Proxy.txt", "Sequence#\tTimestamp\tLevel\tMessage\n1\tnever\tERROR\tUnable to route the WebSockets request\n")
	put("Trace/empty.txt", "")
	put("Trace/picture.png", "CSWSH")
	all, err := qlik.ReadProxyLogs(dir, time.Time{})
	got := all.Findings
	if err != nil || len(got) != 3 || len(all.Sources) != 3 {
		t.Fatalf("got %+v, %v", all, err)
	}
	first := got[0]
	if !strings.Contains(first.Meaning, "allow list") || first.Count != 2 || !first.Trouble || first.User != `CONTOSO\bob` || first.Last.IsZero() {
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
	late, err := qlik.ReadProxyLogs(dir, time.Date(2025, 3, 4, 5, 6, 0, 0, time.UTC))
	if err != nil || len(late.Findings) != 2 || late.Findings[0].Count != 2 || late.Findings[0].User != `CONTOSO\bob` {
		t.Errorf("since five past five: %+v, %v", late, err)
	}
	if _, err := qlik.ReadProxyLogs(filepath.Join(dir, "nowhere"), time.Time{}); err == nil {
		t.Error("a folder that is not there was read")
	}
}

// TestScanCollected reads lines as evidence holds them: without columns, and
// with their blanks folded.
func TestScanCollected(t *testing.T) {
	at := time.Date(2025, 3, 4, 5, 6, 7, 89_000_000, time.UTC)
	lines := []fact.Trace{{File: `C:\ProgramData\Qlik\Sense\Log\Proxy\Audit\QLIK02_AuditSecurity_Proxy.txt`, Lines: []string{
		"1 14.254.6 20250303T050607.089Z QLIK02 id Command=Open connection;Result=1;ResultText=CSWSH check failed",
		"2 14.254.6 20250304T050607.089Z QLIK02 id Command=Open connection;Result=1;ResultText=CSWSH check failed",
		"3 14.254.6 20250304T050608.089Z QLIK02 id Command=Login;Result=0;ResultText=User authenticated, method: Negotiate (Kerberos)",
	}}}
	got := qlik.ScanCollected("qlik02", lines, at.Add(-time.Hour))
	if len(got.Sources) != 1 || len(got.Findings) != 2 {
		t.Fatalf("got %+v", got)
	}
	if f := got.Findings[0]; f.Trouble || f.Count != 1 || !strings.Contains(f.Meaning, "Kerberos") {
		t.Errorf("got %+v", f)
	}
	if f := got.Findings[1]; !f.Trouble || f.Count != 1 || !f.Last.Equal(at) || f.File != "QLIK02_AuditSecurity_Proxy.txt of qlik02" {
		t.Errorf("got %+v", f)
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
		for _, found := range qlik.ScanLog([]byte(head), []byte(rows), time.Time{}) {
			if found.Count < 1 || found.Meaning == "" || strings.ContainsAny(found.Text, "\x1b\x00\n") {
				t.Errorf("got %+v", found)
			}
		}
	})
}
