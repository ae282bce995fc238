package connector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// nothing is a port where nothing was collected.
type nothing struct{}

func (nothing) Host(context.Context, string) (fact.HostEvidence, error) {
	return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound}
}

func proofOf(t testing.TB, id checks.ID) (*checks.Proof, checks.Env) {
	t.Helper()
	s := site.Site{Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}, {Name: "conn02.contoso.test"}}}}
	now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	for _, c := range connector.HostChecks(nothing{}) {
		if c.ID == id {
			return c.Proof, checks.NewEnv(s, func() time.Time { return now }, nil)
		}
	}
	t.Fatalf("there is no check %s", id)
	return nil, checks.Env{}
}

const english = `C:\Users\admin>hostname & sc query WAPCSvc & sc qc WAPCSvc
CONN01

SERVICE_NAME: WAPCSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : 4  RUNNING
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: WAPCSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 2   AUTO_START  (DELAYED)
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : "C:\Program Files\Microsoft Entra private network connector\MicrosoftEntraPrivateNetworkConnectorService.exe"
        DISPLAY_NAME       : Microsoft Entra private network connector
        DEPENDENCIES       :
        SERVICE_START_NAME : NT AUTHORITY\NetworkService

SERVICE_NAME: WAPCUpdaterSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : 4  RUNNING
SERVICE_NAME: WAPCUpdaterSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 2   AUTO_START
        SERVICE_START_NAME : LocalSystem
SENSEGATE-END
`

// german is what a German Windows prints, of the second host.
var german = strings.NewReplacer(
	"CONN01", "conn02", "SERVICE_NAME", "DIENSTNAME", "TYPE  ", "TYP   ", "STATE ", "STATUS", "START_TYPE", "STARTTYP  ",
	"SERVICE_START_NAME", "DIENSTKONTO       ", `NT AUTHORITY\NetworkService`, `NT-AUTORIT�T\Netzwerkdienst`, "SUCCESS", "ERFOLG",
).Replace(english)

func TestPastedServices(t *testing.T) {
	p, env := proofOf(t, "connector.services")
	r, err := p.Judge(t.Context(), env, []string{english})
	if err != nil || r.Status != checks.Unknown || !strings.Contains(r.Seen, "conn02") {
		t.Errorf("one of two hosts: %v %+v", err, r)
	}
	r, err = p.Judge(t.Context(), env, []string{english, german})
	if err != nil || r.Status != checks.Pass || r.Source != checks.Pasted {
		t.Errorf("both hosts: %v %+v", err, r)
	}
	shown := false
	for _, e := range r.Evidence {
		shown = shown || e.Name == checks.LineEvidence && strings.Contains(e.Value, "RUNNING")
	}
	if !shown {
		t.Errorf("it does not say which line convinced it: %+v", r.Evidence)
	}
	tests := []struct {
		name, from, to string
		cause          checks.CauseID
	}{
		{"stopped", "STATUS             : 4  RUNNING", "STATUS             : 1  STOPPED", "connector.service-stopped"},
		{"disabled", ": 2   AUTO_START\n", ": 4   DISABLED\n", "connector.service-disabled"},
		{"an account of its own", `NT-AUTORIT�T\Netzwerkdienst`, `CONTOSO\svc`, "connector.service-account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(german, tt.from) {
				t.Fatalf("%q is not in the fixture", tt.from)
			}
			r, err := p.Judge(t.Context(), env, []string{english, strings.Replace(german, tt.from, tt.to, 1)})
			if err != nil || r.Cause != tt.cause {
				t.Errorf("%v %s %s %s", err, r.Status, r.Cause, r.Seen)
			}
		})
	}
	missing := "conn02\r\n[SC] EnumQueryServicesStatus:OpenService FEHLER 1060:\r\n\r\nDer angegebene Dienst ist kein installierter Dienst.\r\n" +
		"[SC] OpenService FEHLER 1060:\r\nSENSEGATE-END"
	if r, err := p.Judge(t.Context(), env, []string{english, missing}); err != nil || r.Cause != "connector.service-missing" {
		t.Errorf("missing: %v %+v", err, r)
	}
}

