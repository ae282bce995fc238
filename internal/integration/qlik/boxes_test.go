package qlik_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
)

// upgraded are the lines with which an nginx lets WebSockets pass.
const upgraded = `
proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
`

// nginx puts one in front of a name of the lab; extra goes into its server.
func (w *world) nginx(t *testing.T, name, certificate, extra string) {
	t.Helper()
	host, _, _ := strings.Cut(name, ":")
	w.nginxTo(t, name, host, w.at(t, name), certificate, extra)
}

// nginxTo is the same, with what stands behind it: a server called host.
func (w *world) nginxTo(t *testing.T, name, host, backend, certificate, extra string) {
	t.Helper()
	listens := free(t)
	conf := `
daemon off;
pid ` + filepath.Join(w.dir, "nginx.pid") + `;
error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path ` + filepath.Join(w.dir, "b") + `;
	proxy_temp_path ` + filepath.Join(w.dir, "p") + `;
	fastcgi_temp_path ` + filepath.Join(w.dir, "f") + `;
	uwsgi_temp_path ` + filepath.Join(w.dir, "u") + `;
	scgi_temp_path ` + filepath.Join(w.dir, "s") + `;
	map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
	server {
		listen ` + listens + ` ssl;
		ssl_certificate ` + certificate + `;
		ssl_certificate_key ` + certificate + `;
		` + headerLine(extra) + `
		proxy_buffer_size 64k;
		proxy_buffers 4 64k;
		proxy_busy_buffers_size 64k;
		proxy_ssl_server_name on;
		proxy_ssl_name ` + host + `;
		` + extra + hostLine(extra) + `
		location / { proxy_pass https://` + backend + `; }
	}
}
`
	w.launch(t, listens, "nginx", "-p", w.dir, "-e", "stderr", "-c", w.write(t, "nginx.conf", []byte(conf)))
	w.route(name, listens)
}

// hostLine and headerLine are what a careful administrator writes, where a test
// does not say otherwise.
func hostLine(extra string) string {
	if strings.Contains(extra, "Host backend") || strings.Contains(extra, "Host "+contoso.QlikHost) {
		return ""
	}
	return "proxy_set_header Host $http_host;"
}

func headerLine(extra string) string {
	if strings.Contains(extra, "large_client_header_buffers") {
		return ""
	}
	return "large_client_header_buffers 4 64k;"
}

// haproxy puts one in front of a name of the lab; more are sections of their
// own.
func (w *world) haproxy(t *testing.T, name, bind, timeouts, rules string, more ...string) {
	t.Helper()
	host, _, _ := strings.Cut(name, ":")
	listens := free(t)
	conf := `
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
	` + timeouts + `
frontend box
	bind ` + listens + ` ssl crt ` + w.certificate(t, w.ca, host) + ` ` + bind + `
	` + rules + `
	default_backend lab
backend nobody
	server nobody 127.0.0.1:1
backend lab
	server lab ` + w.at(t, name) + ` ssl verify none sni str(` + host + `)
` + strings.Join(more, "\n")
	w.launch(t, listens, "haproxy", "-db", "-f", w.write(t, "haproxy.cfg", []byte(conf)))
	w.route(name, listens)
}

