package checks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sensegate/checks"
)

// shape is one check of a random run: what it needs, how long it takes and how
// it ends.
type shape struct {
	needs  []int
	takes  time.Duration
	ends   checks.Status // Pending: it comes to no outcome
	panics bool
	asked  bool
	prior  checks.Status // of an earlier run; Pending: there was none
}

func shapes() *rapid.Generator[[]shape] {
	return rapid.Custom(func(t *rapid.T) []shape {
		list := make([]shape, rapid.IntRange(1, 14).Draw(t, "checks"))
		for i := range list {
			earlier := make([]int, i)
			for j := range earlier {
				earlier[j] = j
			}
			s := shape{
				takes: time.Duration(rapid.IntRange(0, 5).Draw(t, "seconds")) * time.Second,
				// Passing is drawn often, or deep graphs would never be walked.
				ends: rapid.SampledFrom([]checks.Status{
					checks.Pass, checks.Pass, checks.Pass, checks.Warn, checks.Skipped,
					checks.Fail, checks.Unknown, checks.Crashed, checks.Waiting, checks.Pending,
				}).Draw(t, "ends"),
				panics: rapid.IntRange(0, 9).Draw(t, "panics") == 0,
				asked:  rapid.IntRange(0, 3).Draw(t, "asked") > 0,
				prior:  rapid.SampledFrom([]checks.Status{checks.Pending, checks.Pass, checks.Skipped, checks.Fail, checks.Unknown}).Draw(t, "prior"),
			}
			if i > 0 {
				s.needs = rapid.SliceOfNDistinct(rapid.SampledFrom(earlier), 0, min(3, i), rapid.ID[int]).Draw(t, "needs")
			}
			list[i] = s
		}
		return list
	})
}

func idOf(i int) checks.ID { return checks.ID(fmt.Sprintf("area.check-%d", i)) }

// witness is what was seen of a run.
type witness struct {
	events  []checks.Event
	calls   []int32
	busiest int32 // functions running at the same moment
}

func witnessed(t *testing.T, list []shape, limit int) witness {
	w := witness{calls: make([]int32, len(list))}
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		declared := make([]checks.Check, len(list))
		req := checks.Request{Prior: map[checks.ID]checks.Result{}}
		for i, s := range list {
			c := checks.Check{ID: idOf(i), Step: "area", Title: "it is so", Timeout: time.Hour}
			for _, n := range s.needs {
				c.Needs = append(c.Needs, idOf(n))
			}
			c.Run = func(context.Context, checks.Env) checks.Result {
				atomic.AddInt32(&w.calls[i], 1)
				running := now.Add(1)
				busiest(&most, running)
				defer now.Add(-1)
				<-time.After(s.takes)
				if s.panics {
					panic("out of cheese")
				}
				return checks.Result{Status: s.ends, Seen: "seen"}
			}
			declared[i] = c
			if s.asked {
				req.IDs = append(req.IDs, c.ID)
			}
			if s.prior != checks.Pending {
				req.Prior[c.ID] = checks.Result{ID: c.ID, Status: s.prior}
			}
		}
		set, err := checks.NewSet(declared)
		if err != nil {
			t.Fatal(err)
		}
		runner := checks.Runner{Set: set, Limit: limit, Clock: time.Now}
		req.Env = checks.NewEnv(completeSite(), time.Now, nil)
		for e := range runner.Run(t.Context(), req) {
			w.events = append(w.events, e)
		}
		w.busiest = most.Load()
	})
	return w
}

func busiest(most *atomic.Int32, running int32) {
	for old := most.Load(); running > old; old = most.Load() {
		if most.CompareAndSwap(old, running) {
			return
		}
	}
}

// TestAnyGraph draws graphs and outcomes and holds the run to what a reader of
// its events may rely on.
func TestAnyGraph(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := shapes().Draw(rt, "graph")
		limit := rapid.IntRange(0, 4).Draw(rt, "limit")
		w := witnessed(t, list, limit)
		if limit == 0 {
			limit = 8
		}
		if int(w.busiest) > limit {
			rt.Fatalf("%d ran at once, the limit is %d", w.busiest, limit)
		}
		if err := orderly(list, w); err != nil {
			rt.Fatal(err)
		}
	})
}

func orderly(list []shape, w witness) error {
	index := map[checks.ID]int{}
	known := map[checks.ID]checks.Status{} // outcomes that a need may rest on
	for i, s := range list {
		index[idOf(i)] = i
		if !s.asked && s.prior != checks.Pending {
			known[idOf(i)] = s.prior
		}
	}
	started, finished := map[checks.ID]bool{}, map[checks.ID]bool{}
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, e := range w.events {
		s := list[index[e.ID]]
		switch e.Kind {
		case checks.Started:
			if started[e.ID] || finished[e.ID] {
				wrong("%s started after it started or finished", e.ID)
			}
			started[e.ID] = true
			for _, n := range s.needs {
				if got, ok := known[idOf(n)]; !ok || !got.Opens() {
					wrong("%s started, though %s is %s", e.ID, idOf(n), got)
				}
			}
		case checks.Finished:
			if finished[e.ID] {
				wrong("%s finished twice", e.ID)
			}
			finished[e.ID] = true
			known[e.ID] = e.Result.Status
			if err := rightOutcome(s, e, started[e.ID], known); err != nil {
				problems = append(problems, err)
			}
		case checks.Retrying:
			wrong("%s was asked again by a run without patience", e.ID)
		}
	}
	for i, s := range list {
		id := idOf(i)
		if finished[id] != s.asked {
			wrong("%s: asked for %v, finished %v", id, s.asked, finished[id])
		}
		if calls := w.calls[i]; started[id] != (calls == 1) || calls > 1 {
			wrong("%s: started %v, called %d times", id, started[id], calls)
		}
	}
	return errors.Join(problems...)
}

func rightOutcome(s shape, e checks.Event, started bool, known map[checks.ID]checks.Status) error {
	r := e.Result
	if r.ID != e.ID || r.At.IsZero() || r.Source != checks.Live {
		return fmt.Errorf("%s finished with the stamp %q %v %q", e.ID, r.ID, r.At, r.Source)
	}
	if started {
		want := s.ends
		if s.panics || s.ends == checks.Pending {
			want = checks.Crashed
		}
		if r.Status != want || r.Attempt != 1 || r.Took != s.takes {
			return fmt.Errorf("%s is %s after %s at attempt %d, want %s after %s", e.ID, r.Status, r.Took, r.Attempt, want, s.takes)
		}
		return nil
	}
	if r.Status != checks.Waiting || len(r.WaitsFor) == 0 {
		return fmt.Errorf("%s never started and is %s, waiting for %v", e.ID, r.Status, r.WaitsFor)
	}
	for _, n := range r.WaitsFor {
		if !slices.ContainsFunc(s.needs, func(i int) bool { return idOf(i) == n }) {
			return fmt.Errorf("%s waits for %s, which it does not need", e.ID, n)
		}
		if known[n].Opens() {
			return fmt.Errorf("%s waits for %s, which is %s", e.ID, n, known[n])
		}
	}
	return nil
}
