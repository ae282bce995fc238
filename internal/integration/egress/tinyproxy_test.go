package egress_test

import (
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/foreign"
)

// behind is a connector host whose configuration files name a proxy; it has
// nothing else to tell.
type behind struct {
	collect.Machine
	proxy string
}

const program = `C:\Program Files\Microsoft Entra private network connector\MicrosoftEntraPrivateNetworkConnectorService.exe`

func (behind) Name() (string, error) { return "conn01.contoso.test", nil }

func (behind) Service(name string) (collect.Service, bool, error) {
	if name != "WAPCSvc" && name != "WAPCUpdaterSvc" {
		return collect.Service{}, false, nil
	}
	return collect.Service{Service: fact.Service{Name: name, State: "running"}, Program: program}, true, nil
}

func (behind) Text(string, string) (string, error) { return "", nil }

func (behind) Number(string, string) (*int, error) { return nil, nil } //nolint:nilnil // nothing is set

func (b behind) Read(path string, _ int64) ([]byte, time.Time, error) {
	if path != program+".config" {
		return nil, time.Time{}, fs.ErrNotExist
	}
	return []byte(`<configuration><system.net><defaultProxy><proxy proxyaddress="` + b.proxy + `"/></defaultProxy></system.net></configuration>`), time.Now(), nil
}

// tinyproxy starts the proxy on loopback and gives its address.
func tinyproxy(t *testing.T, more string) string {
	t.Helper()
	foreign.Need(t, "the package tinyproxy-bin", "tinyproxy")
	port := free(t)
	file := filepath.Join(t.TempDir(), "tinyproxy.conf")
	text := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nLogFile %q\nLogLevel Info\n%s\n", port, file+".log", more)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "tinyproxy", "-d", "-c", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) // it ends with the test
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close() // only to see that it listens
			return "http://" + address
		}
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatalf("it does not listen: %v", err)
		}
	}
}

func free(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // the port is wanted, not the listener
	return l.Addr().(*net.TCPAddr).Port
}

// TestThroughAProxy goes out by CONNECT through a real proxy: let through, held
// back by its rules, and asked for a sign-in.
func TestThroughAProxy(t *testing.T) {
	front := httptest.NewTLSServer(http.NotFoundHandler())
	defer front.Close()
	u, err := url.Parse(front.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, rules string
		reached     bool
		status      int
		problem     string
	}{
		{"let through", "", true, 0, ""},
		{"only to other ports", "ConnectPort 8443", false, 403, "403"},
		{"asked for a sign-in", "BasicAuth user hidden", false, 407, "407"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := tinyproxy(t, tt.rules)
			e, err := collect.Run(t.Context(), collect.Options{
				Machine: behind{collect.Local(), proxy}, Clock: time.Now, Tool: "test", Probes: []collect.Endpoint{{Host: "127.0.0.1", Port: port}},
				Net: collect.Net{Timeout: 20 * time.Second, Roots: x509.NewCertPool()},
			})
			if err != nil {
				t.Fatal(err)
			}
			if why := e.Missing(fact.SectionProxy) + e.Missing(fact.SectionEgress); why != "" {
				t.Fatal(why)
			}
			got := e.Egress[0]
			if got.Reached != tt.reached || got.Status != tt.status || got.Proxy != proxy || !strings.Contains(got.Problem, tt.problem) {
				t.Errorf("got %+v", got)
			}
			// The certificate is the one at the end of the tunnel, not the proxy's.
			if tt.reached && (!got.Inspected || !strings.Contains(got.Issuer, "Acme Co")) {
				t.Errorf("the certificate: %+v", got)
			}
		})
	}
}
