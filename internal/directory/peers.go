package directory

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
)

const (
	// peerPatience bounds a question to another domain, which the site's facts
	// say nothing of: it may be out of reach from here.
	peerPatience = 8 * time.Second
	// peerSilence is how long one that did not answer is not asked again.
	peerSilence = time.Minute
)

// peers are the other domains of the forest, each with a connection to one of
// its domain controllers.
type peers struct {
	mu     sync.Mutex
	byName map[string]*peer
}

type peer struct {
	*endpoint
	mu     sync.Mutex
	silent time.Time
}

// of finds the peer of a domain, made at the first question.
func (p *peers) of(c *Client, domain string) *peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byName == nil {
		p.byName = map[string]*peer{}
	}
	known, ok := p.byName[domain]
	if !ok {
		known = &peer{endpoint: newEndpoint(func(ctx context.Context) ([]server, error) {
			return c.discover(ctx, "ldap", "dc._msdcs."+domain, "636", "389")
		})}
		p.byName[domain] = known
	}
	return known
}

func (p *peers) all() []*peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]*peer, 0, len(p.byName))
	for _, e := range p.byName {
		out = append(out, e)
	}
	return out
}

// at is the connection to the domain that an object lies in: only there are all
// its attributes to be had, and there it is changed.
func (c *Client) at(dn string) *endpoint {
	domain := domainOf(dn)
	if domain == "" || strings.EqualFold(domain, c.site.Directory.Domain) {
		return c.domain
	}
	return c.peers.of(c, domain).endpoint
}

// inFull reads an object of another domain at one of its own domain controllers;
// ok is false where none answers, and what the catalogue has is all that is
// known.
func (c *Client) inFull(ctx context.Context, op, dn string) (a fact.Account, ok bool) {
	p := c.peers.of(c, domainOf(dn))
	if p.isSilent(c.now()) {
		return fact.Account{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, peerPatience)
	defer cancel()
	err := c.with(ctx, p.endpoint, op, func(s *session) error {
		var err error
		a, err = c.account(s, dn)
		return err
	})
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		p.note(c.now())
	}
	return a, err == nil
}

func (p *peer) isSilent(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.silent.IsZero() && now.Sub(p.silent) < peerSilence
}

func (p *peer) note(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = now
}
