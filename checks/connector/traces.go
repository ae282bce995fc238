package connector

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// What traces are looked at: those of the last days, and so many lines of them.
const (
	traceRecent = 3 * 24 * time.Hour
	traceShown  = 6
)

// saying is a text of a trace that is known to stand for something. They are
// matched loosely, and never more than warned of: no document gives the literal
// words of every release.
type saying struct {
	words *regexp.Regexp
	means string
}

func sayings() []saying {
	is := func(words, means string) saying { return saying{regexp.MustCompile("(?i)" + words), means} }
	return []saying{
		is(`failed to validate (?:the )?chain of (?:the )?certificate`, "Windows could not check a certificate: WinHTTP goes out another way than the connector"),
		is(`0x80072f8f`, "the certificate of Qlik, or of the service, is not trusted by this machine"),
		// A number alone may be part of a time or a name.
		is(`proxy authentication required|\(407\)|proxy[^.]{0,60}\b407\b|\b407 proxy`, "an outbound proxy asks for a sign-in"),
		// Qlik's own 401 is the ordinary first answer of a sign-in.
		is(`connectorerror:\s*unauthorized`, "the service refuses the connector's certificate: something opens TLS on the way, or the certificate has expired"),
		is(`0x8009030e`, "no ticket in the user's name: delegation is not given to this computer"),
		is(`0x80090322`, "the ticket is for another account than the one that runs Qlik"),
	}
}

// traced looks through what was collected of the traces. Without any it holds
// nothing up: the events tell the same in other words.
func traced(hosts Host) checks.Func {
	const expected = "none of the known troubles in the last three days"
	return func(ctx context.Context, env checks.Env) checks.Result {
		v := verdict{Result: checks.Passed(expected, ""), oldest: env.Clock(), source: checks.Collected}
		var none []string
		for _, h := range env.Site.Connector.Hosts {
			ev, err := hosts.Host(ctx, h.Name)
			switch {
			case checks.KindOf(err) == fact.NotFound:
				none = append(none, "nothing was collected on "+h.Name)
				continue
			case err != nil:
				return checks.Explain(err).Expect(expected)
			}
			if why := Unusable(env, ev, fact.SectionTraces); why != "" {
				none = append(none, h.Name+": "+why)
				continue
			}
			v.date(ev, []string{fact.SectionTraces})
			v.take(h.Name, ev, traces(ev))
		}
		if len(v.good) == 0 && v.Status == checks.Pass {
			return checks.NotApplicable("no traces are at hand: " + strings.Join(none, "; "))
		}
		return v.done(expected)
	}
}

// traces finds the first known saying, and shows the last lines that matter.
func traces(ev fact.HostEvidence) *problem {
	p := &problem{}
	known := sayings()
	for _, t := range ev.Traces {
		if ev.Since(fact.SectionTraces).Sub(t.Modified) > traceRecent {
			continue
		}
		name := t.File[strings.LastIndexAny(t.File, `\/`)+1:]
		for _, line := range t.Lines {
			for _, s := range known {
				if p.cause == "" && s.words.MatchString(line) {
					p = &problem{cause: "connector.trace-trouble", seen: s.means, warn: true, notes: append(p.notes, checks.Evidence{Name: name, Value: line})}
				}
			}
		}
		for _, line := range t.Lines[max(0, len(t.Lines)-traceShown):] {
			if len(p.notes) < traceShown {
				p.notes = append(p.notes, checks.Evidence{Name: name, Value: line})
			}
		}
	}
	p.notes = append(p.notes, checks.Evidence{Name: "trace files", Value: fmt.Sprintf("%d searched", len(ev.Traces))})
	return p
}
