package steps_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/steps"
)

// three is an order of three steps: two checks, one check, and none at all
// where empty is given.
func three(empty bool) []steps.Step {
	check := func(id checks.ID) checks.Check { return checks.Check{ID: id} }
	order := []steps.Step{
		{ID: "one", Title: "First", Checks: []checks.Check{check("one.a"), check("one.b")}},
		{ID: "two", Title: "Second", Checks: []checks.Check{check("two.a")}},
		{ID: "three", Title: "Third", Checks: []checks.Check{check("three.a")}},
	}
	if empty {
		order[1].Checks = nil
	}
	return order
}

func TestJudge(t *testing.T) {
	const p, w, s, f, u = checks.Pass, checks.Warn, checks.Skipped, checks.Fail, checks.Unknown
	open := steps.Gate{State: steps.GateOpen}
	closed := func(why string) steps.Gate { return steps.Gate{Why: why} }
	tests := []struct {
		name  string
		found [4]checks.Status // one.a, one.b, two.a, three.a
		stale []checks.ID
		empty bool
		want  [3]steps.Gate
	}{
		{"nothing is known", [4]checks.Status{}, nil, false, [3]steps.Gate{closed("2 of 2 checks are not proved"), closed("1 of 1 checks is not proved"), closed("1 of 1 checks is not proved")}},
		{"all passed", [4]checks.Status{p, p, p, p}, nil, false, [3]steps.Gate{open, open, open}},
		{"a warning lets pass and is counted", [4]checks.Status{w, w, w, p}, nil, false, [3]steps.Gate{{State: steps.GateOpen, Warnings: 2}, {State: steps.GateOpen, Warnings: 1}, open}},
		{"one that does not apply", [4]checks.Status{p, s, p, p}, nil, false, [3]steps.Gate{open, open, open}},
		{"a step that does not apply", [4]checks.Status{p, p, s, p}, nil, false, [3]steps.Gate{open, {State: steps.GateSkipped}, open}},
		{"a failure closes all that follows", [4]checks.Status{p, f, p, p}, nil, false, [3]steps.Gate{closed("1 of 2 checks is not proved"), closed("opens after First"), closed("opens after First")}},
		{"what follows a closed one has its own reason first", [4]checks.Status{p, f, f, p}, nil, false, [3]steps.Gate{closed("1 of 2 checks is not proved"), closed("1 of 1 checks is not proved"), closed("opens after First")}},
		{"could not tell opens nothing", [4]checks.Status{p, p, u, p}, nil, false, [3]steps.Gate{open, closed("1 of 1 checks is not proved"), closed("opens after Second")}},
		{"waiting opens nothing", [4]checks.Status{p, p, checks.Waiting, p}, nil, false, [3]steps.Gate{open, closed("1 of 1 checks is not proved"), closed("opens after Second")}},
		{"our bug opens nothing", [4]checks.Status{p, p, checks.Crashed, p}, nil, false, [3]steps.Gate{open, closed("1 of 1 checks is not proved"), closed("opens after Second")}},
		{"stale", [4]checks.Status{p, p, p, p}, []checks.ID{"two.a"}, false, [3]steps.Gate{open, {Why: "proved before something changed: check again", Stale: true}, closed("opens after Second")}},
		{"a stale failure is a failure", [4]checks.Status{p, p, f, p}, []checks.ID{"two.a"}, false, [3]steps.Gate{open, closed("1 of 1 checks is not proved"), closed("opens after Second")}},
		{"stale and not proved", [4]checks.Status{p, f, p, p}, []checks.ID{"one.a"}, false, [3]steps.Gate{closed("1 of 2 checks is not proved"), closed("opens after First"), closed("opens after First")}},
		{"a stale skip is not a skip", [4]checks.Status{p, p, s, p}, []checks.ID{"two.a"}, false, [3]steps.Gate{open, {Why: "proved before something changed: check again", Stale: true}, closed("opens after Second")}},
		{"a step that nothing proves", [4]checks.Status{p, p, p, p}, nil, true, [3]steps.Gate{open, closed("nothing proves this step"), closed("opens after Second")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			results, stale := map[checks.ID]checks.Result{}, map[checks.ID]bool{}
			for i, id := range []checks.ID{"one.a", "one.b", "two.a", "three.a"} {
				if tt.found[i] != checks.Pending {
					results[id] = checks.Result{ID: id, Status: tt.found[i]}
				}
			}
			for _, id := range tt.stale {
				stale[id] = true
			}
			got := steps.Judge(three(tt.empty), results, stale)
			if diff := cmp.Diff(tt.want[:], got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestGateWords are those of the JSON.
func TestGateWords(t *testing.T) {
	for state, want := range map[steps.GateState]string{steps.GateClosed: "closed", steps.GateOpen: "open", steps.GateSkipped: "skipped"} {
		if state.String() != want || state.Passes() == (state == steps.GateClosed) {
			t.Errorf("%d is %q and passes: %v", state, state, state.Passes())
		}
	}
}
