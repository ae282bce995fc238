package appproxy

import (
	"crypto/rand"
	"sync"
	"time"
)

// signInLife bounds how long somebody may take to sign in.
const signInLife = 15 * time.Minute

// maxKept bounds what is remembered of clients that keep no cookies.
const maxKept = 4096

// session is one person at one application, behind an access cookie.
type session struct {
	appID   string
	user    User
	expires time.Time

	mu sync.Mutex
	// primed names the connectors that already sent a ticket for the session.
	primed map[string]bool
}

// needsTicket says whether machine has to send a ticket unasked, and notes that
// it does.
func (s *session) needsTicket(machine string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.primed[machine] {
		return false
	}
	if s.primed == nil {
		s.primed = map[string]bool{}
	}
	s.primed[machine] = true
	return true
}

// unprime makes machine send a ticket again with its next request.
func (s *session) unprime(machine string) {
	s.mu.Lock()
	delete(s.primed, machine)
	s.mu.Unlock()
}

// attempt is a sign-in that was sent to Entra and has not come back.
type attempt struct {
	appID, target, nonce string
	expires              time.Time
}

// sessions keeps who is signed in and who is on the way.
type sessions struct {
	clock    func() time.Time
	mu       sync.Mutex
	open     map[string]*session
	attempts map[string]attempt
}

func newSessions(clock func() time.Time) *sessions {
	return &sessions{clock: clock, open: map[string]*session{}, attempts: map[string]attempt{}}
}

// create opens a session and returns the cookie's value.
func (ss *sessions) create(appID string, u User, life time.Duration) (string, *session) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	now := ss.clock()
	for id, s := range ss.open {
		if now.After(s.expires) || len(ss.open) >= maxKept {
			delete(ss.open, id)
		}
	}
	id := rand.Text() + rand.Text()
	s := &session{appID: appID, user: u, expires: now.Add(life)}
	ss.open[id] = s
	return id, s
}

// find returns the live session of a cookie, if it belongs to the application.
func (ss *sessions) find(id, appID string) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	s := ss.open[id]
	if s == nil || s.appID != appID || ss.clock().After(s.expires) {
		return nil
	}
	return s
}

func (ss *sessions) drop(id string) {
	ss.mu.Lock()
	delete(ss.open, id)
	ss.mu.Unlock()
}

func (ss *sessions) clear() {
	ss.mu.Lock()
	clear(ss.open)
	clear(ss.attempts)
	ss.mu.Unlock()
}

// begin notes a sign-in and returns its state value.
func (ss *sessions) begin(appID, target string) (state, nonce string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	now := ss.clock()
	for id, a := range ss.attempts {
		if now.After(a.expires) || len(ss.attempts) >= maxKept {
			delete(ss.attempts, id)
		}
	}
	state, nonce = rand.Text(), rand.Text()
	ss.attempts[state] = attempt{appID: appID, target: target, nonce: nonce, expires: now.Add(signInLife)}
	return state, nonce
}

// finish takes a sign-in off the list; each state is good once.
func (ss *sessions) finish(state, appID string) (attempt, bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	a, ok := ss.attempts[state]
	delete(ss.attempts, state)
	if !ok || a.appID != appID || ss.clock().After(a.expires) {
		return attempt{}, false
	}
	return a, true
}
