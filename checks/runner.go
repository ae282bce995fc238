package checks

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// EventKind says what happened in a run.
type EventKind int

// The kinds of event.
const (
	Started EventKind = iota
	Retrying
	Finished
)

// Event is the only way out of a run. Retry fields are set on Retrying, Result
// on Finished and on Retrying (the answer so far).
type Event struct {
	Kind     EventKind
	ID       ID
	Result   Result
	Next     time.Time // when it is asked again
	Deadline time.Time // when asking ends
	Because  string    // why it may take a while
}

// Runner runs checks: those whose needs are met, several at a time, each under
// its deadline.
type Runner struct {
	Set    Set
	Causes Catalogue
	// Limit is how many run at once; 8 when zero.
	Limit int
	Clock func() time.Time
}

// Request is one run.
type Request struct {
	// IDs are the checks to run; what they need must be among them or in Prior.
	IDs []ID
	// Prior are results of earlier runs that are still believed.
	Prior map[ID]Result
	Env   Env
	// Patient makes checks that know how to wait retry until they pass.
	Patient bool
	// Wait overrides how long a patient check waits, when longer than zero.
	Wait time.Duration
}

// Run starts the checks and returns their events; the channel is closed when
// all have finished. Cancelling ctx finishes the rest as unknown, at once.
func (r *Runner) Run(ctx context.Context, req Request) <-chan Event {
	// Room for every start and finish, so that an absent reader cannot hold a
	// cancelled run; the rest is for retries, which are dropped when it is full.
	out := make(chan Event, 2*len(req.IDs)+retryRoom)
	go r.coordinate(ctx, req, out)
	return out
}

// Collect runs the checks and returns all results once they have finished.
func (r *Runner) Collect(ctx context.Context, req Request) map[ID]Result {
	results := map[ID]Result{}
	for e := range r.Run(ctx, req) {
		if e.Kind == Finished {
			results[e.ID] = e.Result
		}
	}
	return results
}

type run struct {
	*Runner
	req     Request
	out     chan<- Event
	done    map[ID]Result
	pending []Check
}

func (r *Runner) coordinate(ctx context.Context, req Request, out chan<- Event) {
	defer close(out)
	s := &run{Runner: r, req: req, out: out, done: map[ID]Result{}}
	asked := map[ID]bool{}
	for _, id := range req.IDs {
		asked[id] = true
	}
	for id, p := range req.Prior {
		if !asked[id] {
			s.done[id] = p
		}
	}
	for _, c := range r.Set.All() {
		if asked[c.ID] {
			s.pending = append(s.pending, c)
		}
	}
	limit := r.Limit
	if limit <= 0 {
		limit = 8
	}
	finished := make(chan Result, len(s.pending))
	running := 0
	for {
		running += s.launch(ctx, limit-running, finished)
		if running == 0 && len(s.pending) == 0 {
			return
		}
		res := <-finished
		running--
		s.settle(res)
	}
}

// launch starts what is ready, within room, and settles what never can be.
func (s *run) launch(ctx context.Context, room int, finished chan<- Result) int {
	if ctx.Err() != nil {
		// What has not begun is not begun any more.
		for _, c := range s.pending {
			s.settle(Result{ID: c.ID, Status: Unknown, Reason: Cancelled, Expected: c.Title, Seen: stopped})
		}
		s.pending = nil
		return 0
	}
	started := 0
	for progress := true; progress; {
		progress = false
		rest := make([]Check, 0, len(s.pending))
		for _, c := range s.pending {
			ready, blocked := s.needs(c)
			switch {
			case len(blocked) > 0:
				// A check that waits may block others: go round again.
				s.settle(Result{ID: c.ID, Status: Waiting, WaitsFor: blocked, Seen: "waits for: " + s.titles(blocked)})
				progress = true
			case ready && started < room:
				started++
				s.out <- Event{Kind: Started, ID: c.ID}
				env := s.env()
				go func() { finished <- s.attempt(ctx, c, env) }()
			default:
				rest = append(rest, c)
			}
		}
		s.pending = rest
	}
	return started
}

// titles names checks as people read them.
func (s *run) titles(ids []ID) string {
	words := make([]string, 0, len(ids))
	for _, id := range ids {
		if c, ok := s.Set.Find(id); ok {
			words = append(words, c.Title)
		}
	}
	return strings.Join(words, "; ")
}

// needs tells whether everything needed is proven, and what never will be.
func (s *run) needs(c Check) (ready bool, blocked []ID) {
	ready = true
	for _, n := range c.Needs {
		res, known := s.done[n]
		switch {
		case known && res.Opens():
		case known:
			blocked = append(blocked, n)
		case s.queued(n):
			ready = false
		default: // neither run before nor asked for now
			blocked = append(blocked, n)
		}
	}
	return ready, blocked
}

