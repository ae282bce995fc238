package netprobe

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"sensegate/internal/fact"
)

// StudyOptions say how many sockets to hold on one session, and for how long.
type StudyOptions struct {
	OpenOptions
	// Active sockets are called all the time; Silent ones are only watched.
	Active, Silent int
	Hold           time.Duration
	// Every is the pause between the calls of an active socket, 2 s when zero.
	Every time.Duration
}

// abreast is how many sockets are opened at once: a proxy that is asked for
// hundreds at the same moment refuses some for that alone.
const abreast = 16

// Study opens sockets on one session, each an engine session of its own that
// ends with it, holds them side by side and tells which were cut, and when. It
// returns when all have been closed.
func (e *Engine) Study(ctx context.Context, o StudyOptions) (fact.SocketStudy, error) {
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	before := memory()
	var (
		mu    sync.Mutex
		out   fact.SocketStudy
		talks []*conversation
		live  []bool
		wg    sync.WaitGroup
	)
	room := make(chan struct{}, abreast)
	for i := range o.Active + o.Silent {
		wg.Go(func() {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			defer func() { <-room }()
			talk, why := e.hold(ctx, o.OpenOptions)
			mu.Lock()
			defer mu.Unlock()
			if talk == nil {
				out.Refused = append(out.Refused, why)
				return
			}
			talks, live = append(talks, talk), append(live, i < o.Active)
		})
	}
	wg.Wait()
	if n := len(talks); n > 0 {
		out.BytesEach = max(0, memory()-before) / int64(n)
	}
	begun := time.Now()
	held, cancel := context.WithTimeout(ctx, o.Hold)
	defer cancel()
	out.Lives = make([]fact.SocketLife, len(talks))
	for i, talk := range talks {
		wg.Go(func() {
			defer talk.close()
			life, trips := talk.live(held, live[i], o.Every)
			mu.Lock()
			defer mu.Unlock()
			out.Lives[i] = life
			out.RoundTrips = append(out.RoundTrips, trips...)
		})
	}
	wg.Wait()
	out.Held = time.Since(begun)
	out.CutAfter, out.Reading = read(out)
	if err := ctx.Err(); err != nil {
		return out, Classify(engineSystem, "holding sockets", err)
	}
	return out, nil
}

// hold opens one socket until the engine has answered.
func (e *Engine) hold(ctx context.Context, o OpenOptions) (*conversation, string) {
	conn, probe, err := e.dial(ctx, o)
	switch {
	case err != nil:
		return nil, Clean(err.Error())
	case probe.Unanswered:
		return nil, "no answer to the upgrade"
	case conn == nil:
		return nil, fmt.Sprintf("answered with %d: %s", probe.Status, probe.Body)
	}
	talk := listen(conn)
	err = talk.greet(ctx, &probe)
	if err == nil && probe.EngineVersion != "" {
		return talk, ""
	}
	talk.close()
	if err != nil {
		return nil, Clean(err.Error())
	}
	return nil, firstOf(probe.Topic, probe.Session, probe.Body, "the engine does not answer")
}

// live watches one socket until the study ends, and calls an active one.
func (c *conversation) live(held context.Context, active bool, every time.Duration) (fact.SocketLife, []time.Duration) {
	begun := time.Now()
	life := fact.SocketLife{Active: active}
	var (
		trips []time.Duration
		probe fact.SocketProbe
		pulse <-chan time.Time
	)
	if active {
		tick := time.NewTicker(every)
		defer tick.Stop()
		pulse = tick.C
	}
	cut := func(how string) (fact.SocketLife, []time.Duration) {
		life.Age, life.Cut, life.How = time.Since(begun), true, how
		return life, trips
	}
	for {
		select {
		case <-held.Done():
			return c.farewell(begun, life), trips //nolint:contextcheck // the time to hold is over, and this comes after it
		case <-pulse:
			asked := time.Now()
			_, err := c.version(held, &probe)
			switch {
			case err == nil:
				life.Calls++
				trips = append(trips, time.Since(asked))
			case held.Err() != nil:
				life.Age = time.Since(begun)
				return life, trips
			case errors.Is(err, errClosed):
				noteEnd(c.end, &probe)
				return cut(probe.Body)
			default:
				return cut(firstOf(probe.Topic, Clean(err.Error())))
			}
		case f, ok := <-c.frames:
			if !ok {
				noteEnd(c.end, &probe)
				return cut(firstOf(probe.Topic, probe.Body))
			}
			note(f, &probe)
		}
	}
}

// farewell asks a socket once more at the end: a box may have dropped a silent
// one without telling anybody.
func (c *conversation) farewell(begun time.Time, life fact.SocketLife) fact.SocketLife {
	const patience = 5 * time.Second
	life.Age = time.Since(begun)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var probe fact.SocketProbe
	if _, err := c.version(ctx, &probe); err != nil {
		life.Cut, life.How = true, "no answer after the silence"
		if errors.Is(err, errClosed) {
			noteEnd(c.end, &probe)
			life.How = probe.Body
		}
		return life
	}
	life.Calls++
	return life
}

// together is how far apart ends may lie that have one reason.
const together = 3 * time.Second

// read says what the ages mean: silent sockets that end at one age were cut by
// an idle limit, sockets of both kinds that end at one moment by an event.
func read(s fact.SocketStudy) (cutAfter time.Duration, reading string) {
	var silent, active []time.Duration
	watched := 0
	for _, l := range s.Lives {
		if !l.Active {
			watched++
		}
		switch {
		case l.Cut && l.Active:
			active = append(active, l.Age)
		case l.Cut:
			silent = append(silent, l.Age)
		}
	}
	all := slices.Concat(silent, active)
	slices.Sort(all)
	slices.Sort(silent)
	spread := func(d []time.Duration) time.Duration { return d[len(d)-1] - d[0] }
	switch {
	case len(s.Lives) == 0:
		return 0, "no socket could be opened"
	case len(all) == 0:
		return 0, fmt.Sprintf("all %d held", len(s.Lives))
	case len(active) == 0 && len(silent) == watched && spread(silent) <= together+silent[0]/10:
		return silent[0], fmt.Sprintf("silent sockets are cut after %s; those in use live", silent[0].Round(100*time.Millisecond))
	case len(all) == len(s.Lives) && spread(all) <= together:
		return 0, fmt.Sprintf("all ended together after %s: something restarted, or the line failed", all[0].Round(time.Second))
	}
	return 0, fmt.Sprintf("%d of %d ended at different ages, from %s on: the way is not stable", len(all), len(s.Lives), all[0].Round(time.Second))
}

func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse) //nolint:gosec // far below the limit
}
