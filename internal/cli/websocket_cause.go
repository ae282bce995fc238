package cli

import (
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/websocket"
	"sensegate/internal/site"
)

// label names what stands in the way on this side.
func (w *socketSide) label(s site.Site, clock func() time.Time) {
	if w.good() {
		return
	}
	if w.Study != nil && w.Study.CutAfter > 0 {
		w.Cause = "verify.idle-cut"
		return
	}
	probe := w.Chain.Probe
	if probe.Status > 0 || probe.Unanswered {
		if probe.OwnOrigin == 0 && len(w.Chain.Origins) > 0 {
			// Inside the page's host is Qlik's own: what else was tried tells the
			// list from the token.
			probe.OwnOrigin = w.Chain.Origins[0].Status
		}
		w.Cause, _ = websocket.Cause(checks.NewEnv(s, clock, nil), probe, w.Name == "outside")
		return
	}
	for _, st := range w.Chain.Stages {
		if st.OK {
			continue
		}
		switch st.Name {
		case "encryption", "page":
			if w.Cause = access.FrontCause(st.Err); w.Name == "outside" && w.Cause == "site.front-unavailable" {
				w.Cause = "verify.gateway-error"
			}
		}
	}
}

// causeText is what the label means, and the first thing to do about it.
func causeText(s site.Site, id checks.CauseID, causes checks.Catalogue) string {
	c, ok := causes[id]
	if !ok {
		return ""
	}
	values := checks.Vars(s)
	var b strings.Builder
	fmt.Fprintf(&b, "\n  %s\n  %s\n", c.Title, checks.Fill(c.Because, values, checks.NoShell))
	for _, r := range c.Remedies(values)[:1] {
		fmt.Fprintf(&b, "  %-20s %s (%s)\n", "fix", r.Text, r.Who)
		if r.Command != "" {
			fmt.Fprintf(&b, "  %-20s %s\n", "", r.Command)
		}
	}
	fmt.Fprintf(&b, "  %-20s sensegate explain %s\n", "more", id)
	return b.String()
}
