package entra

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// grants is what the sign-in endpoints have given out and may see again. The
// Server's mutex guards it.
type grants struct {
	flows    map[string]flow        // sign-in pages under way, by ctx
	sessions map[string]session     // by cookie
	codes    map[string]codeGrant   // authorization codes
	devices  map[string]deviceGrant // by device code
	refresh  map[string]refreshGrant
	asked    []string // permissions of Graph that clients asked for, each once
}

// ask notes what a client asks for.
func (g *grants) ask(scope string) {
	for sc := range strings.FieldsSeq(scope) {
		name, perm := splitScope(sc)
		if !openIDScope(sc) && (name == "" || sameAudience(name, graphAudience)) && !slices.Contains(g.asked, perm) {
			g.asked = append(g.asked, perm)
		}
	}
}

// Asked lists the permissions of Graph that clients have asked for at sign-in
// since the start, or since the last call.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.grants.asked
	s.grants.asked = nil
	return out
}

// flow is a sign-in page under way: an authorize request, or the approval of
// a device code.
type flow struct {
	client, redirectURI, scope string
	state, nonce               string
	responseType, responseMode string
	challenge, method          string
	loginHint, prompt          string
	deviceCode                 string // not empty: a device code is approved
	expires                    time.Time
}

type session struct {
	userID  string
	expires time.Time
}

type codeGrant struct {
	userID                     string
	client, redirectURI, scope string
	nonce, challenge, method   string
	redeemed                   bool
	expires                    time.Time
}

type deviceGrant struct {
	client, scope, userCode string
	userID                  string // who approved it
	redeemed                bool
	expires                 time.Time
}

type refreshGrant struct {
	userID, client, scope string
	expires               time.Time
}

func newGrants() grants {
	return grants{
		flows:    map[string]flow{},
		sessions: map[string]session{},
		codes:    map[string]codeGrant{},
		devices:  map[string]deviceGrant{},
		refresh:  map[string]refreshGrant{},
	}
}

// prune forgets what expired a while ago; until then its use is told from
// that of something never given out.
func (g *grants) prune(now time.Time) {
	limit := now.Add(-time.Hour)
	maps.DeleteFunc(g.flows, func(_ string, f flow) bool { return f.expires.Before(limit) })
	maps.DeleteFunc(g.sessions, func(_ string, x session) bool { return x.expires.Before(limit) })
	maps.DeleteFunc(g.codes, func(_ string, c codeGrant) bool { return c.expires.Before(limit) })
	maps.DeleteFunc(g.devices, func(_ string, d deviceGrant) bool { return d.expires.Before(limit) })
	maps.DeleteFunc(g.refresh, func(_ string, r refreshGrant) bool { return r.expires.Before(limit) })
}

// newUserCode makes a code to type: nine characters that are told apart easily.
func newUserCode() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	code := []byte(randomText(9))[:9]
	for i, b := range code {
		code[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(code)
}
