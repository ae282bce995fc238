package qlik

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// originAllowed is the first half of the check against hijacked WebSockets.
func (v *visit) originAllowed() bool {
	origin := v.r.Header.Get("Origin")
	if origin == "" && !v.rules.RequireOrigin || origin != "" && v.acceptsURL(origin) {
		return true
	}
	v.refusedSocket("origin " + origin)
	return false
}

// tokenAllowed is the second half: the token has to be in the query.
func (v *visit) tokenAllowed() bool {
	policy := v.rules.CSRF
	if policy == CSRFByRelease {
		policy = CSRFNever
		if v.release.csrf() {
			policy = CSRFAlways
		}
	}
	if policy == CSRFNever || policy == CSRFCrossSite && v.sameSite() {
		return true
	}
	token := v.r.URL.Query().Get("qlik-csrf-token")
	valid := false
	v.s.View(func(*State) {
		for _, ses := range v.s.sessions {
			valid = valid || ses.csrf == token && ses.proxy == v.proxy.id && (v.session == nil || v.session == ses)
		}
	})
	if !valid {
		v.refusedSocket("CSRF token missing or wrong")
	}
	return valid
}

func (v *visit) sameSite() bool {
	u, err := url.Parse(v.r.Header.Get("Origin"))
	return err == nil && hostName(u.Host) == v.host
}

func (v *visit) refusedSocket(why string) {
	row := AuditRow{Command: "Open connection", Result: 1, Message: "Cross-Site WebSocket Hijacking (CSWSH) prevention check failed: " + why}
	if v.session != nil {
		row.Directory, row.User = v.session.directory, v.session.user
	}
	v.s.log(row)
}

// upgrade answers a WebSocket whose host and origin are accepted.
func (v *visit) upgrade() {
	if v.faults.DropSocketCookie {
		v.session = nil
	}
	switch {
	case !v.tokenAllowed():
		v.plain(http.StatusForbidden, "Forbidden")
		return
	case v.word != "app" || len(v.proxy.engines) == 0 || v.faults.EngineDown:
		v.plain(http.StatusInternalServerError, "Unable to route the WebSockets request")
		return
	case v.session == nil && v.rules.RedirectUpgrade:
		v.login()
		return
	}
	header := http.Header{"Server": v.w.Header()["Server"]}
	if v.cookie != nil {
		header.Set("Set-Cookie", v.cookie.String())
	}
	u := websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		// Whether the origin may is for the allow list to say; see above.
		CheckOrigin: func(*http.Request) bool { return true },
	}
	conn, err := u.Upgrade(v.w, v.r, header)
	if err != nil {
		return // Upgrade has answered
	}
	sock := &socket{conn: conn}
	if !v.s.adopt(sock, v.session) {
		return
	}
	defer v.s.release(sock, v.session)
	v.converse(sock)
}

// adopt registers a socket, so that the end of its session or of the site
// reaches it.
func (s *Server) adopt(sock *socket, ses *session) bool {
	closing := false
	s.locked(func() {
		if closing = s.closing; closing {
			return
		}
		s.sockets[sock] = struct{}{}
		if ses == nil {
			return
		}
		ses.sockets[sock] = struct{}{}
		if s.sessions[ses.id] != ses { // ended while the socket was opened
			s.ended = append(s.ended, parting{socket: sock, topic: "OnSessionClosed"})
		}
	})
	if closing {
		sock.cut()
	}
	return !closing
}

func (s *Server) release(sock *socket, ses *session) {
	s.locked(func() {
		delete(s.sockets, sock)
		if ses != nil {
			delete(ses.sockets, sock)
		}
	})
	_ = sock.conn.Close()
}

// route is what the path of a WebSocket asks for.
type route struct {
	app, identity string
	ttl           time.Duration
}

// readRoute reads /app/<id>[/identity/<text>][/ttl/<seconds>].
func readRoute(path string) route {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	r := route{app: "engineData"}
	if len(parts) > 1 {
		r.app = parts[1]
	}
	for i := 2; i+1 < len(parts); i += 2 {
		switch strings.ToLower(parts[i]) {
		case "identity":
			r.identity = parts[i+1]
		case "ttl":
			if d, err := time.ParseDuration(parts[i+1] + "s"); err == nil && d > 0 {
				r.ttl = min(d, 24*time.Hour)
			}
		}
	}
	return r
}
