package connector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
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
	s := site.Site{Directory: site.Directory{Domain: "contoso.test"}, Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}, {Name: "conn02.contoso.test"}}}}
	now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	for _, c := range connector.HostChecks(nothing{}) {
		if c.ID == id {
			return c.Proof, checks.NewEnv(s, func() time.Time { return now }, nil)
		}
	}
	t.Fatalf("there is no check %s", id)
	return nil, checks.Env{}
}

// printed is what our command showed on a host, an hour ago.
func printed(host, body string) string {
	return checkstest.Printed(host, time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC), body)
}

// english is what the window shows of the first host, with the command.
const english = `C:\Users\admin>powershell -NoProfile -Command "'SENSEGATE-RUN '+(Get-Date -Format o)+' '+(hostname)" & echo SENSEGATE-ASK sc.exe query WAPCSvc & sc.exe query WAPCSvc & echo SENSEGATE-END
SENSEGATE-RUN 2026-11-21T20:00:00.0000000+01:00 CONN01
SENSEGATE-ASK sc.exe query WAPCSvc

SERVICE_NAME: WAPCSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : 4  RUNNING
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
SENSEGATE-ASK sc.exe qc WAPCSvc
[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: WAPCSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 2   AUTO_START  (DELAYED)
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : "C:\Program Files\Microsoft Entra private network connector\MicrosoftEntraPrivateNetworkConnectorService.exe"
        LOAD_ORDER_GROUP   :
        TAG                : 0
        DISPLAY_NAME       : Microsoft Entra private network connector
        DEPENDENCIES       :
        SERVICE_START_NAME : NT AUTHORITY\NetworkService
SENSEGATE-ASK sc.exe query WAPCUpdaterSvc

SERVICE_NAME: WAPCUpdaterSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : 4  RUNNING
SENSEGATE-ASK sc.exe qc WAPCUpdaterSvc
[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: WAPCUpdaterSvc
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 2   AUTO_START
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : "C:\Program Files\Microsoft Entra private network connector Updater\MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe"
        LOAD_ORDER_GROUP   :
        TAG                : 0
        DISPLAY_NAME       : Microsoft Entra private network connector updater
        DEPENDENCIES       :
        SERVICE_START_NAME : LocalSystem
SENSEGATE-END
`

// german is what a German Windows prints, of the second host.
var german = strings.NewReplacer(
	"00 CONN01", "00 conn02", "SERVICE_NAME", "DIENSTNAME", "TYPE  ", "TYP   ", "STATE ", "STATUS", "START_TYPE", "STARTTYP  ",
	"SERVICE_START_NAME", "DIENSTKONTO       ", `NT AUTHORITY\NetworkService`, "NT-AUTORIT\xc4T\\Netzwerkdienst", "SUCCESS", "ERFOLG",
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
		{"an account of its own", "NT-AUTORIT\xc4T\\Netzwerkdienst", `CONTOSO\svc`, "connector.service-account"},
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
	var missing strings.Builder
	for _, q := range []string{"query WAPCSvc", "qc WAPCSvc", "query WAPCUpdaterSvc", "qc WAPCUpdaterSvc"} {
		missing.WriteString(checkstest.Answered("sc.exe "+q, "[SC] OpenService FEHLER 1060:\r\n\r\nDer angegebene Dienst ist kein installierter Dienst.\r\n"))
	}
	if r, err := p.Judge(t.Context(), env, []string{english, printed("conn02", missing.String())}); err != nil || r.Cause != "connector.service-missing" {
		t.Errorf("missing: %v %+v", err, r)
	}
}

// without is the English sample with what stands from one word to another taken
// out.
func without(from, to string) string {
	before, _, _ := strings.Cut(english, from)
	_, after, _ := strings.Cut(english, to)
	return before + to + after
}

