package integration_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
)

const (
	browser = "Mozilla/5.0 (Windows NT 10.0)"
	front   = "https://" + contoso.QlikHost
)

// TestNegotiate signs in to Qlik with curl and a ticket, and opens the engine
// on that session with Qlik's own library.
func TestNegotiate(t *testing.T) {
	foreign.Need(t, "the package krb5-user", "kinit")
	foreign.Need(t, "the package curl", "curl")
	l := startLab(t, "--finished")
	env := l.ticketEnv(t)
	jar := filepath.Join(t.TempDir(), "cookies")
	session := func(path string) []string {
		return l.curl(t, "-A", browser, "-b", jar, "-c", jar, "-L", "-w", "\n%{http_code}", "--negotiate", "-u", ":", front+path)
	}

	t.Run("without a ticket", func(t *testing.T) {
		exchange{command: append([]string{"curl"}, session("/hub/")...), want: []string{"\n401"}}.try(t, env)
	})
	must(t, env, "", "kinit", "-k", "-t", l.path("alice.keytab"), contoso.TestUser().SAM)
	t.Run("with a ticket", func(t *testing.T) {
		exchange{command: append([]string{"curl"}, session("/hub/")...), want: []string{"\n200"}}.try(t, env)
	})
	// No ticket is offered here: the session has to be enough.
	t.Run("the session's user", func(t *testing.T) {
		args := l.curl(t, "-A", browser, "-b", jar, front+"/qps/user")
		exchange{command: append([]string{"curl"}, args...), want: []string{`"userDirectory":"CONTOSO"`, `"userId":"alice"`}}.try(t, env)
	})

	engine := filepath.Join("testdata", "engine.js")
	t.Run("the engine on the session", func(t *testing.T) {
		node := nodeEnv(t)
		out := must(t, node, "", "node", engine, contoso.QlikHost, l.at(t, "qlik"), l.path("ca.pem"), cookies(t, jar))
		var got struct{ Version, User string }
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if !strings.HasPrefix(got.Version, "12.") || !strings.Contains(strings.ToLower(got.User), "userid=alice") {
			t.Errorf("the engine said %s", out)
		}
	})
	t.Run("the engine without a session", func(t *testing.T) {
		out, code := run(t, nodeEnv(t), "", "node", engine, contoso.QlikHost, l.at(t, "qlik"), l.path("ca.pem"))
		if code != 1 {
			t.Errorf("exit %d\n%s", code, out)
		}
	})
}

// TestNegotiateOff meets the front as it is before Kerberos is switched on.
func TestNegotiateOff(t *testing.T) {
	foreign.Need(t, "the package curl", "curl")
	l := startLab(t, "--fault", "kerberos-off")
	out := must(t, environment(t), "", "curl", l.curl(t, "-A", browser, "-L", "-o", os.DevNull, "-D", "-", front+"/hub/")...)
	if strings.Contains(strings.ToLower(out), "www-authenticate: negotiate") || !strings.Contains(out, " 401") {
		t.Errorf("the front offers\n%s", out)
	}
}

// cookies reads what curl keeps, as the value of a Cookie header.
func cookies(t *testing.T, jar string) string {
	t.Helper()
	f, err := os.Open(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Split(strings.TrimPrefix(lines.Text(), "#HttpOnly_"), "\t")
		if len(fields) == 7 && !strings.HasPrefix(fields[0], "#") {
			out = append(out, fields[5]+"="+fields[6])
		}
	}
	if len(out) == 0 {
		t.Fatal("curl kept no cookie")
	}
	return strings.Join(out, "; ")
}
