package connector

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

func (m manual) proof(id checks.ID, live Host) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			var out []checks.Asked
			for _, h := range env.Site.Connector.Hosts {
				out = append(out, checks.Asked{
					On: h.Name, Who: checks.HostAdmin, Shell: cmp.Or(m.shell, checks.Cmd), Command: m.whole(env.Site),
				})
			}
			return out
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			hosts := pastedHosts{live: live, by: map[string]fact.HostEvidence{}}
			var lines, of []string
			for i, text := range pastes {
				found, said, err := m.facts(env, text)
				if err == nil {
					err = Keep(hosts.by, found)
				}
				switch {
				case err != nil && i == len(pastes)-1:
					return checks.Result{}, err
				case err != nil:
					continue
				}
				lines, of = said, nil
				for _, e := range found {
					of = append(of, e.Host)
				}
			}
			for _, c := range Checks(Ports{Host: hosts}) {
				if c.ID == id {
					r := c.Run(ctx, env).With(checks.HostRow, strings.Join(of, " and "))
					for _, l := range lines {
						r = r.With(checks.LineEvidence, l)
					}
					return r, nil
				}
			}
			return checks.Result{}, fmt.Errorf("there is no check %s", id)
		},
	}
}

// facts finds which hosts of the site a paste is of, and reads it: what each
// shows, and the lines that convince, with the host's name where there are
// several.
func (m manual) facts(env checks.Env, text string) (found []fact.HostEvidence, lines []string, err error) {
	names := make([]string, 0, len(env.Site.Connector.Hosts))
	for _, h := range env.Site.Connector.Hosts {
		names = append(names, h.Name)
	}
	runs, err := pasted.OfHosts(text, names...)
	if err != nil {
		return nil, nil, err
	}
	for _, run := range runs {
		at := checks.NotAhead(env, run.At)
		e := fact.HostEvidence{Host: run.Host, Collected: at, TLS12Client: -1, HTTP2: -1, SPNEGO: -1, Sections: map[string]fact.Provenance{}}
		said, err := m.read(env, run, &e)
		if err != nil {
			return nil, nil, fmt.Errorf("reading what %s shows: %w", run.Host, err)
		}
		for _, name := range m.sections {
			e.Sections[name] = fact.Provenance{At: at, Pasted: true}
		}
		for _, l := range said {
			if len(runs) > 1 {
				l = run.Host + ": " + l
			}
			lines = append(lines, l)
		}
		found = append(found, e)
	}
	return found, lines, nil
}

// Keep puts what was pasted by the names of its hosts in lower case, unless
// something of the same host is later: that is an error, and nothing is put.
func Keep(by map[string]fact.HostEvidence, found []fact.HostEvidence) error {
	for _, e := range found {
		if before, ok := by[strings.ToLower(e.Host)]; ok && before.Collected.After(e.Collected) {
			return checks.Outdated(e.Host, e.Collected, before.Collected)
		}
	}
	for _, e := range found {
		by[strings.ToLower(e.Host)] = e
	}
	return nil
}

// pastedHosts lays what was pasted over what was collected.
type pastedHosts struct {
	live Host
	by   map[string]fact.HostEvidence
}

func (p pastedHosts) Host(ctx context.Context, name string) (fact.HostEvidence, error) {
	over, ok := p.by[strings.ToLower(name)]
	if p.live == nil {
		if !ok {
			return over, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading what was pasted of " + name, Text: "nothing was pasted"}
		}
		return over, nil
	}
	e, err := p.live.Host(ctx, name)
	switch {
	case !ok:
		return e, err
	case err != nil:
		return over, nil //nolint:nilerr // nothing was collected, and something pasted
	}
	if e.Sections == nil {
		return e, nil
	}
	e.Sections = maps.Clone(e.Sections)
	for s := range over.Sections {
		e.Take(s, over)
	}
	return e, nil
}
