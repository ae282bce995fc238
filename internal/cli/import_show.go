package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// single answers with one piece of evidence alone.
type single struct{ e fact.HostEvidence }

func (h single) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	if !winhost.SameHost(name, h.e.Host) {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading the evidence of " + name}
	}
	return h.e, nil
}

// proves says what a piece tells of its host, line by line.
func (p *program) proves(ctx context.Context, s site.Site, x piece) []string {
	out := []string{fmt.Sprintf("%s: %s, collected %s (%s) by %s", netprobe.Clean(filepath.Base(x.path)), x.e.Host,
		x.e.Collected.UTC().Format("2006-01-02 15:04Z"), p.age(x.e.Collected), x.e.Tool)}
	say := func(mark, format string, a ...any) {
		out = append(out, fmt.Sprintf("  %-8s %s", mark, fmt.Sprintf(format, a...)))
	}
	if had, err := winhost.NewHosts(s).Host(ctx, x.e.Host); err == nil && had.Collected.After(x.e.Collected) {
		say("older", "than what is here already, of %s: it counts only for what that does not tell", had.Collected.UTC().Format("2006-01-02 15:04Z"))
	}
	if gone := withheld(x.e); len(gone) > 0 {
		say("withheld", "%s: nothing is known of that", strings.Join(gone, ", "))
	}
	if q := x.e.Qlik; q != nil {
		say("seen", "Qlik: %s; %d exported certificates", running(x.e.Services, "QlikSense"), len(q.Certificates))
		for _, c := range access.Checks(access.Ports{Hosts: single{x.e}}) {
			if c.ID == "site.qlik-host" {
				r := c.Run(ctx, checks.NewEnv(s, p.Clock, nil))
				say(r.Status.String(), "%s: %s", c.Title, r.Seen)
			}
		}
	}
	if c := x.e.Sync; c != nil {
		say("seen", "Entra Connect: cycle enabled %t, staging %t, suspended %t", c.CycleEnabled, c.Staging, c.Suspended)
	}
	if !slices.ContainsFunc(s.Connector.Hosts, func(h site.ConnectorHost) bool { return winhost.SameHost(h.Name, x.e.Host) }) {
		return out
	}
	s.Connector.Hosts = []site.ConnectorHost{{Name: x.e.Host}}
	for _, c := range connector.HostChecks(single{x.e}) {
		r := c.Run(ctx, checks.NewEnv(s, p.Clock, nil))
		say(r.Status.String(), "%s: %s", c.Title, r.Seen)
	}
	return out
}

// age is how long ago something was, in words.
func (p *program) age(at time.Time) string {
	if now := p.Clock(); now.Before(at) {
		return inWords(at.Sub(now)) + " ahead of the clock here"
	}
	return inWords(p.Clock().Sub(at)) + " ago"
}

// withheld are the sections that were taken out by hand.
func withheld(e fact.HostEvidence) []string {
	var out []string
	for _, name := range fact.HostSections() {
		if strings.Contains(e.Missing(name), "redacted") {
			out = append(out, name)
		}
	}
	return out
}

func running(list []fact.Service, prefix string) string {
	var out []string
	for _, s := range list {
		if strings.HasPrefix(s.Name, prefix) {
			out = append(out, s.Name+" "+s.State+" as "+s.Account)
		}
	}
	return strings.Join(out, ", ")
}
