package collect_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/winhost"
)

func options(m *machine) collect.Options {
	return collect.Options{
		Machine: m, Clock: func() time.Time { return written.Add(time.Hour) }, Tool: "1.0.0",
		Probes: []collect.Endpoint{}, Without: []string{fact.SectionClock},
		Net: collect.Net{Lookup: func(context.Context, string) (chain, addresses []string, err error) {
			return nil, nil, errors.New("no such host")
		}},
	}
}

func run(t *testing.T, o collect.Options) fact.HostEvidence {
	t.Helper()
	e, err := collect.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// syncProgram is the synchronisation service of Entra Connect.
const syncProgram = `C:\Program Files\Microsoft Azure AD Sync\Bin\miiserver.exe`

// TestEvidenceTravels shows that what is collected comes out of the file as it
// was.
func TestEvidenceTravels(t *testing.T) {
	m := healthy()
	m.services["ADSync"] = collect.Service{Service: fact.Service{Name: "ADSync", State: "running", Start: "automatic"}, Program: syncProgram}
	m.versions[syncProgram] = "2.5.79.0"
	m.sync = `{"SyncCycleEnabled":true,"StagingModeEnabled":false,"SchedulerSuspended":true,"CurrentlyEffectiveSyncCycleInterval":{"Ticks":18000000000,"TotalSeconds":1800},"NextSyncCyclePolicyType":1,"NextSyncCycleStartTimeInUTC":"\/Date(1795262400000)\/"}`
	e := run(t, options(m))
	if e.Version != "1.5.4892.0" || e.OSBuild != 20348 || e.HTTP2 != 0 || e.TLS12Client != -1 || e.SPNEGO != -1 || !e.SecureOK ||
		e.Diagnostics == "" || e.Sync == nil || e.Sync.Interval != 30*time.Minute || e.Sync.Policy != "Delta" || !e.Sync.Suspended || e.Sync.Version != "2.5.79.0" {
		t.Errorf("got %+v", e)
	}
	path := filepath.Join(t.TempDir(), "e.json")
	if err := winhost.Write(path, e, winhost.Origin{Site: "contoso"}); err != nil {
		t.Fatal(err)
	}
	back, _, err := winhost.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	ignore := []cmp.Option{cmpopts.IgnoreFields(fact.HostEvidence{}, "File"), cmpopts.IgnoreFields(fact.Provenance{}, "File"), cmpopts.EquateEmpty()}
	if d := cmp.Diff(e, back, ignore...); d != "" {
		t.Error(d)
	}
}

func TestWhatCannotBeReadIsNoted(t *testing.T) {
	m := healthy()
	m.denied = map[string]error{"domain": errors.New("access is denied\x1b[2J"), `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`: errors.New("access is denied")}
	var told []string
	o := options(m)
	o.Progress = func(p collect.Taken) {
		if p.Problem != "" {
			told = append(told, p.Section)
		}
	}
	e := run(t, o)
	for _, s := range []string{fact.SectionDomain, fact.SectionTLS12} {
		if why := e.Missing(s); !strings.Contains(why, "access is denied") || strings.Contains(why, "\x1b") {
			t.Errorf("%s: %q", s, why)
		}
	}
	if e.Missing(fact.SectionServices) != "" || len(told) != 2 {
		t.Errorf("told %v", told)
	}
}

func TestProxySettings(t *testing.T) {
	service := installed + `\MicrosoftEntraPrivateNetworkConnectorService.exe.config`
	machineConfig := `C:\Windows\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config`
	named := `<configuration><system.net><defaultProxy><proxy proxyaddress="http://user:hidden@proxy:8080" bypassonlocal="True" usesystemdefault="True"/></defaultProxy></system.net></configuration>`
	tests := []struct {
		name, file, content string
		want                func(fact.HostProxy) fact.ConfigProxy
		mode, address       string
	}{
		{"named, without its password", service, named, func(p fact.HostProxy) fact.ConfigProxy { return p.Connector }, fact.ProxyNamed, "http://proxy:8080"},
		{"switched off", service, `<configuration><system.net><defaultProxy enabled="false"></defaultProxy></system.net></configuration>`, func(p fact.HostProxy) fact.ConfigProxy { return p.Connector }, fact.ProxyOff, ""},
		{"nothing said", service, `<configuration/>`, func(p fact.HostProxy) fact.ConfigProxy { return p.Connector }, fact.ProxyUnsaid, ""},
		{"for the machine", machineConfig, named, func(p fact.HostProxy) fact.ConfigProxy { return p.Machine }, fact.ProxyNamed, "http://proxy:8080"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := healthy()
			m.files[tt.file] = tt.content
			got := tt.want(run(t, options(m)).Proxy)
			if got.Mode != tt.mode || got.Address != tt.address {
				t.Errorf("got %+v", got)
			}
		})
	}
	m := healthy()
	m.files[service] = "<configuration><sys"
	if why := run(t, options(m)).Missing(fact.SectionProxy); !strings.Contains(why, "no XML") {
		t.Errorf("a broken file: %q", why)
	}
	m = healthy()
	m.texts[`SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections\WinHttpSettings`] = "\x28\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x0a\x00\x00\x00proxy:8080\x00\x00\x00\x00"
	if got := run(t, options(m)).Proxy.WinHTTP; got != "proxy:8080" {
		t.Errorf("WinHTTP %q", got)
	}
}

