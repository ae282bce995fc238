package wine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/report"
)

// round is what is done to the machine at one time, what has to be found, and
// how it is taken back. Whatever is not named has to be found as on the healthy
// machine.
type round struct {
	name       string
	make, undo func(*testing.T, *prefix)
	finds      []finding
}

// finding is the outcome of one check, with words that its result has to hold.
type finding struct{ check, status, cause, evidently string }

func pass(check, evidently string) finding { return finding{check, "pass", "", evidently} }

func fail(check, cause, evidently string) finding { return finding{check, "fail", cause, evidently} }

func warn(check, cause, evidently string) finding { return finding{check, "warn", cause, evidently} }

// unknown is a check that cannot tell, with the reason.
func unknown(check, evidently string) finding { return finding{check, "unknown", "", evidently} }

// TestWindows has one machine for all that is asked of Windows: it takes longest
// to make.
func TestWindows(t *testing.T) {
	p := boot(t)
	t.Run("calls", p.calls)
	t.Run("collected states", p.states)
}

// states puts the machine into one state after the other: the Windows program has
// to see each, and `check` here has to judge it from the imported file.
func (p *prefix) states(t *testing.T) {
	p.install(t, "now.exe", carrierPath)
	p.install(t, "now.exe", updaterPath)
	p.registry(t, healthy()...)
	p.order(t, create("WAPCSvc", carrierPath, "auto", network), []string{"start", "WAPCSvc"}, create("WAPCUpdaterSvc", updaterPath, "auto", system), []string{"start", "WAPCUpdaterSvc"})

	d := newDesk(t, p)
	base := d.collected(t)
	for _, f := range healthyFindings() {
		d.judged(t, "healthy", base, f)
	}
	play := func(t *testing.T, rounds []round) {
		t.Helper()
		for _, r := range rounds {
			r.make(t, p)
			now := d.collected(t)
			for _, f := range r.finds {
				d.judged(t, r.name, now, f)
			}
			unchanged(t, r, base, now)
			if r.undo != nil {
				r.undo(t, p)
			}
		}
	}
	play(t, slices.Concat(registryRounds(), serviceRounds(), fileRounds(), productRounds()))
	t.Run("the machine is as it was", func(t *testing.T) { unchanged(t, round{name: "in the end"}, base, d.collected(t)) })
	t.Run("the way to Qlik", func(t *testing.T) { d.backends(t) })
	t.Run("the way out", func(t *testing.T) { d.wayOut(t) })
	t.Run("a node of Qlik", func(t *testing.T) {
		d.node(t)
		play(t, nodeRounds())
	})
	t.Run("other servers", func(t *testing.T) { d.others(t) })
	t.Run("nothing was changed by looking", func(t *testing.T) {
		if out := p.wine(t, "sc", "query", "WAPCSvc"); !strings.Contains(out, "RUNNING") {
			t.Errorf("the service: %s", out)
		}
	})
}

// unchanged holds what a round does not name to the healthy machine. While the
// services are not as they must be, whatever rests on them waits.
func unchanged(t *testing.T, r round, base, now report.Report) {
	t.Helper()
	for _, s := range base.Steps {
		for _, was := range s.Checks {
			if !strings.HasPrefix(was.ID, "connector.") || slices.ContainsFunc(r.finds, func(f finding) bool { return f.check == was.ID }) {
				continue
			}
			is, ok := found(now, was.ID)
			if ok && is.Status.String() == "waiting" && slices.ContainsFunc(r.finds, func(f finding) bool { return f.check == "connector.services" && f.status != "pass" }) {
				continue
			}
			if !ok || is.Status != was.Status || is.Cause != was.Cause {
				t.Errorf("%s: %s is %s because of %q (%s), and was %s because of %q", r.name, was.ID, is.Status, is.Cause, is.Seen, was.Status, was.Cause)
			}
		}
	}
}

func found(r report.Report, id string) (report.Check, bool) {
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			if c.ID == id {
				return c, true
			}
		}
	}
	return report.Check{}, false
}

// judged holds one check of a report to what it has to say.
func (d *desk) judged(t *testing.T, name string, r report.Report, want finding) {
	t.Helper()
	c, ok := found(r, want.check)
	if !ok {
		t.Errorf("%s: the report has no %s", name, want.check)
		return
	}
	evidence, err := json.Marshal(c.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	said := c.Seen + " " + strings.ReplaceAll(string(evidence), `\\`, `\`)
	if c.Status.String() != want.status || want.status != "unknown" && c.Cause != want.cause || !strings.Contains(said, want.evidently) {
		t.Errorf("%s: %s is %s because of %q (%s), want %s because of %q (%s)", name, c.ID, c.Status, c.Cause, said, want.status, want.cause, want.evidently)
	}
	if want.status != "unknown" && c.Source != "collected" {
		t.Errorf("%s: %s was proved %s", name, c.ID, c.Source)
	}
}
