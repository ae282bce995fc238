package ui

import (
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// finding writes one check: a line when all is well, what was expected, seen
// and can be done when it is not. flipped adds or removes the evidence.
func (m *model) finding(p *page, c steps.CheckView, selected, flipped bool) {
	gutter := "  "
	if selected {
		gutter = m.th.here.Render(m.gl.here) + " "
	}
	mark, note := m.checkMark(c)
	st := m.th.text
	if selected {
		st = m.th.strong
	}
	title := c.Check.Title
	if note != "" {
		title += " (" + note + ")"
	}
	p.hang(gutter+mark+" ", st, title)
	switch {
	case c.Retrying:
		m.retrying(p, c)
	case c.Running || c.Stale && !flipped:
	case c.Result.Status == checks.Waiting:
		p.field(4, "waits for", m.th.text, strings.Join(m.titles(c.Result.WaitsFor), "; "))
	case holds(c) || c.Result.Pardoned() || c.Result.Status == checks.Warn:
		m.trouble(p, c, flipped)
	case c.Result.Status == checks.Skipped:
		p.field(4, "because", m.th.text, c.Result.Seen)
		if selected {
			m.askedFor(p, c)
		}
	case flipped && c.Result.Status == checks.Pass:
		p.field(4, "expected", m.th.text, c.Result.Expected)
		p.field(4, "seen", m.th.text, c.Result.Seen)
		m.evidence(p, c)
	case flipped:
		p.field(4, "why", m.th.text, c.Check.Why)
	case c.Result.Status == checks.Pass:
		m.proved(p, c)
	}
}

// slowAfter is from when on a check that still runs is said to be slow.
const slowAfter = 10 * time.Second

// checkMark is the mark of a check and what has to be said beside its title.
func (m *model) checkMark(c steps.CheckView) (string, string) {
	switch {
	case c.Retrying:
		return m.th.warn.Render(m.gl.running), "asked again soon"
	case c.Running:
		note := "running"
		if m.live != nil && m.now.Sub(m.live.began) >= slowAfter {
			note = "slow: still running after " + span(m.now.Sub(m.live.began))
		}
		return m.th.strong.Render(m.gl.running), note
	case c.Stale && c.Result.Status != checks.Pending:
		return m.gl.pending, fmt.Sprintf("%s %s, to be checked again", word(c.Result.Status), clockTime(c.Result.At))
	case c.Result.Status == checks.Unknown:
		return m.mark(checks.Unknown), "could not tell: " + string(c.Result.Reason)
	case c.Result.Status == checks.Crashed:
		return m.mark(checks.Crashed), "our fault, not yours"
	}
	return m.mark(c.Result.Status), ""
}

// trouble says what is wrong and what to do about it.
func (m *model) trouble(p *page, c steps.CheckView, evidence bool) {
	r := c.Result
	p.field(4, "expected", m.th.text, r.Expected)
	p.field(4, "seen", m.th.text, r.Seen)
	p.field(4, "because", m.th.text, m.because(c))
	p.field(4, "ignored", m.th.text, c.Result.Ignored)
	label := "fix"
	for _, rem := range checks.InPlace(r.Remedies, m.place) {
		p.field(4, label, m.th.text, remedyText(rem))
		if rem.Command != "" {
			p.field(4, "", m.th.strong, rem.Command)
		}
		label = "or"
	}
	m.proved(p, c)
	m.askedFor(p, c)
	p.field(4, "read on", m.th.dim, m.readOn(c))
	if evidence {
		m.evidence(p, c)
	}
}

// remedyText is the fix and who usually may do it.
func remedyText(r checks.Remedy) string {
	if r.Who == "" {
		return r.Text
	}
	return strings.TrimSuffix(r.Text, ".") + " (" + string(r.Who) + ")"
}

// because is the likely cause in one sentence.
func (m *model) because(c steps.CheckView) string {
	return likely(c, m.snap.Site)
}

// readOn is where more is written: about the cause, the check, or the step.
func (m *model) readOn(c steps.CheckView) string { return readOn(m.snap, c) }

func readOn(s steps.Snapshot, c steps.CheckView) string {
	if docs := or(c.Cause.Docs, c.Check.Docs); docs != "" {
		return docs
	}
	for _, v := range s.Steps {
		if v.ID == c.Check.Step {
			return v.SeedFrom
		}
	}
	return ""
}

// retrying says what was seen so far, and how long it is worth waiting.
func (m *model) retrying(p *page, c steps.CheckView) {
	p.field(4, "so far", m.th.text, c.SoFar.Seen)
	p.field(4, "because", m.th.text, c.Because)
	next := max(c.Next.Sub(m.now), 0)
	p.field(4, "again", m.th.text, fmt.Sprintf("in %s; gives up at %s, in %s",
		span(next), c.Deadline.Format("15:04:05"), span(max(c.Deadline.Sub(m.now), 0))))
}

// evidence says what was read, where and when.
func (m *model) evidence(p *page, c steps.CheckView) {
	r := c.Result
	p.field(4, "why", m.th.text, c.Check.Why)
	for _, e := range r.Evidence {
		p.field(4, "read", m.th.text, e.Name+": "+e.Value)
	}
	p.field(4, "when", m.th.text, fmt.Sprintf("%s%s, took %s", proof(r), r.At.Format("2006-01-02 15:04:05"), r.Took.Round(time.Millisecond)))
	p.field(4, "check", m.th.dim, string(c.Check.ID))
	if r.Cause != "" {
		p.field(4, "cause", m.th.dim, string(r.Cause))
	}
}

// proof says how a result was proved where that was not live.
func proof(r checks.Result) string {
	switch r.Source {
	case checks.Collected:
		return "from collected evidence, "
	case checks.Pasted:
		return "from pasted output, "
	case checks.Live:
	}
	return ""
}

// titles names checks as people read them.
func (m *model) titles(ids []checks.ID) []string { return titlesOf(m.snap, ids) }

func titlesOf(s steps.Snapshot, ids []checks.ID) []string {
	names := map[checks.ID]string{}
	for _, v := range s.Steps {
		for _, c := range v.Checks {
			names[c.Check.ID] = c.Check.Title
		}
	}
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if t, ok := names[id]; ok {
			out = append(out, t)
			continue
		}
		out = append(out, string(id))
	}
	return out
}

func clockTime(t time.Time) string {
	if t.IsZero() {
		return "earlier"
	}
	return t.Format("15:04")
}

func fraction(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }
