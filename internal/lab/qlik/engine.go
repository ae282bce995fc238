package qlik

import (
	"strings"
	"time"
)

// engine is the engine's side of the WebSockets.
type engine struct {
	sessions map[string]*engineSession
}

// engineSession is what sockets of one user to one app and identity share.
type engineSession struct {
	id      string
	key     string
	app     string // that is open
	sockets int
	until   time.Time // kept so long after the last socket
}

const docHandle = 1

// attach finds or makes the engine session that a route names.
func (s *Server) attach(ses *session, r route) (es *engineSession, state string) {
	s.locked(func() {
		now := s.opt.Clock()
		for key, old := range s.engine.sessions {
			if old.sockets == 0 && now.After(old.until) {
				delete(s.engine.sessions, key)
			}
		}
		key := strings.ToLower(ses.directory + `\` + ses.user + "/" + r.app + "/" + r.identity)
		if r.identity == "" {
			// Without an identity every socket has an engine session of its own.
			key += newID()
		}
		es, state = s.engine.sessions[key], "SESSION_ATTACHED"
		if es == nil {
			es, state = &engineSession{id: newID(), key: key}, "SESSION_CREATED"
			s.engine.sessions[key] = es
		}
		es.sockets++
	})
	return es, state
}

func (s *Server) detach(es *engineSession, ttl time.Duration) {
	s.locked(func() {
		es.sockets--
		es.until = s.opt.Clock().Add(ttl)
		if es.sockets == 0 && ttl == 0 {
			delete(s.engine.sessions, es.key)
		}
	})
}

// app is one by id or name, nil when there is none.
func (st *State) app(idOrName string) *App {
	for i, a := range st.Apps {
		if strings.EqualFold(a.ID, idOrName) || strings.EqualFold(a.Name, idOrName) {
			return &st.Apps[i]
		}
	}
	return nil
}
