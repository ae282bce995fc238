package appproxy

import (
	"net"
	"net/http"
	"strings"
)

// ServeHTTP is the cloud's entry: find the application by host name, see who
// asks, and hand the request to a connector.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tx := s.begin(r)
	host := hostOnly(r.Host)
	app, ok := s.opts.Cloud.ByHost(host)
	if !ok {
		tx.page(w, pageNotFound(host))
		return
	}
	sess := &session{appID: app.AppID}
	if app.Preauth {
		if sess = s.admit(w, r, app, tx); sess == nil {
			return
		}
	}
	machine, ok := s.choose(app)
	if !ok {
		tx.page(w, pageNoConnector(app.Group))
		return
	}
	tx.conn = machine
	s.carry(w, r, &trip{server: s, app: app, sess: sess, machine: machine, tx: tx, state: s.View()})
}

// choose takes the active connectors of the application's group in turn.
func (s *Server) choose(app Application) (string, bool) {
	var active []string
	for _, c := range app.Connectors {
		if c.Active {
			active = append(active, c.Machine)
		}
	}
	if len(active) == 0 {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.turn[app.Group]
	s.turn[app.Group] = n + 1
	return active[n%len(active)], true
}

func hostOnly(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = h
	}
	return strings.ToLower(strings.TrimSuffix(hostport, "."))
}
