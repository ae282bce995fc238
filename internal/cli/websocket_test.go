package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/lab"
	"sensegate/internal/site"
)

func TestWebSocketSidesSideBySide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		code int
		say  []string
	}{
		{name: "healthy", args: []string{"--finished", "--hold", "500ms", "--every", "100ms"}, say: []string{
			"The engine answers on every side.", "CSRF token asked for and sent", "https://not-listed.invalid: refused with 403", "all 4 held",
		}},
		{name: "cut outside", args: []string{"--fault", "idle-cut", "--hold", "1s", "--every", "30ms"}, code: 3, say: []string{
			"silent sockets are cut after", "sensegate explain verify.idle-cut", "It works inside and fails outside while held",
		}},
		{name: "stripped outside", args: []string{"--fault", "upgrade-stripped"}, code: 3, say: []string{"fails outside at upgrade", "sensegate explain verify.upgrade-stripped"}},
		{name: "not listed", args: []string{"--fault", "allowlist-missing"}, code: 3, say: []string{
			"https://sense-contoso.msappproxy.test: refused with 403", "fails outside at upgrade", "sensegate explain verify.origin-refused",
		}},
		{name: "no engine", args: []string{"--fault", "engine-down"}, code: 3, say: []string{"It fails on every side", "unable to route", "sensegate explain verify.no-engine"}},
		{name: "no licence", args: []string{"--fault", "no-licence", "--side", "inside"}, code: 3, say: []string{
			"It fails inside at greeting and engine.", "Qlik has no licence for the user", "sensegate explain verify.no-licence",
		}},
		{name: "too many sessions", args: []string{"--fault", "session-limit", "--side", "inside"}, code: 3, say: []string{"sensegate explain verify.session-limit"}},
		{name: "no cookie", args: []string{"--fault", "socket-cookie-lost", "--side", "inside"}, code: 3, say: []string{"sensegate explain verify.must-authenticate"}},
		{name: "no nodes", args: []string{"--fault", "no-engine-nodes", "--side", "inside"}, code: 3, say: []string{"sensegate explain verify.no-engine"}},
		{name: "the token is lost", args: []string{"--fault", "socket-query-dropped"}, code: 3, say: []string{
			"sensegate explain verify.token-refused", "Pass the query of WebSocket requests on unchanged. (network administrator)",
		}},
		{name: "a certificate of the installer", args: []string{"--fault", "front-certificate", "--side", "inside"}, code: 3, say: []string{"sensegate explain site.front-name"}},
		{name: "an unknown host", args: []string{"--fault", "front-unknown-host", "--side", "inside"}, code: 3, say: []string{"sensegate explain site.front-unknown-host"}},
		{name: "not linked", args: []string{"--fault", "virtual-proxy-unlinked", "--side", "inside"}, code: 3, say: []string{"sensegate explain site.front-unknown-host"}},
		{name: "one side", args: []string{"--finished", "--side", "inside"}, say: []string{"The engine answers on every side."}},
		{name: "compared", args: []string{"--finished", "--side", "inside", "--against", "https://sense.contoso.test/"}, say: []string{
			"compared", "none: the engine will ask to sign in", "The engine answers on every side.",
		}},
		{name: "compared with nothing", args: []string{"--finished", "--side", "inside", "--against", "https://localhost:1/"}, code: 3, say: []string{
			"It works inside and fails compared at connection",
		}},
		{name: "behind a prefix", args: []string{"--finished", "--variant", "prefix"}, say: []string{"The engine answers on every side."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, said := run(t, append([]string{"websocket", "--demo"}, tt.args...)...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, want := range tt.say {
				if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

func TestWebSocketJSON(t *testing.T) {
	t.Parallel()
	code, said := run(t, "websocket", "--demo", "--finished", "--format", "json", "--calls", "3")
	var got struct {
		Schema string
		Sides  []struct {
			Name  string
			Chain struct {
				Stages     []struct{ OK bool }
				RoundTrips []int64
			}
		}
	}
	if err := json.Unmarshal([]byte(said), &got); err != nil || code != 0 {
		t.Fatalf("exit %d, %v in\n%s", code, err, said)
	}
	if got.Schema != "sensegate/websocket/v1" || len(got.Sides) != 2 || len(got.Sides[0].Chain.Stages) != 7 || len(got.Sides[1].Chain.RoundTrips) != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestWebSocketRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--sockets", "0"},
		{"--sockets", "100000"},
		{"--calls", "-1"},
		{"--hold", "-1s"},
		{"--every", "1ms"},
		{"--side", "above"},
		{"--against", "ftp://x"},
		{"--format", "xml"},
	} {
		if code, said := run(t, append([]string{"websocket", "--demo"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d: %s", args, code, said)
		}
	}
}

func TestTesterPageIsUploadedOnlyWhenConfirmed(t *testing.T) {
	t.Parallel()
	code, said := run(t, "websocket", "--demo", "--finished", "--upload-page")
	if code != 0 || !strings.Contains(said, "Nothing was changed") {
		t.Errorf("exit %d: %s", code, said)
	}
	code, said = run(t, "websocket", "--demo", "--finished", "--upload-page", "--yes")
	if code != 0 || !strings.Contains(said, "outside  https://sense-contoso.msappproxy.test/content/Default/websocket-test.html") {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestWebSocketReadsTheProxysLogs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "QLIK01_AuditSecurity_Proxy.txt")
	text := "Timestamp\tUserDirectory\tUserId\tMessage\r\n20250304T050607.089+0100\tCONTOSO\talice\tCSWSH check failed\r\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := run(t, "websocket", "--demo", "--finished", "--side", "inside", "--logs", file)
	if code != 0 || !strings.Contains(said, "its origin is not in the host allow list") || !strings.Contains(said, `CONTOSO\alice`) {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, _ := run(t, "websocket", "--demo", "--finished", "--side", "inside", "--logs", file+"x"); code != 2 {
		t.Errorf("exit %d for a log that is not there", code)
	}
}

// TestWebSocketWithoutACertificate tests inside where the repository is asked
// through the proxy: the session is that of a ticket.
func TestWebSocketWithoutACertificate(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	facts := l.Site()
	facts.Qlik.Via, facts.Qlik.Certificate, facts.Qlik.Key, facts.Qlik.Root = site.ViaProxy, "", "", ""
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := site.Save(file, facts); err != nil {
		t.Fatal(err)
	}
	code, said := run(t, "websocket", "--site", file, "--side", "inside")
	if code != 0 || !strings.Contains(said, `CONTOSO\alice`) || !strings.Contains(said, "The engine answers on every side.") {
		t.Errorf("exit %d: %s", code, said)
	}
}
