package checks_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

func TestRetry(t *testing.T) {
	bad := checks.Failed("a.bad", "so", "not yet")
	tests := []struct {
		name    string
		patient bool
		wait    time.Duration
		retry   checks.Retry
		trueAt  int // attempt that passes, 0 never
		before  checks.Result
		status  checks.Status
		tries   int
		took    time.Duration
	}{
		{"true at once", true, 0, checks.Retry{Every: 2 * time.Second, For: 10 * time.Second}, 1, bad, checks.Pass, 1, 0},
		{"true after a while", true, 0, checks.Retry{Every: 2 * time.Second, For: 10 * time.Second}, 4, bad, checks.Pass, 4, 6 * time.Second},
		{"never true", true, 0, checks.Retry{Every: 2 * time.Second, For: 10 * time.Second}, 0, bad, checks.Fail, 6, 10 * time.Second},
		{"not a whole number of waits", true, 0, checks.Retry{Every: 3 * time.Second, For: 10 * time.Second}, 0, bad, checks.Fail, 4, 9 * time.Second},
		{"without patience", false, 0, checks.Retry{Every: 2 * time.Second, For: 10 * time.Second}, 3, bad, checks.Fail, 1, 0},
		{"a shorter wait was asked for", true, 3 * time.Second, checks.Retry{Every: 2 * time.Second, For: 10 * time.Second}, 0, bad, checks.Fail, 2, 2 * time.Second},
		{"a longer wait was asked for", true, time.Minute, checks.Retry{Every: 20 * time.Second, For: time.Second}, 4, bad, checks.Pass, 4, time.Minute},
		{"a check that does not know how to wait", true, time.Minute, checks.Retry{}, 2, bad, checks.Fail, 1, 0},
		{"an unknown may clear up", true, 0, checks.Retry{Every: time.Second, For: 5 * time.Second}, 3, checks.CouldNotTell(checks.Unreachable, "so", "no route"), checks.Pass, 3, 2 * time.Second},
		{"a warning is good enough", true, 0, checks.Retry{Every: time.Second, For: 5 * time.Second}, 3, checks.Warned("a.warn", "so", "nearly"), checks.Warn, 1, 0},
		{"what does not apply will not", true, 0, checks.Retry{Every: time.Second, For: 5 * time.Second}, 3, checks.NotApplicable("never"), checks.Skipped, 1, 0},
		{"our bug stays one", true, 0, checks.Retry{Every: time.Second, For: 5 * time.Second}, 3, checks.Result{}, checks.Crashed, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, n := time.Now(), 0
				tt.retry.Because = "it takes a while"
				events := run(t, declared(t, checks.Check{ID: "a", Retry: tt.retry, Run: func(context.Context, checks.Env) checks.Result {
					if n++; n == tt.trueAt {
						return pass()
					}
					return tt.before
				}}), func(r *checks.Request) { r.Patient, r.Wait = tt.patient, tt.wait })

				got := results(events)["a"]
				if got.Status != tt.status || got.Attempt != tt.tries || got.Took != tt.took || n != tt.tries {
					t.Fatalf("%s at attempt %d (%d calls) after %s; want %s at %d after %s", got.Status, got.Attempt, n, got.Took, tt.status, tt.tries, tt.took)
				}
				wait := tt.retry.For
				if tt.wait > 0 {
					wait = tt.wait
				}
				var want []checks.Event
				for i := 1; i < tt.tries; i++ {
					want = append(want, checks.Event{
						Kind: checks.Retrying, ID: "a", Because: "it takes a while",
						Next: begun.Add(time.Duration(i) * tt.retry.Every), Deadline: begun.Add(wait),
					})
				}
				var told []checks.Event
				for _, e := range events {
					if e.Kind != checks.Retrying {
						continue
					}
					if e.Result.Status != tt.before.Status || e.Result.Seen != tt.before.Seen || e.Result.Attempt != len(told)+1 {
						t.Errorf("the answer so far is %s, %q at attempt %d", e.Result.Status, e.Result.Seen, e.Result.Attempt)
					}
					e.Result = checks.Result{}
					told = append(told, e)
				}
				if diff := cmp.Diff(want, told, cmp.AllowUnexported(checks.Result{})); diff != "" {
					t.Error("what was told of the waiting:", diff)
				}
			})
		})
	}
}

