package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sensegate/checks"
)

// onStage is a journey in front of people, and the faults that were played.
func onStage(t *testing.T, w *world) (*driver, *[]string) {
	t.Helper()
	var played []string
	j := w.journey(t, fakeSite())
	p := &Present{
		Faults: []Fault{
			{ID: "app-deleted", Title: "The application is gone.", Step: "app", Note: "Somebody tidied up."},
			{ID: "spn-missing", Title: "Nobody holds the name.", Step: "spn", Note: "Browsers fall back to NTLM."},
			{ID: "spn-duplicate", Title: "Two hold the name.", Step: "spn", Note: "No tickets at all."},
		},
		Break: func(_ context.Context, id string) error {
			if id == "spn-duplicate" {
				return errors.New("setting the fault spn-duplicate: the lab is closed")
			}
			played = append(played, id)
			w.mu.Lock()
			defer w.mu.Unlock()
			delete(w.set, checks.ID("spn.owner"))
			return nil
		},
		Mend: func(_ context.Context, id string) error {
			if id != "spn-missing" || len(played) == 0 {
				return errors.New("mending " + id + ": it was not played")
			}
			return w.put("spn.owner")
		},
	}
	return drive(t, Config{Start: &j, Clock: w.clock, Present: p}, 80, 24), &played
}

func TestPresenting(t *testing.T) {
	bubble(t, "present", func(t *testing.T) {
		w := newWorld().healthy()
		d, played := onStage(t, w)
		// The spotlight: the gate refuses, and says what is missing.
		d.keys("w").shows("Switch single sign-on on, now?", "Refused: Directory synchronisation has to be", "Kerberos is proved").keys("b")
		d.at("spn").keys("enter").write("qlik").keys("enter").shows("gate open")
		d.keys("n").shows("Trainer's notes: Service principal name", "spn-missing: Nobody holds", "Browsers fall back to NTLM", "Two hold").keys("esc")
		d.keys("f").shows("something was broken", "no account in the forest holds it", "gate closed")
		d.keys("?").shows("take back: spn-missing").keys("esc")
		if len(*played) != 1 || (*played)[0] != "spn-missing" {
			t.Errorf("played %v", *played)
		}
		d.keys("f").shows("the lab is closed").keys("n").shows("× spn-missing").keys("esc")
		d.keys("F").shows("taken back: spn-missing", "gate open").keys("n").shows("√ spn-missing").keys("esc")
		if _, more := d.m.lastBroken(); more {
			t.Error("something is still said to be broken")
		}
		d.keys("q")
		if !d.quit {
			t.Error("q does not leave")
		}
	})
}

func TestAResetTakesBackWhatTheStepChanged(t *testing.T) {
	bubble(t, "reset", func(t *testing.T) {
		w := newWorld().healthy()
		d, _ := onStage(t, w)
		d.at("app").keys("z").shows("gate closed") // nothing to take back
		d.keys("enter", "enter").shows("gate open").keys("z").shows("taken back: 1 change", "gate closed")
		d.keys("enter", "enter").shows("gate open")
	})
}

func TestNobodyPresentsWithoutTheFlag(t *testing.T) {
	bubble(t, "absent", func(t *testing.T) {
		d := started(t, newWorld().healthy(), 80, 24)
		before := d.screen()
		if d.keys("n", "f", "z", "w"); d.screen() != before {
			t.Errorf("a trainer's key works:\n%s", d.screen())
		}
	})
}

// TestAFaultOfTheStartIsTakenBack: what the lab was started with is broken like
// what was played, and its note goes with it.
func TestAFaultOfTheStartIsTakenBack(t *testing.T) {
	bubble(t, "start", func(t *testing.T) {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		j.Faults = []Fault{{ID: "spn-missing", Title: "Nobody holds the name.", Step: "spn", Note: "Browsers fall back."}}
		p := &Present{Faults: j.Faults, Mend: func(context.Context, string) error { return w.put("spn.owner") }}
		d := drive(t, Config{Start: &j, Clock: w.clock, Present: p}, 80, 24)
		d.shows("fault set: spn-missing (Nobody holds the name)").keys("?").shows("take back: spn-missing").keys("esc")
		d.keys("F").shows("taken back: spn-missing")
		if s := d.screen(); strings.Contains(s, "fault set") {
			t.Errorf("it is still said to be set:\n%s", s)
		}
		if _, more := d.m.lastBroken(); more {
			t.Error("something is still said to be broken")
		}
	})
}
