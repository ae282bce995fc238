package checks_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

// declared makes a set of which only id, needs and function matter.
func declared(t *testing.T, list ...checks.Check) checks.Set {
	t.Helper()
	for i := range list {
		list[i].Step, list[i].Title = "area", "it is so"
	}
	set, err := checks.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func answer(r checks.Result) checks.Func {
	return func(context.Context, checks.Env) checks.Result { return r }
}

func pass() checks.Result { return checks.Passed("so", "so") }

// until keeps the asking goroutine until the context ends, as a client does
// that waits for a server.
func until(ctx context.Context, _ checks.Env) checks.Result {
	<-ctx.Done()
	return checks.Explain(fmt.Errorf("asking: %w", ctx.Err()))
}

func all(set checks.Set) checks.Request {
	req := checks.Request{Env: checks.NewEnv(completeSite(), time.Now, nil)}
	for _, c := range set.All() {
		req.IDs = append(req.IDs, c.ID)
	}
	return req
}

func run(t *testing.T, set checks.Set, change func(*checks.Request)) []checks.Event {
	t.Helper()
	req := all(set)
	if change != nil {
		change(&req)
	}
	r := checks.Runner{Set: set, Clock: time.Now}
	var out []checks.Event
	for e := range r.Run(t.Context(), req) {
		out = append(out, e)
	}
	return out
}

func results(events []checks.Event) map[checks.ID]checks.Result {
	out := map[checks.ID]checks.Result{}
	for _, e := range events {
		if e.Kind == checks.Finished {
			out[e.ID] = e.Result
		}
	}
	return out
}

func TestDeadline(t *testing.T) {
	tests := []struct {
		name    string
		timeout time.Duration
		run     func(release <-chan struct{}) checks.Func
		after   time.Duration
	}{
		{"an honest function", 3 * time.Second, func(<-chan struct{}) checks.Func { return until }, 3 * time.Second},
		{"a function that ignores its context", 3 * time.Second, func(release <-chan struct{}) checks.Func {
			return func(context.Context, checks.Env) checks.Result { <-release; return pass() }
		}, 3 * time.Second},
		{"a refused connection that was a deadline", 2 * time.Second, func(<-chan struct{}) checks.Func {
			return func(ctx context.Context, _ checks.Env) checks.Result {
				<-ctx.Done()
				return checks.CouldNotTell(checks.Unreachable, "", "i/o timeout")
			}
		}, 2 * time.Second},
		{"the default", 0, func(<-chan struct{}) checks.Func { return until }, checks.DefaultTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				defer close(release)
				got := results(run(t, declared(t, checks.Check{ID: "a", Timeout: tt.timeout, Run: tt.run(release)}), nil))["a"]
				if got.Status != checks.Unknown || got.Reason != checks.TimedOut || got.Took != tt.after {
					t.Errorf("%s, %s after %s; want unknown, timed out after %s", got.Status, got.Reason, got.Took, tt.after)
				}
				if want := "no answer within " + tt.after.String(); got.Seen != want || got.Expected != "it is so" {
					t.Errorf("expected %q, seen %q; want seen %q", got.Expected, got.Seen, want)
				}
			})
		})
	}
}

// TestCrash shows that a check that fails itself is our bug and says where.
func TestCrash(t *testing.T) {
	tests := []struct {
		name        string
		run         checks.Func
		seen, where string
	}{
		{"panic", func(context.Context, checks.Env) checks.Result { panic("out of cheese") }, "out of cheese", "runner_test.go:"},
		{"a list that is too short", func(_ context.Context, env checks.Env) checks.Result {
			var list []string
			return checks.Passed("so", list[len(env.Site.Name)])
		}, "out of range", "runner_test.go:"},
		{"panic with an error", func(context.Context, checks.Env) checks.Result { panic(errors.New("broken")) }, "broken", "runner_test.go:"},
		{"undeclared fact", answer(pass().Provide("a.fact", 1)), `provides "a.fact" without declaring it`, ""},
		{"no outcome", answer(checks.Result{}), "no outcome", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := declared(t, checks.Check{ID: "a", Run: tt.run}, checks.Check{ID: "b", Run: answer(pass())}, checks.Check{ID: "c", Needs: []checks.ID{"a"}, Run: answer(pass())})
			got := results(run(t, set, func(r *checks.Request) { r.Patient = true }))
			if a := got["a"]; a.Status != checks.Crashed || !strings.Contains(a.Seen, tt.seen) {
				t.Errorf("%s, seen %q; want crashed, seen %q", a.Status, a.Seen, tt.seen)
			}
			if tt.where != "" && !strings.Contains(evidence(got["a"], "where"), tt.where) {
				t.Errorf("where it crashed is %q, want %q", evidence(got["a"], "where"), tt.where)
			}
			if got["b"].Status != checks.Pass || got["c"].Status != checks.Waiting {
				t.Errorf("its neighbour is %s, what needs it is %s", got["b"].Status, got["c"].Status)
			}
		})
	}
}

