package qlik

import (
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// greetless is how long a socket without a session is kept for a client that
// does not close it.
const greetless = time.Minute

// converse carries one WebSocket from its greeting to its end.
func (v *visit) converse(sock *socket) {
	sock.conn.SetReadLimit(4 << 20)
	if v.session == nil {
		sock.push("OnAuthenticationInformation", Entity{
			"loginUri": v.module() + "?targetUri=" + url.QueryEscape(v.base()+"/hub/"), "mustAuthenticate": true,
		})
		sock.awaitUntil(time.Now().Add(greetless))
		for {
			if _, _, err := sock.conn.ReadMessage(); err != nil {
				return
			}
		}
	}
	r := readRoute(v.path)
	if topic := v.refusal(r); topic != "" {
		sock.end(topic)
		_, _, _ = sock.conn.ReadMessage()
		return
	}
	es, state := v.s.attach(v.session, r)
	defer v.s.detach(es, r.ttl)
	greet := func() {
		sock.push("OnAuthenticationInformation", Entity{
			"userId": v.session.user, "userDirectory": v.session.directory,
			"logoutUri": v.base() + "/qps/user", "mustAuthenticate": false,
		})
		sock.push("OnConnected", Entity{"qSessionState": state})
	}
	if !v.rules.LazyGreeting {
		greet()
		greet = nil
	}
	v.serve(sock, es, greet)
}

// refusal is the topic that tells a signed-in user that there is nothing for
// him, empty when there is.
func (v *visit) refusal(r route) string {
	topic := ""
	v.s.locked(func() {
		st := &v.s.state
		switch {
		case v.s.parallel(v.session) > st.SessionLimit:
			topic = "OnMaxParallelSessionsExceeded"
		case st.Faults.NoLicence:
			topic = "OnLicenseAccessDenied"
		case r.app != "engineData" && st.app(r.app) == nil:
			topic = "OnNoEngineAvailable"
		}
	})
	return topic
}

// serve answers requests until the socket or the session ends.
func (v *visit) serve(sock *socket, es *engineSession, greet func()) {
	for {
		// Pings do not count: the proxy does not pass them on.
		cut, limit := time.Duration(0), v.session.life
		v.s.View(func(st *State) { cut = st.Faults.IdleCut })
		if cut > 0 {
			limit = cut
		}
		sock.awaitUntil(time.Now().Add(limit))
		kind, raw, err := sock.conn.ReadMessage()
		switch {
		case err != nil && timedOut(err) && cut > 0:
			sock.cut()
			return
		case err != nil && timedOut(err):
			v.s.locked(func() {
				v.s.endSessions(func(ses *session) bool { return ses == v.session }, "OnSessionTimedOut")
			})
			return
		case err != nil:
			return
		}
		if greet != nil {
			greet()
			greet = nil
		}
		v.s.locked(func() { v.session.seen = v.s.opt.Clock() })
		if kind != websocket.TextMessage {
			continue
		}
		if sock.send(v.s.call(v.session, es, raw)) != nil {
			return
		}
	}
}
