package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

func started(t *testing.T, w *world, width, height int) *driver {
	t.Helper()
	j := w.journey(t, fakeSite())
	return drive(t, Config{Start: &j, Clock: w.clock, Version: "v0"}, width, height)
}

// at walks to a step by the keys a person would press.
func (d *driver) at(step checks.StepID) *driver {
	d.t.Helper()
	for range 100 {
		if d.m.screen == onStep && d.m.snap.Here().ID == step {
			return d
		}
		d.onward()
	}
	d.t.Fatalf("never came to %s:\n%s", step, d.screen())
	return d
}

// onward does the obvious thing, and types names that are asked for.
func (d *driver) onward() {
	d.t.Helper()
	if d.m.screen == onPlan && d.m.plan.wantsName() && !d.m.plan.confirmed() {
		d.write(d.m.plan.plan.Confirm())
	}
	d.keys("enter")
}

func TestTheGoldenPathByEnterAlone(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {60, 16}, {120, 40}} {
		w := newWorld().healthy()
		d := started(t, w, size[0], size[1])
		for range 60 {
			if d.m.screen == onFinish {
				break
			}
			d.onward()
		}
		d.shows("Every gate is open", "https://sense-contoso.msappproxy.net/", "10 of 10", "SIMULATED")
		if !d.m.snap.Finished {
			t.Errorf("%v: it is not finished", size)
		}
	}
}

func TestAClosedGateIsNotPassed(t *testing.T) {
	w := newWorld()
	d := started(t, w, 80, 24)
	d.shows("gate closed", "no account in the forest holds it", "because", "setspn.exe", "AD administrator")
	for range 5 {
		d.keys("enter", "n", "right", "2")
	}
	if d.m.snap.Position != 0 {
		t.Fatalf("it went on to %d", d.m.snap.Position)
	}
	d.keys("m", "5")
	if d.m.snap.Position != 0 {
		t.Fatal("the map let past a closed gate")
	}
	d.shows("the gate is closed")
}

func TestAWaitingCheckNamesWhatItWaitsFor(t *testing.T) {
	d := started(t, newWorld(), 120, 40)
	d.shows("waits for", "The facts of the site are complete")
}

func TestThePlan(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("spn")
	d.keys("enter").shows("Plan for Service principal name", "before", "(none)", "after", "+ HTTP/sense.contoso.test", "affects", "undo", "type the name qlik")
	d.keys("enter")
	if w.is("spn.owner") {
		t.Fatal("enter alone applied a plan that asks for a name")
	}
	d.write("konrad").keys("enter")
	if w.is("spn.owner") {
		t.Fatal("a wrong name applied the plan")
	}
	d.shows("not yet the name")
	for range 6 {
		d.keys("backspace")
	}
	d.write("QLIK").keys("enter")
	if !w.is("spn.owner") || !w.is("spn.aes") {
		t.Fatalf("the right name did not apply it:\n%s", d.screen())
	}
	d.shows("gate open", "changed servicePrincipalName", "now")
}

func TestAPlanThatFails(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("app")
	w.fails = errors.New("LDAP 50: insufficient access rights")
	d.keys("enter", "enter").shows("stopped", "insufficient access", "failed")
	w.fails = nil
	d.keys("enter").shows("gate closed", "The application is published")
	if !strings.Contains(d.screen(), "not proved") {
		t.Error("the gate opened after a failure")
	}
	d.keys("a", "enter").shows("gate open")
}

func TestAnEmptyPlanDoesNotLoop(t *testing.T) {
	w := newWorld().healthy()
	delete(w.set, "sso.mode")
	d := started(t, w, 80, 24).at("sso")
	d.shows("enter see the plan")
	d.keys("enter").shows("nothing to change")
	d.keys("enter").shows("enter check again")
}

func TestAPlanThatOpensByItselfSwallowsKeys(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("app")
	d.send(press("enter"))
	d.send(press("enter")) // pressed while the plan is being read
	d.settle()
	d.keys("enter")
	if w.is("app.published") {
		t.Fatal("a plan was confirmed that nobody had read")
	}
	w.forward(300 * time.Millisecond)
	d.keys("enter") // still not quiet
	w.forward(300 * time.Millisecond)
	d.keys("enter")
	if w.is("app.published") {
		t.Fatal("it was not quiet for long enough")
	}
	w.forward(500 * time.Millisecond)
	d.keys("enter")
	if !w.is("app.published") {
		t.Fatal("after a quiet moment enter has to apply")
	}
}

func TestRestlessKeysAreSwallowedForAWhileOnly(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("app")
	d.send(press("enter"))
	d.send(press("x"))
	d.settle()
	for range 6 {
		w.forward(300 * time.Millisecond)
		d.keys("enter")
	}
	if !w.is("app.published") {
		t.Error("the grace never ended")
	}
}

func TestBackFromEverywhere(t *testing.T) {
	tests := []struct {
		name string
		to   func(*driver)
		from screen
	}{
		{"plan", func(d *driver) { d.keys("a") }, onPlan},
		{"by hand", func(d *driver) { d.keys("i") }, onHand},
		{"map", func(d *driver) { d.keys("m") }, onMap},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := started(t, newWorld().healthy(), 80, 24).at("spn")
			tt.to(d)
			if d.m.screen != tt.from {
				t.Fatalf("on %v", d.m.screen)
			}
			d.keys("f1").shows("Keys that work on that page").keys("esc", "esc")
			if d.m.screen != onStep {
				t.Errorf("esc leads to %v", d.m.screen)
			}
		})
	}
	d := started(t, newWorld().healthy(), 80, 24).at("spn")
	for want := 4; want >= 0; want-- {
		d.keys("b")
		if d.m.snap.Position != want {
			t.Fatalf("back leads to %d, want %d", d.m.snap.Position, want)
		}
	}
	d.keys("b", "esc")
	if d.m.snap.Position != 0 || d.quit {
		t.Error("there is nothing behind the first step")
	}
}

