package cli

import (
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/internal/session"
	"sensegate/steps"
)

// reloading is a guide over a lab whose proxy is away for so long after every
// change.
func reloading(t *testing.T, reload time.Duration, fault string) *steps.Guide {
	t.Helper()
	p := silent(t)
	l, err := lab.Start(t.Context(), lab.Options{Faults: []string{fault}, Reload: reload})
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
	return g
}

// through runs every check up to the allow list, and gives what was said while
// it waited.
func through(t *testing.T, g *steps.Guide, wait time.Duration) (retries []checks.Event, last map[checks.ID]checks.Result) {
	t.Helper()
	last = map[checks.ID]checks.Result{}
	r := g.RecheckThrough("allowlist", wait)
	for e := range r.Start(t.Context()) {
		if err := g.Observe(r.Number, e); err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case checks.Started:
		case checks.Retrying:
			retries = append(retries, e)
		case checks.Finished:
			last[e.ID] = e.Result
		}
	}
	g.End(r.Number)
	return retries, last
}

// TestReloadIsAwaited changes the allow list at a proxy that is away for a
// second and a half: the checks say until when they wait and why, and then
// prove the change at the running proxy.
func TestReloadIsAwaited(t *testing.T) {
	t.Parallel()
	g := reloading(t, 1500*time.Millisecond, "allowlist-missing")
	if _, last := through(t, g, 0); last["allowlist.entry"].Cause != "allowlist.missing" {
		t.Fatalf("at first: %+v", last["allowlist.entry"])
	}
	for g.Snapshot().Here().ID != "allowlist" {
		if err := g.Next(); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := g.Planner()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done, err := plan.Apply(t.Context(), plan.Confirm(), g.Recorder(), quietly)
	g.Changed(plan.Step, done)
	if err != nil || len(done) != 1 {
		t.Fatalf("%d changes made, %v", len(done), err)
	}
	begun := time.Now()
	const budget = 30 * time.Second
	retries, last := through(t, g, budget)
	for _, id := range []checks.ID{"allowlist.entry", "allowlist.http", "allowlist.websocket"} {
		if last[id].Status != checks.Pass {
			t.Errorf("%s is %s: %s", id, last[id].Status, last[id].Seen)
		}
	}
	if len(retries) == 0 {
		t.Fatal("nothing was said while the proxy was away")
	}
	for _, e := range retries {
		if e.Because == "" || !e.Next.After(begun) || e.Deadline.Before(e.Next) || e.Deadline.After(begun.Add(2*budget)) {
			t.Errorf("%s is asked again at %s, until %s, because %q", e.ID, e.Next, e.Deadline, e.Because)
		}
	}
}

// TestReloadThatNeverComes ends with the finding once the budget is used up.
func TestReloadThatNeverComes(t *testing.T) {
	t.Parallel()
	g := reloading(t, 0, "proxy-not-reloaded")
	const budget = 2500 * time.Millisecond
	begun := time.Now()
	retries, last := through(t, g, budget)
	r := last["allowlist.http"]
	if r.Status != checks.Fail || r.Cause != "allowlist.not-effective" || r.Attempt != 2 {
		t.Errorf("%s is %s because of %q at attempt %d: %s", r.ID, r.Status, r.Cause, r.Attempt, r.Seen)
	}
	if len(retries) != 1 || retries[0].ID != "allowlist.http" || retries[0].Result.Cause != "allowlist.not-effective" {
		t.Errorf("meanwhile it said %+v", retries)
	}
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("it gave up after %s", took)
	}
}