// TestCancel ends a run in which some checks have finished, some are under
// way, some wait before a retry and some have not begun.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		var asked sync.Map
		set := declared(
			t,
			checks.Check{ID: "passed", Run: answer(pass())},
			checks.Check{ID: "failed", Run: answer(checks.Failed("a.bad", "so", "not so"))},
			checks.Check{ID: "blocked", Needs: []checks.ID{"failed"}, Run: answer(pass())},
			checks.Check{ID: "honest", Run: until},
			checks.Check{ID: "deaf", Run: func(context.Context, checks.Env) checks.Result { <-release; return pass() }},
			checks.Check{ID: "retries", Retry: checks.Retry{Every: time.Hour, For: 3 * time.Hour}, Run: answer(checks.Failed("a.bad", "so", "not yet"))},
			checks.Check{ID: "no room yet", Run: answer(pass())},
			checks.Check{ID: "needs honest", Needs: []checks.ID{"honest"}, Run: answer(pass())},
		)
		for i, c := range set.All() {
			inner := c.Run
			set.All()[i].Run = func(ctx context.Context, env checks.Env) checks.Result {
				asked.Store(c.ID, true)
				return inner(ctx, env)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		r := checks.Runner{Set: set, Limit: 3, Clock: time.Now}
		req := all(set)
		req.Patient = true
		events := r.Run(ctx, req)
		synctest.Wait()
		begun := time.Now()
		cancel()
		var list []checks.Event
		for e := range events {
			list = append(list, e)
		}
		if late := time.Since(begun); late != 0 {
			t.Errorf("it took %s to stop", late)
		}
		got := map[checks.ID]string{}
		for id, res := range results(list) {
			got[id] = res.Status.String() + " " + string(res.Reason)
		}
		want := map[checks.ID]string{
			"passed": "pass ", "failed": "fail ", "blocked": "waiting ", "retries": "fail ",
			"honest": "unknown cancelled", "deaf": "unknown cancelled",
			"no room yet": "unknown cancelled", "needs honest": "unknown cancelled",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, id := range []checks.ID{"no room yet", "needs honest"} {
			if _, begun := asked.Load(id); begun {
				t.Errorf("%s was begun after the run was cancelled", id)
			}
		}
	})
}

// TestCancelledBefore asks nothing at all.
func TestCancelledBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		set := declared(t, checks.Check{ID: "a", Run: func(context.Context, checks.Env) checks.Result {
			t.Error("asked, though the run was cancelled")
			return pass()
		}})
		r := checks.Runner{Set: set, Clock: time.Now}
		if got := r.Collect(ctx, all(set))["a"]; got.Status != checks.Unknown || got.Reason != checks.Cancelled {
			t.Errorf("%s, %s", got.Status, got.Reason)
		}
	})
}

// TestAbsentReader shows that a run ends though nobody reads its events, even
// one that retried more often than there is room for.
func TestAbsentReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list []checks.Check
		finished := 0
		for i := range 20 {
			list = append(list, checks.Check{
				ID: idOf(i), Retry: checks.Retry{Every: time.Second, For: 10 * time.Minute},
				Run: answer(checks.Failed("a.bad", "so", "never")),
			})
		}
		set := declared(t, list...)
		r := checks.Runner{Set: set, Clock: time.Now}
		req := all(set)
		req.Patient = true
		events := r.Run(t.Context(), req)
		<-time.After(time.Hour)
		synctest.Wait()
		for e := range events {
			if e.Kind == checks.Finished {
				finished++
			}
		}
		if finished != len(list) {
			t.Errorf("%d of %d finished", finished, len(list))
		}
	})
}