func TestBackMarksWhatLiesAheadAsOld(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("app").keys("b")
	before := w.asked["app.published"]
	d.keys("enter")
	if after := w.asked["app.published"]; after != before+1 {
		t.Errorf("an old result was believed: asked %d times, then %d", before, after)
	}
}

func TestCtrlCOnEveryPage(t *testing.T) {
	w := newWorld().healthy()
	pages := map[string][]string{
		"step": nil, "plan": {"a"}, "typing": {"a", "q"}, "hand": {"i"}, "map": {"m"}, "help": {"?"}, "answers": {"m", "1", "e"},
	}
	for name, keys := range pages {
		t.Run(name, func(t *testing.T) {
			d := started(t, w, 80, 24).at("spn").keys(keys...)
			d.send(press("ctrl+c"))
			d.settle()
			if !d.quit || !d.m.interrupted {
				t.Errorf("still there:\n%s", d.screen())
			}
		})
	}
}

func TestQuitAsksNothing(t *testing.T) {
	d := started(t, newWorld().healthy(), 80, 24).at("app").keys("q")
	if !d.quit || d.m.interrupted {
		t.Fatal("q does not quit")
	}
	bye := d.m.farewell()
	for _, want := range []string{"contoso (SIMULATED)", "3 of 10 gates", "Application registration", "Nothing was kept", "sensegate demo"} {
		if !strings.Contains(bye, want) {
			t.Errorf("the farewell lacks %q:\n%s", want, bye)
		}
	}
}

func TestStoppingARun(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24)
	w.slow = make(chan struct{})
	d.send(press("r"))
	d.until("(running)").shows("x stop")
	d.send(press("x"))
	d.settle()
	d.shows("could not tell", "cancelled", "gate closed")
	w.mu.Lock()
	w.slow = nil
	w.mu.Unlock()
	d.keys("enter").shows("gate open")
}

func TestLateEventsOfAnOldRunChangeNothing(t *testing.T) {
	d := started(t, newWorld().healthy(), 80, 24)
	before := d.screen()
	d.send(eventMsg{token: 1, event: checks.Event{Kind: checks.Finished, ID: "site.facts", Result: checks.Result{ID: "site.facts", Status: checks.Fail}}, more: true})
	d.send(answeredMsg{token: 0})
	d.send(plannedMsg{token: 0})
	d.send(progressMsg{token: 0, over: true})
	if diff := cmp.Diff(before, d.screen()); diff != "" {
		t.Error(diff)
	}
}

func TestCopy(t *testing.T) {
	d := started(t, newWorld().healthy(), 80, 24).at("spn").keys("c")
	want := `setspn.exe -U -S HTTP/sense.contoso.test CONTOSO\qlik`
	if diff := cmp.Diff([]string{want}, d.copy); diff != "" {
		t.Error(diff)
	}
	d.shows("copied: setspn.exe")
	d.m.clip = func(string) error { return errors.New("no clipboard") }
	d.keys("c").shows("copied, if this terminal allows it")
	d.keys("i", "c")
	d.shows("copied")
}

func TestEvidenceUnfolds(t *testing.T) {
	d := started(t, newWorld().healthy(), 120, 40)
	if strings.Contains(d.screen(), "dc1.contoso.test") {
		t.Fatal("evidence is shown without asking")
	}
	d.keys("down", "space").shows("read from: dc1.contoso.test", "site.clocks")
	d.keys("space")
	if strings.Contains(d.screen(), "dc1.contoso.test") {
		t.Error("it does not fold again")
	}
}

func TestTheKeysShownAreTheKeysThatWork(t *testing.T) {
	d := started(t, newWorld().healthy(), 120, 40).at("spn")
	for _, a := range d.m.acts() {
		if a.on.Help().Key == "" || a.says == "" || a.do == nil {
			t.Errorf("an act without a name: %+v", a.on.Keys())
		}
	}
}

func TestTheMapJumps(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 80, 24).at("spn").keys("m").shows("The journey", "browser", "Qlik Sense", "passed 14:02")
	d.keys("2")
	if d.m.snap.Here().ID != "sync" || d.m.screen != onStep {
		t.Fatalf("at %s", d.m.snap.Here().ID)
	}
	d.keys("m", "up", "enter")
	if d.m.snap.Here().ID != "site" {
		t.Fatalf("at %s", d.m.snap.Here().ID)
	}
	d.keys("m", "r").shows("Next: Service principal name")
}

func TestARetryShowsHowLongItIsWorthWaiting(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 120, 40)
	d.m.launch(d.m.journey.Guide.Recheck(true).Number, true, replay(retrying("site.clocks")))
	d.send(eventMsg{token: d.m.live.token, event: <-d.m.live.events, more: true})
	d.shows("asked again soon", "so far", "nobody", "because", "domain controllers copy this within 15 s",
		"in 5 s; gives up at 14:03:00, in 1 min", "checking until it is true everywhere", "> ~ All clocks agree")
	w.forward(3 * time.Second)
	d.m.ticking = false
	d.send(tickMsg{})
	d.shows("in 2 s; gives up at 14:03:00, in 57 s", "everywhere, 3 s")
}
