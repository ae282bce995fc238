package qlik_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// TestBuffering switches on what Debian's nginx and haproxy can hold back.
// Neither buffers what follows an upgrade, so everything stays green and the
// evidence tells how long a page and the upgrade took; what they can keep is the
// answer to the upgrade, for as long as they inspect it. TestHoldsFramesBack has
// a box that keeps what follows.
func TestBuffering(t *testing.T) {
	foreign.Need(t, "the package nginx", "nginx")
	foreign.Need(t, "the package haproxy", "haproxy")
	const patience = 5 * time.Second
	inspecting := func(wait string) string {
		return "tcp-response inspect-delay " + wait + "\n\ttcp-response content accept if WAIT_END"
	}
	tests := []struct {
		name string
		put  func(*testing.T, *world)
		want []string
	}{
		{name: "nginx buffers requests and answers", put: func(t *testing.T, w *world) {
			t.Helper()
			host, _, _ := strings.Cut(insideName, ":")
			w.nginx(t, insideName, w.certificate(t, w.ca, host), upgraded+`
			proxy_buffering on;
			proxy_request_buffering on;
			client_body_in_single_buffer on;
			postpone_output 64k;
			tcp_nodelay off;
			`)
		}},
		{name: "haproxy buffers requests", put: func(t *testing.T, w *world) {
			t.Helper()
			w.haproxy(t, insideName, "", "option http-buffer-request\n\tcompression algo gzip\n\tcompression type text/html application/json", "")
		}},
		{name: "haproxy inspects the answer to the upgrade for seconds", put: func(t *testing.T, w *world) {
			t.Helper()
			w.haproxySockets(t, insideName, inspecting("2500ms"))
		}, want: []string{"verify.websocket-inside verify.late"}},
		{name: "haproxy inspects the answer to the upgrade without end", put: func(t *testing.T, w *world) {
			t.Helper()
			w.haproxySockets(t, insideName, inspecting("10m"))
		}, want: []string{"verify.websocket-inside verify.held-back"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, lab.Options{})
			w.site.Verify.Patience = patience
			tt.put(t, w)
			r := w.report(t)
			if diff := cmp.Diff(tt.want, named(t, r)); diff != "" {
				t.Errorf("(-want +named)\n%s", diff)
			}
			if times := evidence(r, "verify.websocket-inside", "time of a page, of the upgrade"); times == "" {
				t.Error("it does not tell how long a page and the upgrade took")
			}
		})
	}
}

// haproxySockets treats WebSockets by rules of their own.
func (w *world) haproxySockets(t *testing.T, name, rules string) {
	t.Helper()
	host, _, _ := strings.Cut(name, ":")
	w.haproxy(t, name, "", "", "use_backend sockets if { hdr(Upgrade) -i websocket }",
		"backend sockets\n\t"+rules+"\n\tserver lab "+w.at(t, name)+" ssl verify none sni str("+host+")\n")
}

// evidence is one row beside a check, empty where there is none.
func evidence(r report.Report, check, name string) string {
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			for _, e := range c.Evidence {
				if c.ID == check && e.Name == name {
					return e.Value
				}
			}
		}
	}
	return ""
}
