package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"sensegate/checks"
	"sensegate/steps"
)

// The acceptance lines of the wizard, each a test with its number. Those that
// need the program itself and a terminal are in internal/integration/terminal.

// TestAcceptance01: from any page, with any field invalid, one key goes back.
func TestAcceptance01(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string
	}{
		{"a step", nil, "Qlik host allow list"},
		{"by hand", []string{"i"}, "gate closed"},
		{"a plan with a wrong name", []string{"a", "x", "y"}, "gate closed"},
		{"the map", []string{"m"}, "gate closed"},
		{"the words", []string{"g"}, "gate closed"},
		{"help", []string{"?"}, "gate closed"},
	}
	for _, tt := range tests {
		bubble(t, tt.name, func(t *testing.T) {
			d := started(t, newWorld().healthy(), 80, 24).at("spn").keys(tt.keys...)
			d.keys("esc").shows(tt.want)
		})
	}
	// And from every page there is: one key leads to the gate, or to the page
	// that this one was opened on.
	opened := map[string]screen{"picker": onForm, "form-name": onWelcome, "help": onStep, "finish": onStep}
	for name, come := range pages() {
		if name == "welcome" || name == "crash" { // the way in, and what is no page of the way
			continue
		}
		bubble(t, name, func(t *testing.T) {
			w := newWorld().healthy()
			d := come(t, Config{Clock: w.clock}, w, 80, 24)
			before := d.m.snap.Position
			d.send(press("esc"))
			if w.slow != nil {
				close(w.slow)
			}
			d.settle()
			if d.m.screen != onWelcome && d.m.screen != onStep && d.m.screen != opened[name] || d.m.helping {
				t.Errorf("on page %d:\n%s", d.m.screen, d.screen())
			}
			if strings.HasPrefix(name, "step-") && before > 0 && d.m.snap.Position != before-1 {
				t.Errorf("from gate %d to gate %d", before, d.m.snap.Position)
			}
		})
	}
	bubble(t, "an invalid field", func(t *testing.T) {
		s := fakeSite()
		s.Entra.Tenant = ""
		w := newWorld().healthy()
		j := w.journey(t, s)
		d := drive(t, Config{Start: &j, Clock: w.clock}, 80, 24).shows("an answer is needed")
		d.keys("esc").shows("Your site", "gate")
		if d.m.screen != onStep {
			t.Error("still in the form")
		}
	})
}

// TestAcceptance04: every cause of the real catalogue is shown with what was
// expected and seen, the likely cause, a fix, who may do it, and where to read.
func TestAcceptance04(t *testing.T) {
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	order := steps.Order(steps.Ports{})
	area := map[string]checks.Check{}
	views := make([]steps.StepView, 0, len(order))
	for _, s := range order {
		views = append(views, steps.StepView{Step: s})
		for _, c := range s.Checks {
			name, _, _ := strings.Cut(string(c.ID), ".")
			area[name] = c
		}
	}
	m := newModel(t.Context(), Config{Clock: newWorld().clock})
	m.snap = steps.Snapshot{Site: fakeSite(), Steps: views}
	for id, cause := range causes {
		name, _, _ := strings.Cut(string(id), ".")
		check, ok := area[name]
		if !ok {
			t.Errorf("%s belongs to no check", id)
			continue
		}
		r := checks.Failed(id, "what was expected", "what was seen")
		r.Remedies = cause.Remedies(checks.Vars(fakeSite()))
		p := m.newPage(90)
		m.finding(p, steps.CheckView{Check: check, Result: r, Cause: cause}, true, false)
		text := ansi.Strip(strings.Join(p.lines, "\n"))
		for _, want := range []string{"expected  what was expected", "seen      what was seen", "because   ", "fix       ", "read on   "} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q:\n%s", id, strings.TrimSpace(want), text)
			}
		}
		for _, rem := range r.Remedies {
			if rem.Who == "" || !strings.Contains(strings.Join(strings.Fields(text), " "), string(rem.Who)) {
				t.Errorf("%s does not say who may do %q", id, rem.Text)
			}
		}
	}
}