func TestPastesRefused(t *testing.T) {
	p, env := proofOf(t, "connector.services")
	tests := []struct{ name, text, want string }{
		{"empty", " \r\n", "empty"},
		{"nonsense", "conn01\nhello world\nSENSEGATE-END", "says nothing of the service"},
		{"no host", strings.Replace(english, "CONN01", "", 1), "which machine"},
		{"another host", strings.Replace(english, "CONN01", "WEB01", 1), "of the machine WEB01"},
		{"cut off", strings.Replace(english, "SENSEGATE-END", "", 1), "cut off"},
		{"cut off in the middle", english[:300], "cut off"},
		{"another service", strings.NewReplacer("WAPCSvc", "Spooler", "WAPCUpdaterSvc", "W32Time").Replace(english), "not about WAPCSvc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Judge(t.Context(), env, []string{tt.text})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPastedRegistryAndTools(t *testing.T) {
	tls := "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client\r\n"
	build := "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n    CurrentBuildNumber    REG_SZ    20348\r\n"
	winhttp := "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp\r\n"
	tests := []struct {
		name  string
		id    checks.ID
		body  string
		want  checks.Status
		cause checks.CauseID
	}{
		{"TLS 1.2 off", "connector.tls12", tls + "    Enabled    REG_DWORD    0x0\r\n", checks.Fail, "connector.tls12-off"},
		{"TLS 1.2 not set, in French", "connector.tls12", "ERREUR : le système n'a pas trouvé la clé.\r\n", checks.Pass, ""},
		{"TLS 1.2 not set, in Japanese", "connector.tls12", "エラー: 指定されたレジストリ キーが見つかりませんでした。\r\n", checks.Pass, ""},
		{"HTTP/2 off", "connector.http2", build + winhttp + "    EnableDefaultHTTP2    REG_DWORD    0x0\r\n", checks.Pass, ""},
		{"HTTP/2 not set", "connector.http2", build + "ERROR: The system was unable to find the specified registry key or value.\r\n", checks.Fail, "connector.http2-on"},
		{"channel sound", "connector.domain", "Flags: 30 HAS_IP HAS_TIMESERV\r\nTrusted DC Name \\\\DC1.contoso.test\r\nTrusted DC Connection Status Status = 0 0x0 NERR_Success\r\nThe command completed successfully\r\n", checks.Pass, ""},
		{"channel broken, in German", "connector.domain", "Name des vertrauenswürdigen DC\r\nVerbindungsstatus Status = 5 0x5 ERROR_ACCESS_DENIED\r\nDer Befehl wurde ausgeführt.\r\n", checks.Fail, "connector.channel-broken"},
		{"clock right", "connector.clock", "12:00:00, +00.0123456s\r\n", checks.Pass, ""},
		{"clock wrong, in German", "connector.clock", "12:00:00, -540,0123456s\r\n", checks.Fail, "connector.clock-skew"},
		{"no agent", "connector.agents", "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n", checks.Pass, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, env := proofOf(t, tt.id)
			env.Site.Connector.Hosts = env.Site.Connector.Hosts[:1]
			r, err := p.Judge(t.Context(), env, []string{"conn01\r\n" + tt.body + "SENSEGATE-END\r\n"})
			if err != nil || r.Status != tt.want || r.Cause != tt.cause {
				t.Errorf("%v: %s %s %s", err, r.Status, r.Cause, r.Seen)
			}
			if _, err := p.Judge(t.Context(), env, []string{"conn01\r\nnothing of the kind\r\nSENSEGATE-END\r\n"}); err == nil {
				t.Error("nonsense is taken")
			}
		})
	}
}

// large is ten megabytes of a paste that proves something in between.
func large() string {
	noise := strings.Repeat("2026-11-21 20:00:00 some line of a log that does not belong here, 0x80090322 CONTOSO\\alice\r\n", 10<<20/90)
	return strings.Replace(english, "SENSEGATE-END", noise+"SENSEGATE-END", 1)
}

// TestLargePastes shows that what proves something is found in ten megabytes.
func TestLargePastes(t *testing.T) {
	p, env := proofOf(t, "connector.services")
	env.Site.Connector.Hosts = env.Site.Connector.Hosts[:1]
	r, err := p.Judge(t.Context(), env, []string{large()})
	if err != nil || r.Status != checks.Pass {
		t.Errorf("%v %s", err, r.Status)
	}
}

// BenchmarkLargePaste tells how long ten megabytes take.
func BenchmarkLargePaste(b *testing.B) {
	p, env := proofOf(b, "connector.services")
	env.Site.Connector.Hosts = env.Site.Connector.Hosts[:1]
	text := large()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r, err := p.Judge(b.Context(), env, []string{text}); err != nil || r.Status != checks.Pass {
			b.Fatalf("%v %s", err, r.Status)
		}
	}
}