func evidence(r checks.Result, name string) string {
	for _, e := range r.Evidence {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// TestFactsTravel shows that facts reach those who need them: from the run and
// from results of an earlier one, the newer one winning.
func TestFactsTravel(t *testing.T) {
	var direct, earlier string
	set := declared(
		t,
		checks.Check{ID: "a", Provides: []string{"a.fact"}, Run: answer(pass().Provide("a.fact", "new"))},
		checks.Check{ID: "b", Needs: []checks.ID{"a"}, Run: func(_ context.Context, env checks.Env) checks.Result {
			direct, _ = checks.Known[string](env, "a.fact")
			earlier, _ = checks.Known[string](env, "old.fact")
			if _, ok := checks.Known[int](env, "a.fact"); ok {
				return checks.Failed("x", "a fact has one type", "it has two")
			}
			return pass()
		}},
	)
	got := results(run(t, set, func(r *checks.Request) {
		r.Prior = map[checks.ID]checks.Result{
			"a": pass().Provide("a.fact", "old"),
			"z": pass().Provide("old.fact", "still true"),
		}
	}))
	if direct != "new" || earlier != "still true" || got["b"].Status != checks.Pass {
		t.Errorf("known: %q and %q, %s", direct, earlier, got["b"].Status)
	}
}

func TestStamp(t *testing.T) {
	causes, err := checks.NewCatalogue([]checks.Cause{{
		ID: "a.wrong", Title: "t", Because: "b",
		Fixes: []checks.Fix{{Who: checks.ADAdmin, Text: "mend {thing} of {account-name}", Command: "mend {thing}", Shell: checks.Bash}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	set := declared(
		t,
		checks.Check{ID: "a", Run: answer(checks.Failed("a.wrong", "one", "two\x1b[31m").With("na\nme", "a\u202evalue").Var("thing", "the\x07 bell"))},
		checks.Check{ID: "b", Run: answer(pass().From(checks.Collected, at))},
		checks.Check{ID: "c", Run: answer(checks.NotApplicable("not here"))},
		checks.Check{ID: "d", Run: answer(checks.Result{Status: checks.Fail, Cause: "a.wrong", Remedies: []checks.Remedy{{Text: "its own"}}})},
	)
	r := checks.Runner{Set: set, Causes: causes, Clock: func() time.Time { return at.Add(time.Hour) }}
	got := r.Collect(t.Context(), all(set))

	a := got["a"]
	if diff := cmp.Diff([]checks.Remedy{{Who: checks.ADAdmin, Text: "mend the? bell of svc-qlik", Command: "mend 'the? bell'", Shell: checks.Bash}}, a.Remedies); diff != "" {
		t.Error("remedies:", diff)
	}
	if a.Seen != "two?[31m" || evidence(a, "na me") != "a?value" || a.Source != checks.Live || !a.At.Equal(at.Add(time.Hour)) {
		t.Errorf("seen %q, evidence %q, %s at %s", a.Seen, a.Evidence, a.Source, a.At)
	}
	if a.Vars()["thing"] != "the? bell" || a.Vars()["spn"] != "HTTP/sense.contoso.test" {
		t.Errorf("placeholders %v", a.Vars())
	}
	if b := got["b"]; b.Source != checks.Collected || !b.At.Equal(at) {
		t.Errorf("evidence that was collected is stamped %s at %s", b.Source, b.At)
	}
	if c := got["c"]; c.Expected != "" || c.Seen != "not here" {
		t.Errorf("what does not apply expects %q, seen %q", c.Expected, c.Seen)
	}
	if d := got["d"]; len(d.Remedies) != 1 || d.Remedies[0].Text != "its own" {
		t.Errorf("a result's own remedies were replaced by %v", d.Remedies)
	}
}
