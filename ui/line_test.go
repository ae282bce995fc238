package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sensegate/steps"
)

// transcript plays lines of input and returns what was written.
func transcript(t *testing.T, c Config, input ...string) string {
	t.Helper()
	var out strings.Builder
	c.In, c.Out = strings.NewReader(strings.Join(input, "\n")+"\n"), &out
	if len(input) == 0 {
		c.In = strings.NewReader("")
	}
	if err := Run(t.Context(), c); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, b := range []byte(out.String()) {
		if b < ' ' && b != '\n' {
			t.Fatalf("byte %#x in the transcript:\n%q", b, out.String())
		}
	}
	if c.ASCII && !plain(strings.ReplaceAll(out.String(), "\n", "")) {
		t.Fatalf("not ASCII:\n%s", out.String())
	}
	return out.String()
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not said in:\n%s", p, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q is said in:\n%s", p, text)
		}
	}
}

// wholeWay is every answer from the first step to the last, one for each
// question; most are empty lines, which choose the obvious.
func wholeWay() []string {
	return []string{
		"", "", "", // site, sync, connector
		"a", "yes", "", // app: plan, applied, on
		"",                 // allow list
		"", "qlik", "", "", // names: the plan, its name, on; kerberos on
		"1", "1", "", // delegation
		"", // sso
		"", // finish
	}
}

func TestTheWholeWayInLines(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		w := newWorld().healthy()
		s := fakeSite()
		s.TestUser.UPN = "zoë@contoso.test"
		j := w.journey(t, s)
		out := transcript(t, Config{Start: &j, Clock: w.clock, ASCII: ascii, Version: "v1.0"}, wholeWay()...)
		has(t, out, "SIMULATED", "Note: names pinned to addresses: 1.", "STEP 1 of 10: Your site.", "PASSED: The facts of the site are complete",
			"GATE OPEN. What now?", "FAILED: The application is published", "  seen: no account in the forest holds it",
			"  because: it was never registered", "  command: setspn.exe", "GATE CLOSED: ", "PLAN for Application registration. Nothing is done yet.",
			"  before: (none)", "  after: HTTP/sense.contoso.test", "CHANGING 1 of 1", "CHANGED: servicePrincipalName", "  now: HTTP/sense.contoso.test",
			"type the name qlik", "STEP 10 of 10", "DONE: every gate is open", "https://sense-contoso.msappproxy.net/", "all 10 gates are open", "Nothing was kept.")
		lacks(t, out, "> ")
		if ascii {
			has(t, out, "zoe@contoso.test")
		}
		name := "line-unicode"
		if ascii {
			name = "line-ascii"
		}
		golden(t, name, out)
	}
}

func TestLineAnswers(t *testing.T) {
	tests := []struct {
		name  string
		input []string
		want  []string
		never []string
	}{
		{"nothing on the input", nil, []string{"STEP 1 of 10", "GATE OPEN", "1 of 10 gates are open", "Go on with: sensegate demo"}, []string{"> "}},
		{"quit", []string{"q"}, []string{"Chosen: Quit.", "Go on with"}, nil},
		{"nonsense", []string{"xyzzy", "99", "q"}, []string{`Not understood: "xyzzy"`, `Not understood: "99"`}, nil},
		{"by hand", []string{"i", "q"}, []string{"setspn.exe -U -S", "AD administrator, in PowerShell", "This rests on"}, nil},
		{"all evidence", []string{"d", "q"}, []string{"read from: dc1.contoso.test", "check: site.clocks"}, nil},
		{"the map", []string{"m", "2", "q"}, []string{"1. Your site: you are here", "2. Directory synchronisation", "STEP 2 of 10"}, nil},
		{"the map refuses", []string{"m", "9", "q"}, []string{"NOT POSSIBLE", "has to be passed first"}, []string{"STEP 9"}},
		{"the map and nonsense", []string{"m", "nine", "q"}, []string{`Not understood: "nine"`}, nil},
		{"back", []string{"", "b", "q"}, []string{"STEP 2 of 10", "Chosen: Back."}, nil},
		{"a plan that is not wanted", []string{"", "", "", "a", "no", "q"}, []string{"Nothing was changed."}, []string{"CHANGING"}},
		{"an empty line applies nothing", []string{"", "", "", "a", "", "no", "q"}, []string{`Not understood: ""`, "Nothing was changed."}, []string{"CHANGING"}},
		{"the input ends at a confirmation", []string{"", "", "", "a"}, []string{"Apply this plan?"}, []string{"CHANGING"}},
		{"the wrong name", []string{"", "", "", "a", "yes", "", "", "a", "konrad", "", "q"}, []string{"NOT ACCEPTED", "Nothing was changed."}, []string{"of 2: servicePrincipalName"}},
		{"answers are kept", []string{"e", "", "", "", "", "q"}, []string{"now: contoso.onmicrosoft.com", "GATE OPEN"}, []string{"Saved."}},
		{
			"answers are changed",
			[]string{"e", "fabrikam.onmicrosoft.com", "ftp://x", "https://x.example/", "<", "<", "https://y.example/", "", "-", "q"},
			[]string{"NOT ACCEPTED: it has to begin with https://", "Saved.", "now: fabrikam.onmicrosoft.com"},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			j := w.journey(t, fakeSite())
			out := transcript(t, Config{Start: &j, Clock: w.clock}, tt.input...)
			has(t, out, tt.want...)
			lacks(t, out, tt.never...)
		})
	}
}

