package qlik_test

import (
	"encoding/json"
	"runtime"
	"strconv"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/foreign"
	"sensegate/internal/lab"
)

// TestManySockets holds two hundred sockets, one in use and the rest silent, and
// leaves nothing behind: for a minute where everything is required, for a few
// seconds on a user's machine.
func TestManySockets(t *testing.T) {
	const many = 200
	hold := 3 * time.Second
	if foreign.Required() {
		hold = time.Minute
	}
	w := start(t, lab.Options{})
	before := runtime.NumGoroutine()
	code, said := w.run(t, "websocket", "--side", "inside", "--sockets", strconv.Itoa(many), "--hold", hold.String(), "--format", "json")
	var got struct {
		Sides []struct {
			Chain fact.SocketChain
			Study fact.SocketStudy
		}
	}
	if err := json.Unmarshal([]byte(said), &got); err != nil || code != 0 || len(got.Sides) != 1 {
		t.Fatalf("exit %d, %v in\n%s", code, err, said)
	}
	s := got.Sides[0].Study
	if len(s.Lives) != many || len(s.Refused) > 0 || s.Held < hold || s.CutAfter != 0 {
		t.Errorf("%d held for %s, refused %v: %s", len(s.Lives), s.Held, s.Refused, s.Reading)
	}
	// Both ends are in this process: it is the price of a pair.
	t.Logf("%d KiB for each socket and its other end; %d calls meanwhile", s.BytesEach/1024, len(s.RoundTrips))
	if s.BytesEach > 512<<10 {
		t.Errorf("%d bytes for each socket", s.BytesEach)
	}
	// It is called every two seconds; a slow machine may miss some of them.
	if want := int(hold / (6 * time.Second)); len(s.RoundTrips) < want {
		t.Errorf("only %d calls in %s, want %d", len(s.RoundTrips), hold, want)
	}
	const patience = 30 * time.Second
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	// The lab keeps a few idle connections of its own for a while.
	for spare := 30; runtime.NumGoroutine() > before+spare; {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}
