package qlik

import (
	"io"
	"net"
	"net/http"
	"strings"
)

// proxyAPI answers on 4243: the proxy's administration, for whoever has a
// certificate of the site.
func (s *Server) proxyAPI(w http.ResponseWriter, r *http.Request) {
	if !keyed(r, r.URL.Query()) {
		http.Error(w, "XSRF prevention check failed. Possible XSRF discovered.", http.StatusForbidden)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/qps/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	words := map[string]bool{"alive": true, "session": true, "user": true, "ticket": true}
	prefix, word, path := split(rest, words)
	args := strings.Split(strings.Trim(path, "/"), "/")[1:]
	if word == "alive" {
		writeJSON(w, http.StatusOK, true)
		return
	}
	var p liveProxy
	known := false
	asked := strings.ToLower(s.opt.Node)
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		s.View(func(st *State) {
			if st.Node(host) != nil {
				asked = strings.ToLower(host)
			}
		})
	}
	s.locked(func() {
		n, _ := s.present().node(asked, 0)
		p, known = n.find(prefix)
		s.lapse()
	})
	switch {
	case !known || word == "":
		http.NotFound(w, r)
	case word == "ticket" && r.Method == http.MethodPost && len(args) == 0:
		s.issueTicket(w, r, p)
	case word == "session" && len(args) <= 1:
		s.sessionsOf(w, r, func(ses *session) bool { return ses.proxy == p.id && (len(args) == 0 || ses.id == args[0]) }, len(args) == 1)
	case word == "user" && len(args) == 2:
		s.sessionsOf(w, r, func(ses *session) bool {
			return ses.proxy == p.id && strings.EqualFold(ses.directory, args[0]) && strings.EqualFold(ses.user, args[1])
		}, false)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) issueTicket(w http.ResponseWriter, r *http.Request, p liveProxy) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "The request body could not be read", http.StatusBadRequest)
		return
	}
	body, err := decode(raw)
	directory, user := member(body, "UserDirectory"), member(body, "UserId")
	if err != nil || directory == "" || user == "" {
		http.Error(w, "UserDirectory and UserId are required", http.StatusBadRequest)
		return
	}
	id, uri := ticketID(), ""
	s.locked(func() {
		now := s.opt.Clock()
		s.tickets.put(now, id, ticket{proxy: p.id, directory: directory, user: user})
		if t, ok := s.targets.take(now, member(body, "TargetId")); ok {
			uri = t.uri
		}
	})
	writeJSON(w, http.StatusCreated, Entity{
		"UserDirectory": directory, "UserId": user, "Attributes": []any{}, "Ticket": id, "TargetUri": uri,
	})
}

// sessionsOf shows the sessions that match, or ends them.
func (s *Server) sessionsOf(w http.ResponseWriter, r *http.Request, match func(*session) bool, one bool) {
	list := []Entity{}
	s.locked(func() {
		for _, ses := range s.sessions {
			if match(ses) {
				list = append(list, Entity{
					"UserDirectory": ses.directory, "UserId": ses.user, "Attributes": []any{},
					"SessionId": ses.id, "NewSession": false,
				})
			}
		}
		if r.Method == http.MethodDelete {
			s.endSessions(match, "OnSessionClosed")
		}
	})
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodDelete:
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
	case one && len(list) == 0:
		http.NotFound(w, r)
	case one:
		writeJSON(w, http.StatusOK, list[0])
	default:
		writeJSON(w, http.StatusOK, list)
	}
}

// member is the text of a member by a name in whatever case.
func member(e Entity, name string) string {
	for k, v := range e {
		if s, ok := v.(string); ok && strings.EqualFold(k, name) {
			return s
		}
	}
	return ""
}
