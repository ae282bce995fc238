package qlik_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
)

// verdict is what the tester page found out.
type verdict struct {
	User    string
	Token   bool
	Sockets []struct {
		Verdict, Topic, Version string
	}
}

// TestBrowser opens the tester page in Chromium, inside and by the external
// name: it has to see what the program sees.
func TestBrowser(t *testing.T) {
	foreign.Need(t, "the package chromium", "chromium")
	foreign.Need(t, "the package nginx", "nginx")
	tests := []struct {
		name    string
		fault   string
		release string // a variant
		outside bool
		want    string // of each socket
		topic   string
		named   string // by the program
	}{
		{name: "healthy", want: "engine"},
		{name: "healthy, by the external name", outside: true, want: "engine"},
		{name: "before the token", release: "before-csrf", want: "engine"},
		{name: "not listed", fault: "allowlist-missing", outside: true, want: "refused", named: "allowlist.entry allowlist.missing"},
		{name: "no engine", fault: "engine-down", want: "refused", named: "verify.websocket-inside verify.no-engine"},
		{name: "token lost", fault: "socket-query-dropped", want: "refused", named: "allowlist.websocket allowlist.token-refused"},
		{name: "no licence", fault: "no-licence", want: "turned away", topic: "OnLicenseAccessDenied", named: "verify.licence verify.no-licence"},
		{name: "too many sessions", fault: "session-limit", want: "turned away", topic: "OnMaxParallelSessionsExceeded", named: "verify.websocket-inside verify.session-limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := lab.Options{}
			if tt.fault != "" {
				o.Faults = []string{tt.fault}
			}
			if tt.release != "" {
				o.Variants = []string{tt.release}
			}
			w := start(t, o)
			if tt.named != "" {
				if got := w.check(t); len(got) != 1 || got[0] != tt.named {
					t.Errorf("the program names %v, want %s", got, tt.named)
				}
			}
			got := w.browse(t, tt.outside)
			if got.User != `CONTOSO\alice` || got.Token != (tt.release == "") || len(got.Sockets) != 3 {
				t.Fatalf("the page says %+v", got)
			}
			for _, s := range got.Sockets {
				if s.Verdict != tt.want || s.Topic != tt.topic || (s.Version != "") != (tt.want == "engine") {
					t.Errorf("the page says %+v, want %s %s", s, tt.want, tt.topic)
				}
			}
		})
	}
}

// browse uploads the tester page, opens it on a session of the test user and
// waits for its verdict. From outside an nginx stands for the connector: it
// sends the internal name in Host and leaves the page's origin alone.
func (w *world) browse(t *testing.T, outside bool) verdict {
	t.Helper()
	dialer, err := netprobe.New(w.lab.Site())
	if err != nil {
		t.Fatal(err)
	}
	client, err := qlik.NewClient(w.lab.Site(), dialer)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	path, err := qlik.NewWriter(client).UploadTester(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := qlik.NewDoor(client, dialer, w.lab.Site()).Ticket(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	host, address := contoso.QlikHost, w.at(t, insideName)
	if outside {
		host = contoso.ExternalHost
		w.nginxHost(t, host)
		for _, p := range w.site.Pins {
			if p.Name == outsideName {
				address = p.Address
			}
		}
	}
	return chromium(t, fmt.Sprintf("https://%s%s?sockets=3&qlikTicket=%s", host, path, ticket), host, address)
}

// nginxHost is what a connector does to the Host header.
func (w *world) nginxHost(t *testing.T, host string) {
	t.Helper()
	address := w.at(t, insideName)
	extra := upgraded + "proxy_set_header Host " + contoso.QlikHost + ";\nproxy_redirect https://" + contoso.QlikHost + "/ https://" + host + "/;"
	w.nginxTo(t, outsideName, contoso.QlikHost, address, w.certificate(t, w.ca, host), extra)
}

// chromium opens a page and waits for the promise that it leaves in
// window.verdict.
func chromium(t *testing.T, url, host, address string) verdict {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--ignore-certificate-errors", "--remote-debugging-port=0", "--user-data-dir="+dir,
		"--host-resolver-rules=MAP "+host+":443 "+address, url)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }() // it ends because it is told to
	page := debugger(ctx, t, dir, host)
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(50 * time.Second))
	// The page may still be on its way through the sign-in, or about to run
	// its script: it is asked until it has come to a verdict.
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for id := 1; ; id++ {
		if got := evaluate(t, conn, id); len(got.Sockets) > 0 {
			return got
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the page comes to no verdict")
		}
	}
}

// evaluate asks the page for the promise in window.verdict; the answer is empty
// while there is none.
func evaluate(t *testing.T, conn *websocket.Conn, id int) verdict {
	t.Helper()
	ask := map[string]any{"id": id, "method": "Runtime.evaluate", "params": map[string]any{
		"expression": "window.verdict", "awaitPromise": true, "returnByValue": true,
	}}
	if err := conn.WriteJSON(ask); err != nil {
		t.Fatal(err)
	}
	for {
		var answer struct {
			ID     int
			Result struct{ Result struct{ Value verdict } }
		}
		_, raw, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatalf("%v in\n%s", err, raw)
		}
		if answer.ID == id {
			return answer.Result.Result.Value
		}
	}
}

// debugger waits until the page is loaded, and is where it can be asked.
func debugger(ctx context.Context, t *testing.T, dir, host string) string {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if raw, err := os.ReadFile(filepath.Join(dir, "DevToolsActivePort")); err == nil {
			port, _, _ := strings.Cut(string(raw), "\n")
			if page := loaded(ctx, port, host); page != "" {
				return page
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the browser does not show the page")
		}
	}
}

func loaded(ctx context.Context, port, host string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/json/list", http.NoBody)
	if err != nil {
		return ""
	}
	res, err := new(http.Client).Do(req)
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	var pages []struct {
		Type, URL, Title     string
		WebSocketDebuggerURL string `json:"webSocketDebuggerUrl"`
	}
	if json.NewDecoder(res.Body).Decode(&pages) != nil {
		return ""
	}
	for _, p := range pages {
		// The title is known only once the document is there.
		if p.Type == "page" && strings.HasPrefix(p.URL, "https://"+host+"/content/") && strings.HasPrefix(p.Title, "WebSocket to Qlik") {
			return p.WebSocketDebuggerURL
		}
	}
	return ""
}