func (s *run) queued(id ID) bool {
	return slices.Contains(s.req.IDs, id)
}

func (s *run) env() Env {
	return NewEnv(s.req.Env.Site, s.req.Env.Clock, s.done)
}

func (s *run) settle(res Result) {
	res = res.neutral()
	if c, ok := s.Causes[res.Cause]; ok && res.Cause != "" {
		values := Vars(s.req.Env.Site)
		maps.Copy(values, res.vars)
		res.vars = values
		if len(res.Remedies) == 0 {
			res.Remedies = c.Remedies(values)
		}
	}
	if res.Source == "" {
		res.Source = Live
	}
	if res.At.IsZero() {
		res.At = s.Clock()
	}
	s.done[res.ID] = res
	s.out <- Event{Kind: Finished, ID: res.ID, Result: res}
}

// attempt runs one check until it is settled or no longer worth waiting for.
func (s *run) attempt(ctx context.Context, c Check, env Env) Result {
	begun := s.Clock()
	wait := c.Retry.For
	if s.req.Wait > 0 {
		wait = s.req.Wait
	}
	deadline := begun.Add(wait)
	for n := 1; ; n++ {
		res := s.once(ctx, c, env)
		res.ID, res.Attempt = c.ID, n
		res.Took = s.Clock().Sub(begun)
		again := s.req.Patient && c.Retry.Every > 0 && !res.Opens() && res.Status != Crashed
		next := s.Clock().Add(c.Retry.Every)
		if !again || next.After(deadline) || ctx.Err() != nil {
			return res
		}
		s.retrying(Event{Kind: Retrying, ID: c.ID, Result: res, Next: next, Deadline: deadline, Because: c.Retry.Because})
		timer := time.NewTimer(c.Retry.Every)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return res
		}
	}
}

// retryRoom is how many retries may lie unread beside the starts and finishes.
const retryRoom = 64

// retrying tells that a check is asked again, unless the reader is far behind.
func (s *run) retrying(e Event) {
	if len(s.out) < retryRoom/2 {
		s.out <- e
	}
}

// once runs the function under its deadline. A function that ignores its
// context is left behind: nothing hangs past its deadline.
func (s *run) once(ctx context.Context, c Check, env Env) Result {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	cctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer := make(chan Result, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				answer <- Result{
					Status: Crashed, Expected: c.Title,
					Seen: fmt.Sprintf("the check itself failed: %v", p),
				}.With("where", firstFrames(string(debug.Stack())))
			}
		}()
		answer <- c.Run(cctx, env)
	}()
	select {
	case res := <-answer:
		return s.judged(ctx, cctx, c, res, timeout)
	case <-cctx.Done():
		return s.judged(ctx, cctx, c, Explain(cctx.Err()), timeout)
	}
}

// stopped is what is seen of a check that a cancelled run did not finish.
const stopped = "stopped before an answer came"

// judged corrects what only the runner knows: a timeout is reported as a
// timeout, a cancellation as a cancellation, an undeclared fact as our bug.
func (s *run) judged(ctx, cctx context.Context, c Check, res Result, timeout time.Duration) Result {
	if res.Expected == "" && res.Status != Skipped {
		res.Expected = c.Title
	}
	if res.Status == Unknown {
		switch {
		case ctx.Err() != nil:
			res.Reason, res.Seen = Cancelled, stopped
		case cctx.Err() != nil:
			res.Reason, res.Seen = TimedOut, fmt.Sprintf("no answer within %s", timeout)
		}
	}
	for key := range res.facts {
		if !slices.Contains(c.Provides, key) {
			return Result{Status: Crashed, Expected: c.Title, Seen: fmt.Sprintf("the check itself failed: it provides %q without declaring it", key)}
		}
	}
	if res.Status == Pending {
		return Result{Status: Crashed, Expected: c.Title, Seen: "the check itself failed: it came to no outcome"}
	}
	return res
}

// firstFrames keeps a stack short enough to be pasted into a report.
func firstFrames(stack string) string {
	lines := strings.Split(stack, "\n")
	var kept []string
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if strings.Contains(l, ".go:") && !strings.Contains(l, "/runtime/") && !strings.Contains(l, "checks/runner.go") {
			kept = append(kept, l[strings.LastIndex(l, "/")+1:])
		}
		if len(kept) == 4 {
			break
		}
	}
	return strings.Join(kept, " < ")
}