// TestAcceptance05: what the whole way in lines has written (the golden texts
// are compared by TestTheWholeWayInLines) is text, line by line. The practice
// lab's whole way is walked by the test of that name in front of the program.
func TestAcceptance05(t *testing.T) {
	for _, kind := range []string{"ascii", "unicode"} {
		text, err := os.ReadFile(filepath.Join("testdata", "line-"+kind+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "DONE: every gate is open") {
			t.Errorf("%s: not the whole way", kind)
		}
		for i, r := range string(text) {
			if r != '\n' && r < ' ' || r == 0x7f || kind == "ascii" && r > '~' {
				t.Fatalf("%s: %U at %d", kind, r, i)
			}
		}
	}
}

// TestAcceptance08: a check that is not true yet shows how long it has been
// tried, when it gives up and why; it stops as soon as the answer is yes.
func TestAcceptance08(t *testing.T) {
	bubble(t, "retrying", func(t *testing.T) {
		w := newWorld().healthy()
		w.retry = checks.Retry{Every: 5 * time.Second, For: time.Minute, Because: "domain controllers copy this within 15 s"}
		j := w.journey(t, fakeSite())
		j.Guide = w.guideWith(t, time.Now)
		d := drive(t, Config{Start: &j, Clock: time.Now, Silent: true}, 80, 24)
		d.keys("enter", "enter", "enter").shows("gate closed: 1 of 1")
		began := time.Now()
		d.run(d.m.check(true))
		d.until("gives up at").shows("because   domain controllers copy this within", "again     in 5 s")
		<-time.After(12 * time.Second)
		d.send(tickMsg{})
		d.shows("until it is true everywhere, 12 s")
		if err := w.put("app.published"); err != nil {
			t.Fatal(err)
		}
		d.settle()
		// It was asked at 5, 10 and 15 seconds: the last is the first that is true.
		if took := time.Since(began); took < 15*time.Second || took > 15*time.Second+100*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		d.shows("gate open")
	})
}

// TestAcceptance06 is about words; the escapes are looked at in a terminal.
func TestAcceptance06(t *testing.T) {
	seen := map[string]checks.Status{}
	for s := checks.Pending; s <= checks.Crashed; s++ {
		if other, twice := seen[word(s)]; twice {
			t.Errorf("%v and %v are the same word", s, other)
		}
		seen[word(s)] = s
	}
	marks := map[string]bool{}
	for _, gl := range []glyphs{unicodeGlyphs(), asciiGlyphs()} {
		clear(marks)
		for _, s := range []checks.Status{checks.Pass, checks.Warn, checks.Fail, checks.Unknown, checks.Skipped, checks.Crashed, checks.Pending} {
			if marks[gl.of(s)] {
				t.Errorf("%v has the mark of another", s)
			}
			marks[gl.of(s)] = true
		}
	}
}

// TestWaitingIsTold: a title, a progress in the terminal, and a bell at the end
// of a long wait.
func TestWaitingIsTold(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24)
	if v := d.m.View(); v.ProgressBar != nil || !strings.HasSuffix(v.WindowTitle, "contoso") {
		t.Errorf("idle: %+v, %q", v.ProgressBar, v.WindowTitle)
	}
	w.slow = make(chan struct{})
	d.send(press("r"))
	if v := d.m.View(); v.ProgressBar == nil || !strings.HasSuffix(v.WindowTitle, "checking") {
		t.Errorf("running: %+v, %q", v.ProgressBar, v.WindowTitle)
	}
	d.until("(running)")
	w.forward(12 * time.Second)
	d.send(tickMsg{})
	d.shows("(slow: still", "running after 12 s)")
	for _, tt := range []struct {
		waited time.Duration
		silent bool
		rings  bool
	}{{longWait - time.Second, false, false}, {longWait, false, true}, {time.Hour, true, false}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			m := newModel(t.Context(), Config{Clock: w.clock, Silent: tt.silent})
			if got := m.rings(w.clock().Add(-tt.waited)) != nil; got != tt.rings {
				t.Errorf("rings: %v", got)
			}
		})
	}
	close(w.slow)
	d.settle()
}