// TestNginx puts Debian's nginx between the program and the lab, right and
// wrong in the usual ways: each has to be named by the check it belongs to.
func TestNginx(t *testing.T) {
	foreign.Need(t, "the package nginx", "nginx")
	tests := []struct {
		name  string
		at    string
		extra string
		names []string // of the certificate
		alien bool     // signed by an authority that nobody trusts
		want  []string
	}{
		{name: "passes everything on", at: insideName, extra: upgraded},
		{name: "passes everything on outside", at: outsideName, extra: upgraded},
		{name: "loses the upgrade", at: insideName, want: []string{"verify.websocket-inside verify.upgrade-stripped"}},
		{name: "loses the upgrade outside", at: outsideName, want: []string{"verify.websocket-outside verify.upgrade-stripped"}},
		{
			name: "rewrites Host", at: insideName, extra: upgraded + "proxy_set_header Host backend.internal;",
			want: []string{"site.front site.front-unknown-host"},
		},
		{
			name: "certificate for another name", at: insideName, extra: upgraded, names: []string{"other.contoso.test"},
			want: []string{"site.front site.front-name"},
		},
		{
			name: "certificate of an inspecting box", at: insideName, extra: upgraded, alien: true,
			want: []string{"site.front site.front-authority"},
		},
		{
			name: "reads short headers", at: insideName, extra: upgraded + "large_client_header_buffers 4 4k;",
			want: []string{"kerberos.headers kerberos.headers-too-long"},
		},
		{
			name: "drops the query of sockets", at: insideName,
			extra: upgraded + `location /app/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $http_host; set $args ""; proxy_pass https://BACKEND; }`,
			want:  []string{"allowlist.websocket allowlist.token-refused"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t, lab.Options{})
			host, _, _ := strings.Cut(tt.at, ":")
			if len(tt.names) == 0 {
				tt.names = []string{host}
			}
			ca := w.ca
			if tt.alien {
				var err error
				if ca, err = pki.NewCA("Inspecting Box CA"); err != nil {
					t.Fatal(err)
				}
			}
			w.nginx(t, tt.at, w.certificate(t, ca, tt.names...), strings.ReplaceAll(tt.extra, "BACKEND", w.at(t, tt.at)))
			if diff := cmp.Diff(tt.want, w.check(t)); diff != "" {
				t.Errorf("(-want +named)\n%s", diff)
			}
		})
	}
}

// TestIdle lets nginx and haproxy cut silent sockets after ten seconds, as
// load balancers do after a minute or four.
func TestIdle(t *testing.T) {
	// The box counts from the last byte, the program from the silence: they
	// are a moment apart.
	cutAtTen := regexp.MustCompile(`silent sockets are cut after (9\.[5-9]|1[0-2])`)
	foreign.Need(t, "the package nginx", "nginx")
	foreign.Need(t, "the package haproxy", "haproxy")
	tests := []struct {
		name string
		put  func(*testing.T, *world)
	}{
		{name: "nginx", put: func(t *testing.T, w *world) {
			t.Helper()
			w.nginx(t, outsideName, w.certificate(t, w.ca, contoso.ExternalHost), upgraded+"proxy_read_timeout 10s;")
		}},
		{name: "haproxy", put: func(t *testing.T, w *world) {
			t.Helper()
			w.haproxy(t, outsideName, "", "timeout tunnel 10s", "")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, lab.Options{})
			tt.put(t, w)
			w.site.Verify.Idle = 12 * time.Second
			if diff := cmp.Diff([]string{"verify.idle verify.idle-cut"}, w.check(t)); diff != "" {
				t.Errorf("(-want +named)\n%s", diff)
			}
			code, said := w.run(t, "websocket", "--side", "outside", "--hold", "14s", "--every", "2s", "--sockets", "4")
			if code != 3 || !cutAtTen.MatchString(said) {
				t.Errorf("exit %d\n%s", code, said)
			}
		})
	}
}

// TestHaproxy is the other box that companies put in front.
func TestHaproxy(t *testing.T) {
	foreign.Need(t, "the package haproxy", "haproxy")
	tests := []struct {
		name                  string
		at                    string
		bind, timeouts, rules string
		want                  []string
	}{
		{name: "passes everything on", at: insideName},
		{name: "passes everything on outside", at: outsideName},
		{name: "HTTP/2 only", at: insideName, bind: "proto h2", want: []string{"site.front site.front-http2"}},
		{
			name: "loses the upgrade", at: insideName, rules: "http-request del-header Upgrade\n\thttp-request del-header Connection",
			want: []string{"verify.websocket-inside verify.upgrade-stripped"},
		},
		{
			name: "rewrites Host", at: insideName, rules: "http-request set-header Host backend.internal",
			want: []string{"site.front site.front-unknown-host"},
		},
		{
			name: "refuses sockets itself", at: insideName,
			rules: `http-request deny deny_status 403 content-type text/html string "<html>Blocked by policy. Support ID 4711</html>" if { hdr(Upgrade) -i websocket }`,
			want:  []string{"allowlist.websocket allowlist.blocked"},
		},
		{
			name: "finds nobody behind", at: insideName,
			rules: "use_backend nobody if TRUE",
			want:  []string{"site.front site.front-unavailable"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t, lab.Options{})
			w.haproxy(t, tt.at, tt.bind, tt.timeouts, tt.rules)
			if diff := cmp.Diff(tt.want, w.check(t)); diff != "" {
				t.Errorf("(-want +named)\n%s", diff)
			}
		})
	}
}
