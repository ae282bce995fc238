package cli

import (
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/internal/session"
	"sensegate/steps"
)

// atKerberos is a guide that stands at the Kerberos page of a lab with the
// faults; every gate before it is open.
func atKerberos(t *testing.T, faults ...string) (*lab.Lab, *steps.Guide) {
	t.Helper()
	p := silent(t)
	l, err := lab.Start(t.Context(), lab.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, l.Close) })
	o := p.opener(true)
	o.prompt = answeredByItself
	g, err := p.guide(t.Context(), l.Site(), o, session.NewMemory(p.Clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, g.Close) })
	kerberosSwitch(t, g)
	for g.Snapshot().Here().ID != "kerberos" {
		if err := g.Next(); err != nil {
			t.Fatal(err)
		}
	}
	return l, g
}

// kerberosSwitch checks up to the Kerberos page and gives what is found at the
// switch.
func kerberosSwitch(t *testing.T, g *steps.Guide) (r checks.Result) {
	t.Helper()
	run := g.RecheckThrough("kerberos", 0)
	for e := range run.Start(t.Context()) {
		if err := g.Observe(run.Number, e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == checks.Finished && e.ID == "kerberos.switch" {
			r = e.Result
		}
	}
	g.End(run.Number)
	return r
}

// TestOneSaveOfEach plans everything of the Kerberos page at once: whatever ends
// people's sessions is saved once, and the plan says whose end it is before
// anything is changed.
func TestOneSaveOfEach(t *testing.T) {
	t.Parallel()
	_, g := atKerberos(t, "pattern-shared", "kerberos-off", "kerberos-off-second-node")
	plan, err := g.Planner()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var saved []string
	for _, c := range plan.Changes {
		if c.Trace.Object == "" || slices.Contains(saved, c.Trace.Object) {
			t.Errorf("%s saves %q once more", c.ID, c.Trace.Object)
		}
		saved = append(saved, c.Trace.Object)
		if !strings.Contains(c.Affects, "open sessions end") {
			t.Errorf("%s affects %q: not that sessions end", c.ID, c.Affects)
		}
		if shared := strings.Contains(c.Affects, "everybody who opens Qlik without a prefix") && strings.Contains(c.Affects, "portal.contoso.test"); shared != (c.ID == "kerberos.pattern") {
			t.Errorf("%s affects %q", c.ID, c.Affects)
		}
	}
	if len(saved) < 2 {
		t.Errorf("%d changes are planned, want the pattern and a switch", len(saved))
	}
	if !slices.ContainsFunc(plan.Notes, func(n string) bool { return strings.Contains(n, "qlik.prefix") }) {
		t.Errorf("no way around is told: %q", plan.Notes)
	}
}

// TestSwitchedOffAgain sets the Kerberos switch and lets a script put it off:
// what is found is told from a switch that nobody ever set, with the time and
// who saved last. Set once more, it is as it should be.
func TestSwitchedOffAgain(t *testing.T) {
	t.Parallel()
	l, g := atKerberos(t, "kerberos-off")
	set := func() {
		plan, err := g.Planner()(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done, err := plan.Apply(t.Context(), plan.Confirm(), g.Recorder(), quietly)
		g.Changed(plan.Step, done)
		if err != nil || len(done) != 1 {
			t.Fatalf("%d changes made, %v", len(done), err)
		}
	}
	if r := kerberosSwitch(t, g); r.Cause != "kerberos.switch-off" {
		t.Fatalf("never set: %s because of %q: %s", r.Status, r.Cause, r.Seen)
	}
	set()
	if r := kerberosSwitch(t, g); r.Status != checks.Pass {
		t.Fatalf("set: %s because of %q: %s", r.Status, r.Cause, r.Seen)
	}
	if err := l.Break("kerberos-reset-by-script"); err != nil {
		t.Fatal(err)
	}
	g.Changed("kerberos", nil)
	stale := g.RecheckAll(0)
	var r checks.Result
	for e := range stale.Start(t.Context()) {
		if e.Kind == checks.Finished && e.ID == "kerberos.switch" {
			r = e.Result
		}
		if err := g.Observe(stale.Number, e); err != nil {
			t.Fatal(err)
		}
	}
	g.End(stale.Number)
	if r.Status != checks.Fail || r.Cause != "kerberos.switch-reset" || !strings.Contains(r.Seen, "is off again") || len(r.Remedies) == 0 {
		t.Errorf("off again: %s because of %q: %s", r.Status, r.Cause, r.Seen)
	}
	if !slices.ContainsFunc(r.Evidence, func(e checks.Evidence) bool {
		return strings.HasPrefix(e.Name, "last saved at ") && strings.Contains(e.Value, `by CONTOSO\qadmin, `)
	}) {
		t.Errorf("who saved last is not told: %+v", r.Evidence)
	}
	set()
	if r := kerberosSwitch(t, g); r.Status != checks.Pass {
		t.Errorf("set once more: %s because of %q: %s", r.Status, r.Cause, r.Seen)
	}
}
