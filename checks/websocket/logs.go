package websocket

import (
	"context"
	"fmt"
	"time"

	"sensegate/checks"
)

const (
	// logRecent is how old a row may be: older ones are about something else.
	logRecent = 24 * time.Hour
	// logShown is how many findings are shown.
	logShown = 6
)

// withLogs adds what the proxy's own logs say to a check's evidence. They never
// decide: no document gives the literal words of every release.
func withLogs(l Logs, run checks.Func) checks.Func {
	if l == nil {
		return run
	}
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := run(ctx, env)
		if env.Site.Simulated && env.Site.Qlik.Logs == "" {
			return r // this machine's logs are not the practice lab's
		}
		found, err := l.ProxyLogs(ctx, env.Site.Qlik.Logs)
		if err != nil {
			return r.With("proxy's logs", "could not be read: "+err.Error())
		}
		shown := 0
		for _, f := range found {
			if shown == logShown || !f.Last.IsZero() && env.Clock().Sub(f.Last) > logRecent {
				continue
			}
			shown++
			text := fmt.Sprintf("%s (%d times", f.Meaning, f.Count)
			if !f.Last.IsZero() {
				text += ", last " + f.Last.UTC().Format(time.RFC3339)
			}
			if f.User != "" {
				text += ", " + f.User
			}
			r = r.With("proxy's log "+f.File, text+"): "+f.Text)
		}
		if shown == 0 && env.Site.Qlik.Logs != "" {
			r = r.With("proxy's logs", "none of the known phrases in the last day")
		}
		return r
	}
}
