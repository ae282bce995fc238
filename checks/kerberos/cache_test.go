package kerberos_test

import (
	"context"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/kerberos"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// CachedTickets makes the lan of the room's tests whole; nobody signed in there.
func (l lan) CachedTickets(context.Context) ([]fact.CachedTicket, error) {
	return nil, &fact.Error{Kind: fact.NotFound}
}

// shelf is a ticket cache with what a test puts into it.
type shelf struct {
	lan
	tickets []fact.CachedTicket
	err     error
}

func (s shelf) CachedTickets(context.Context) ([]fact.CachedTicket, error) { return s.tickets, s.err }

func TestTicketCache(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	const name = "HTTP/sense.contoso.test"
	fresh := fact.CachedTicket{Server: "http/Sense.contoso.test", Realm: "CONTOSO.TEST", EType: 18, Until: now.Add(time.Hour)}
	old, weak := fresh, fresh
	old.Until, weak.EType = now.Add(-time.Hour), 23
	tests := []struct {
		name    string
		tickets []fact.CachedTicket
		err     error
		status  checks.Status
		cause   checks.CauseID
	}{
		{"there", []fact.CachedTicket{{Server: "krbtgt/CONTOSO.TEST"}, fresh}, nil, checks.Pass, ""},
		{"RC4", []fact.CachedTicket{weak}, nil, checks.Warn, "kerberos.weak-ticket"},
		{"expired", []fact.CachedTicket{old}, nil, checks.Skipped, ""},
		{"another name", []fact.CachedTicket{{Server: "HTTP/other"}}, nil, checks.Skipped, ""},
		{"no cache", nil, &fact.Error{Kind: fact.NotFound}, checks.Skipped, ""},
		{"a kind that is no file", nil, &fact.Error{Kind: fact.Unsupported, Text: "KCM"}, checks.Skipped, ""},
		{"silence", nil, &fact.Error{Kind: fact.TimedOut}, checks.Unknown, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range kerberos.Checks(kerberos.Ports{Tickets: shelf{tickets: tt.tickets, err: tt.err}}) {
				if c.ID != "kerberos.ticket-cache" {
					continue
				}
				s := site.Site{Kerberos: site.Kerberos{SPN: name}, Directory: site.Directory{Domain: "contoso.test"}}
				r := c.Run(t.Context(), checks.NewEnv(s, func() time.Time { return now }, nil))
				if r.Status != tt.status || r.Cause != tt.cause {
					t.Errorf("%s %s: %s", r.Status, r.Cause, r.Seen)
				}
			}
		})
	}
}