func TestLineWelcome(t *testing.T) {
	tests := []struct {
		name  string
		input []string
		want  []string
	}{
		{"nothing on the input", nil, []string{"How do you want to begin?", "1. Go on with contoso, stood at Service principal name, 50 min ago"}},
		{"a saved site", []string{"contoso", "q"}, []string{"CHECKING AGAIN", "STEP 4 of 10", "Kept in /home/ada", "sensegate --site contoso"}},
		{"one that cannot be opened", []string{"2", "q"}, []string{"FAILED: Opening fabrikam", "open in another sensegate"}},
		{"the practice lab", []string{"lab", "q"}, []string{"SIMULATED", "STEP 1 of 10"}},
		{"and back", []string{"lab", "b", "q"}, []string{"STEP 1 of 10", "Chosen: Back."}},
		{
			"a new site",
			[]string{"new", "", "con toso", "c2", "c2.onmicrosoft.com", "https://c2.msappproxy.net/", "https://sense.c2.test/", "", "q"},
			[]string{"NOT ACCEPTED: an answer is needed here", "is not letters", "Questions of the step Your site", "Saved.", "GATE OPEN", "sites/c2"},
		},
		{"a new site that is given up", []string{"new", "c3", "<", "q"}, []string{"Questions of the step"}},
		{"quit", []string{"q"}, []string{"Chosen: Quit."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			out := transcript(t, offering(t, Config{Clock: w.clock}, w), tt.input...)
			has(t, out, tt.want...)
		})
	}
}

func TestAPlanThatFailsInLines(t *testing.T) {
	w := newWorld().healthy()
	w.fails = errors.New("LDAP 50: insufficient access rights")
	j := w.journey(t, fakeSite())
	out := transcript(t, Config{Start: &j, Clock: w.clock}, "", "", "", "a", "yes", "q")
	has(t, out, "FAILED: servicePrincipalName", "insufficient access", "STOPPED:", "GATE CLOSED")
}

// slowWriter is an output that a test may read while it is written.
type slowWriter struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *slowWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *slowWriter) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestALongWaitHasAHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld().healthy()
		w.slow = make(chan struct{})
		j := w.journey(t, fakeSite())
		out := &slowWriter{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- Run(ctx, Config{Start: &j, Clock: time.Now, In: strings.NewReader(""), Out: out})
		}()
		<-time.After(29 * time.Second)
		close(w.slow)
		synctest.Wait()
		lacks(t, out.String(), "STILL CHECKING")
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		cancel()
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		out := &slowWriter{}
		l := &lines{cfg: Config{Clock: time.Now, Out: out}, journey: &j, beat: time.Second}
		l.refresh()
		w.slow = make(chan struct{})
		go func() {
			<-time.After(2500 * time.Millisecond)
			close(w.slow)
		}()
		if err := l.check(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		has(t, out.String(), "STILL CHECKING: 0 checks done after 1 s. Under way: The facts of the site are complete.", "after 2 s")
	})
}

func TestInterruptedLines(t *testing.T) {
	w := newWorld().healthy()
	w.slow = make(chan struct{})
	j := w.journey(t, fakeSite())
	in, keyboard := io.Pipe()
	defer func() { _ = keyboard.Close() }()
	out := &slowWriter{}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Config{Start: &j, Clock: w.clock, In: in, Out: out, Accessible: true, Terminal: Terminal{In: true, Out: true}})
	}()
	for !strings.Contains(out.String(), "CHECKING") {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	began := time.Now()
	cancel()
	if err := <-ended; !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(began); d > 200*time.Millisecond {
		t.Errorf("leaving took %v", d)
	}
	has(t, out.String(), "Interrupted.", "Go on with: sensegate demo")
}

func TestAPromptIsForTerminalsOnly(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	out := transcript(t, Config{Start: &j, Clock: w.clock, Accessible: true, Terminal: Terminal{In: true, Out: true}}, "q")
	has(t, out, "> ")
}

func TestWaitingIsExplainedOnce(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	out := &slowWriter{}
	l := &lines{cfg: Config{Clock: w.clock, Out: out}, journey: &j, beat: time.Hour}
	l.refresh()
	run := steps.Run{Start: replay(retrying("site.facts"), retrying("site.facts"))}
	if err := l.listen(t.Context(), run, true); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "NOT YET: The facts of the site are complete"); n != 1 {
		t.Errorf("said %d times:\n%s", n, out.String())
	}
	has(t, out.String(), "  because: domain controllers copy this within 15 s", "  so far: nobody", "until 14:03:00")
}
