package qlik

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// session is a proxy session: one sign-in on one virtual proxy.
type session struct {
	id, proxy, prefix     string
	directory, user, name string
	csrf                  string
	seen                  time.Time
	life                  time.Duration
	sockets               map[*socket]struct{}
}

// parting is a socket that its session leaves behind, and what it is told.
type parting struct {
	socket *socket
	topic  string
}

func (ses *session) anonymous() bool { return ses.directory == "NONE" }

// ticket stands for a sign-in until it is exchanged for a session.
type ticket struct {
	proxy, directory, user string
}

// target is where a sign-in leads to.
type target struct {
	uri string
}

// openSession makes a session; the lock must be held.
func (s *Server) openSession(p liveProxy, directory, user string) *session {
	ses := &session{
		id: uuid.NewString(), proxy: p.id, prefix: p.prefix, directory: directory, user: user, name: user,
		csrf: uuid.NewString(), seen: s.opt.Clock(), life: p.inactivity, sockets: map[*socket]struct{}{},
	}
	if directory != "NONE" {
		// Somebody who has never been here is known from now on.
		ses.name = s.state.AddUser(directory, user, user).Text("name")
	}
	s.sessions[ses.id] = ses
	s.record(AuditRow{Command: "Start session", Directory: directory, User: user, Message: "Session started"})
	return ses
}

// findSession is the session that a cookie names; the lock must be held.
func (s *Server) findSession(id string, p liveProxy) *session {
	s.lapse()
	ses := s.sessions[id]
	if ses == nil || ses.proxy != p.id {
		return nil
	}
	ses.seen = s.opt.Clock()
	return ses
}

// lapse ends the sessions that were idle for too long.
func (s *Server) lapse() {
	now := s.opt.Clock()
	s.endSessions(func(ses *session) bool { return now.Sub(ses.seen) > ses.life }, "OnSessionTimedOut")
}

// endSessions ends those that match; their sockets are told why. The lock must
// be held.
func (s *Server) endSessions(match func(*session) bool, topic string) {
	for id, ses := range s.sessions {
		if !match(ses) {
			continue
		}
		delete(s.sessions, id)
		for sock := range ses.sockets {
			s.ended = append(s.ended, parting{socket: sock, topic: topic})
		}
	}
}

// parallel counts the sessions of one user; the lock must be held.
func (s *Server) parallel(of *session) int {
	n := 0
	for _, ses := range s.sessions {
		if strings.EqualFold(ses.directory, of.directory) && strings.EqualFold(ses.user, of.user) {
			n++
		}
	}
	return n
}

// Sessions is how many there are, for every user.
func (s *Server) Sessions() int {
	n := 0
	s.locked(func() {
		s.present()
		s.lapse()
		n = len(s.sessions)
	})
	return n
}

func (v *visit) cookieName() string {
	if !v.secure && v.release.plainSuffix() {
		return v.proxy.cookie + "-HTTP"
	}
	return v.proxy.cookie
}

func (v *visit) cookieFor(id string) *http.Cookie {
	secure, sameSite := v.proxy.secure, v.proxy.sameSite
	if !v.secure {
		secure, sameSite = v.proxy.securePlain, v.proxy.samePlain
	}
	c := &http.Cookie{
		Name: v.cookieName(), Value: id, Path: "/" + v.proxy.prefix, Domain: v.proxy.cookieDomain,
		HttpOnly: true, Secure: secure,
	}
	switch sameSite {
	case 1:
		c.SameSite = http.SameSiteNoneMode
	case 2:
		c.SameSite = http.SameSiteLaxMode
	case 3:
		c.SameSite = http.SameSiteStrictMode
	}
	return c
}