func TestPastesRefused(t *testing.T) {
	p, env := proofOf(t, "connector.services")
	tests := []struct{ name, text, want string }{
		{"empty", " \r\n", "empty"},
		{"nonsense", "hello world", "does not hold the line"},
		{"nothing but its marks", printed("conn01", "hello world"), "does not answer sc query WAPCSvc"},
		{"no host", strings.Replace(english, "00 CONN01", "00", 1), "does not hold the line"},
		{"another host", strings.Replace(english, "00 CONN01", "00 WEB01", 1), "of the machine WEB01, and asked was conn01.contoso.test or conn02.contoso.test"},
		{"cut off", strings.Replace(english, "\nSENSEGATE-END", "", 1), "cut off"},
		{"two in one another", english[:700] + german, "cut off"},
		{"another service", strings.NewReplacer("WAPCSvc", "Spooler", "WAPCUpdaterSvc", "W32Time").Replace(english), "it answers sc query Spooler"},
		{"another service below the question", strings.Replace(english, "_NAME: WAPCSvc", "_NAME: Spooler", 1), "it is about Spooler, not about WAPCSvc"},
		{"the middle is gone", without("        START_TYPE", "SENSEGATE-ASK sc.exe query WAPCUpdaterSvc"), "part of what sc qc prints is missing"},
		{"a question is gone", without("SENSEGATE-ASK sc.exe qc WAPCSvc", "SENSEGATE-ASK sc.exe query WAPCUpdaterSvc"), "asked was sc qc WAPCSvc"},
		{"not allowed to ask", strings.Replace(english, "[SC] QueryServiceConfig SUCCESS", "[SC] OpenService FAILED 5:\n\nAccess is denied.", 1), "sc could not tell of WAPCSvc: [SC] OpenService FAILED 5:"},
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
	const (
		keyTLS     = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
		keyNet     = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
		keyWindows = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
		keyWinHTTP = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
		portuguese = "ERRO: o sistema n\xe3o p\xf4de localizar a chave ou o valor do Registro especificado.\r\n"
		korean     = "오류: 지정된 레지스트리 키 또는 값을 찾지 못했습니다.\r\n"
		japanese   = "\x83G\x83\x89\x81[: \x8ew\x92\xe8\x82\xb3\x82\xea\x82\xbd\r\n" // Shift-JIS
	)
	// Windows prints the key of what it shows, and below its values the keys in it.
	reg := func(key, values string) string {
		question, _, _ := strings.Cut(key, " /v ")
		text := values
		if strings.Contains(values, "REG_") {
			text = "\r\nHKEY_LOCAL_MACHINE\\" + question + "\r\n" + values + "\r\nHKEY_LOCAL_MACHINE\\" + question + "\\Below\r\n"
		}
		if value, found := strings.CutPrefix(key, question); found && value != "" {
			return checkstest.Answered(`reg query "HKLM\`+question+`"`+value, text)
		}
		return checkstest.Answered(`reg query "HKLM\`+key+`"`, text)
	}
	strong := reg(keyNet, "    SchUseStrongCrypto    REG_DWORD    0x1\r\n")
	windows := reg(keyWindows+" /v CurrentBuildNumber", "    CurrentBuildNumber    REG_SZ    20348\r\n")
	channel := func(text string) string { return checkstest.Answered("nltest.exe /sc_query:contoso.test", text) }
	clock := func(text string) string {
		return checkstest.Answered("w32tm.exe /stripchart /computer:contoso.test /samples:1 /dataonly", "Tracking contoso.test [10.0.0.1:123].\r\nCollecting 1 samples.\r\nThe current time is 21/11/2026 20:00:00.\r\n"+text)
	}
	agent := func(text string) string {
		return checkstest.Answered("sc.exe query AzureADPasswordProtectionProxy", text)
	}
	tests := []struct {
		name  string
		id    checks.ID
		body  string
		want  checks.Status
		cause checks.CauseID
	}{
		{"TLS 1.2 off", "connector.tls12", reg(keyTLS, "    Enabled    REG_DWORD    0x0\r\n") + strong, checks.Fail, "connector.tls12-off"},
		{"TLS 1.2 not set, in Portuguese", "connector.tls12", reg(keyTLS, portuguese) + strong, checks.Pass, ""},
		{"TLS 1.2 not set, in Japanese", "connector.tls12", reg(keyTLS, japanese) + strong, checks.Pass, ""},
		{".NET without TLS 1.2", "connector.tls12", reg(keyTLS, korean) + reg(keyNet, "    SchUseStrongCrypto    REG_DWORD    0x0\r\n"), checks.Warn, "connector.dotnet-tls12-off"},
		{"HTTP/2 off", "connector.http2", windows + reg(keyWinHTTP, "    EnableDefaultHTTP2    REG_DWORD    0x0\r\n"), checks.Pass, ""},
		{"HTTP/2 not set", "connector.http2", windows + reg(keyWinHTTP, "ERROR: The system was unable to find the specified registry key or value.\r\n"), checks.Fail, "connector.http2-on"},
		{"channel sound", "connector.domain", channel("Flags: 30 HAS_IP  HAS_TIMESERV \r\nTrusted DC Name \\\\DC1.contoso.test \r\nTrusted DC Connection Status Status = 0 0x0 NERR_Success\r\nThe command completed successfully\r\n"), checks.Pass, ""},
		{"channel broken, in German", "connector.domain", channel("Name des vertrauenswürdigen DC\r\nVerbindungsstatus Status = 5 0x5 ERROR_ACCESS_DENIED\r\nDer Befehl wurde ausgeführt.\r\n"), checks.Fail, "connector.channel-broken"},
		{"no such domain, in Spanish", "connector.domain", channel("Error en I_NetLogonControl: Estado = 1355 0x54b ERROR_NO_SUCH_DOMAIN\r\n"), checks.Fail, "connector.channel-broken"},
		{"clock right", "connector.clock", clock("12:00:00, +00.0123456s\r\n"), checks.Pass, ""},
		{"clock wrong, in German", "connector.clock", clock("12:00:00, -540,0123456s\r\n"), checks.Fail, "connector.clock-skew"},
		{"no agent", "connector.agents", agent("[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n\r\nThe specified service does not exist as an installed service.\r\n"), checks.Pass, ""},
		{"no agent, in Russian", "connector.agents", agent("[SC] EnumQueryServicesStatus:OpenService: ошибка: 1060:\r\n\r\nУказанная служба не установлена.\r\n"), checks.Pass, ""},
		{"an agent, in Spanish", "connector.agents", agent("\r\nNOMBRE_SERVICIO: AzureADPasswordProtectionProxy\r\n        TIPO               : 10  WIN32_OWN_PROCESS\r\n        ESTADO             : 1  STOPPED\r\n"), checks.Fail, "connector.agent-clash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, env := proofOf(t, tt.id)
			env.Site.Connector.Hosts = env.Site.Connector.Hosts[:1]
			r, err := p.Judge(t.Context(), env, []string{printed("conn01", tt.body)})
			if err != nil || r.Status != tt.want || r.Cause != tt.cause {
				t.Errorf("%v: %s %s %s", err, r.Status, r.Cause, r.Seen)
			}
			for _, other := range tests {
				if other.id == tt.id {
					continue
				}
				if r, err := p.Judge(t.Context(), env, []string{printed("conn01", other.body)}); err == nil {
					t.Errorf("what %s asks for is taken: %s", other.id, r.Status)
				}
			}
			if _, err := p.Judge(t.Context(), env, []string{printed("conn01", "nothing of the kind")}); err == nil {
				t.Error("nonsense is taken")
			}
		})
	}
}

// large is ten megabytes of a paste that proves something in between.
func large() string {
	noise := strings.Repeat("2026-11-21 20:00:00 some line of a log that does not belong here, 0x80090322 CONTOSO\\alice\r\n", 10<<20/90)
	return strings.Replace(english, "\nSENSEGATE-END", "\n"+noise+"SENSEGATE-END", 1)
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