func TestEvents(t *testing.T) {
	m := healthy()
	m.events = map[string][]string{"Microsoft-Microsoft Entra private network-Connector/Admin": {
		`<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>13019</EventID><TimeCreated SystemTime="2026-11-21T10:00:00.1234567Z"/></System><EventData><Data>Kein Ticket: 0x8009030e
Transaction ID: {1-2}
User: alice@contoso.test
Published Backend URL: https://sense.contoso.test/</Data></EventData></Event>`,
		`not xml`,
	}}
	got := run(t, options(m)).Events
	if len(got) != 1 || got[0].ID != 13019 || got[0].User != "alice@contoso.test" || got[0].Transaction != "{1-2}" || got[0].Backend != "https://sense.contoso.test/" {
		t.Errorf("got %+v", got)
	}
}

func TestTraces(t *testing.T) {
	m := healthy()
	folder := `C:\ProgramData\Microsoft\Microsoft Entra private network connector\Trace\`
	m.files[folder+"MicrosoftEntraPrivateNetworkConnector_{1}.log"] = "quiet\r\nERROR: failed to validate chain of certificate\r\nfailed to send Authorization: Negotiate YIIabcdefghijklmnopqrstuvwxyz\r\n"
	m.files[folder+"notes.bin"] = "error"
	got := run(t, options(m)).Traces
	if len(got) != 1 || len(got[0].Lines) != 2 || strings.Contains(got[0].Lines[1], "YIIabc") {
		t.Errorf("got %+v", got)
	}
}

// TestEgress tries real connections: an inspecting box, a host that is not
// there, a proxy that lets through and one that asks for a sign-in.
func TestEgress(t *testing.T) {
	box := httptest.NewTLSServer(http.NotFoundHandler())
	defer box.Close()
	roots := x509.NewCertPool()
	roots.AddCert(box.Certificate())
	proxied := listen(t, func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil || req.Method != http.MethodConnect {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
	})
	o := options(healthy())
	o.Net = collect.Net{
		Timeout: 5 * time.Second, Roots: roots,
		Lookup: func(_ context.Context, host string) (chain, addresses []string, err error) {
			if strings.HasPrefix(host, "nowhere") || host == "wpad" {
				return []string{"gone.example.net"}, nil, errors.New("no such host")
			}
			return []string{"traffic.example.net", "front.example.net"}, []string{"127.0.0.1"}, nil
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			switch {
			case strings.HasPrefix(address, "closed."):
				return nil, errors.New("connection refused")
			case strings.HasPrefix(address, "proxy:"):
				address = proxied
			default:
				address = box.Listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	o.Probes = []collect.Endpoint{{Host: "login.example.com", Port: 443}, {Host: "nowhere.example.com", Port: 443}, {Host: "closed.example.com", Port: 80}, {Host: "crl.example.com", Port: 80}}
	o.Backends = []string{"example.com:8443"}
	e := run(t, o)
	if g := e.Egress[0]; !g.Reached || !g.Inspected || g.Issuer == "" || len(g.Chain) != 2 {
		t.Errorf("the box that opens TLS: %+v", g)
	}
	if g := e.Egress[1]; g.Reached || !strings.Contains(g.Problem, "gone.example.net, which is not resolved") {
		t.Errorf("the name that does not resolve: %+v", g)
	}
	if g := e.Egress[2]; g.Reached || !strings.Contains(g.Problem, "refused") {
		t.Errorf("the closed port: %+v", g)
	}
	if g := e.Egress[3]; !g.Reached || g.Inspected {
		t.Errorf("port 80: %+v", g)
	}
	if b := e.Backends[0]; !b.Trusted || b.Port != 8443 {
		t.Errorf("the trusted back end: %+v", b)
	}
	o.Net.Roots = x509.NewCertPool()
	m := healthy()
	m.files[installed+`\MicrosoftEntraPrivateNetworkConnectorService.exe.config`] = `<configuration><system.net><defaultProxy><proxy proxyaddress="http://proxy:8080"/></defaultProxy></system.net></configuration>`
	o.Machine = m
	e = run(t, o)
	if g := e.Egress[0]; g.Status != 407 || g.Reached || g.Proxy != "http://proxy:8080" {
		t.Errorf("the proxy that asks for a sign-in: %+v", g)
	}
	if b := e.Backends[0]; b.Trusted || b.Problem == "" {
		t.Errorf("the back end that nobody trusts: %+v", b)
	}
}

func listen(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			answer(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// TestClock asks a real SNTP server on loopback.
func TestClock(t *testing.T) {
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 64)
		for {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			a := make([]byte, 48)
			a[0], a[1] = 0x24, 2
			copy(a[24:32], b[40:48])
			// Ten minutes ahead of whoever asks.
			seconds := uint32(b[40])<<24 | uint32(b[41])<<16 | uint32(b[42])<<8 | uint32(b[43])
			seconds += 600
			for _, at := range []int{32, 40} {
				a[at], a[at+1], a[at+2], a[at+3] = byte(seconds>>24), byte(seconds>>16), byte(seconds>>8), byte(seconds)
				copy(a[at+4:at+8], b[44:48])
			}
			if n == 48 {
				_, _ = server.WriteTo(a, from)
			}
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	o := options(healthy())
	o.Without, o.Controller = nil, server.LocalAddr().String()
	o.Clock, o.Net = time.Now, collect.Net{}
	if skew := run(t, o).ClockSkew; (skew + 10*time.Minute).Abs() > time.Second {
		t.Errorf("the clock is %s behind, want 10 minutes", skew)
	}
}

func TestReadings(t *testing.T) {
	o := options(healthy())
	o.Without = []string{fact.SectionEvents}
	var sections []string
	for _, r := range collect.Readings(o) {
		sections = append(sections, r.Section)
		if r.Reads == "" {
			t.Errorf("%s does not say what it reads", r.Section)
		}
	}
	if all := strings.Join(sections, " "); strings.Contains(all, "events") || !strings.Contains(all, "services") {
		t.Errorf("sections %s", all)
	}
}
