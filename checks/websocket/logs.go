package websocket

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/internal/fact"
)

const (
	// logRecent is how old a row may be: older ones are about something else.
	logRecent = 24 * time.Hour
	// logShown is how many findings are shown.
	logShown = 6
)

// withLogs adds what the proxy's own logs say to the evidence of a check that
// does not hold. They never decide: no document gives the literal words of
// every release.
func withLogs(l Logs, run checks.Func) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := run(ctx, env)
		if r.Status != checks.Fail || notAtHand(l, env) {
			return r
		}
		found, err := l.ProxyLogs(ctx, env.Site.Qlik.Logs, env.Clock().Add(-logRecent))
		switch {
		case err != nil:
			return r.With("proxy's logs", "could not be read: "+err.Error())
		case len(found.Findings) == 0 && len(found.Sources) > 0:
			return r.With("proxy's logs", "none of the known phrases in the last day")
		}
		return told(r, found.Findings)
	}
}

// notAtHand says that there is nothing to ask: this machine's logs are not the
// practice lab's.
func notAtHand(l Logs, env checks.Env) bool {
	return l == nil || env.Site.Simulated && env.Site.Qlik.Logs == ""
}

func told(r checks.Result, list []fact.LogFinding) checks.Result {
	for _, f := range list[:min(len(list), logShown)] {
		text := fmt.Sprintf("%s (%s", f.Meaning, times(f.Count))
		if !f.Last.IsZero() {
			text += ", last " + f.Last.UTC().Format(time.RFC3339)
		}
		if f.User != "" {
			text += ", " + f.User
		}
		r = r.With("proxy's log "+f.File, text+"): "+f.Text)
	}
	return r
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// refusals asserts that nobody was turned away lately. It only warns: the test
// user gets through, and the words of the logs are not documented.
func refusals(l Logs) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		if notAtHand(l, env) {
			return checks.NotApplicable("the proxy's logs are not at hand")
		}
		since := env.Clock().Add(-logRecent)
		expected := "nobody turned away in the last day"
		if vp, ok := checks.Known[fact.VirtualProxy](env, allowlist.FactVirtualProxy); ok && vp.Modified.After(since) {
			// What is older is about settings that are no longer in force.
			since, expected = vp.Modified, "nobody turned away since the virtual proxy was last changed, "+vp.Modified.UTC().Format("2006-01-02 15:04 MST")
		}
		found, err := l.ProxyLogs(ctx, env.Site.Qlik.Logs, since)
		switch {
		case err != nil:
			return checks.Warned("verify.logs-unreadable", expected, err.Error())
		case len(found.Sources) == 0 && env.Site.Qlik.Logs != "":
			return checks.Warned("verify.logs-unreadable", expected, "there is no log at "+env.Site.Qlik.Logs)
		case len(found.Sources) == 0:
			return checks.NotApplicable("the proxy's logs are not at hand: name them under qlik.logs, or collect them on the Qlik host")
		}
		var turned []string
		for _, f := range found.Findings {
			if f.Trouble {
				turned = append(turned, times(f.Count)+", "+f.Meaning)
			}
		}
		r := checks.Passed(expected, "nobody, as far as the known phrases tell")
		if len(turned) > 0 {
			r = checks.Warned("verify.turned-away", expected, strings.Join(turned[:min(len(turned), 2)], "; "))
		}
		return told(r, found.Findings).With("logs read", strings.Join(found.Sources[:min(len(found.Sources), logShown)], ", "))
	}
}
