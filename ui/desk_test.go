package ui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAMissingPasswordIsAskedFor(t *testing.T) {
	bubble(t, "wizard", func(t *testing.T) {
		w := newWorld().healthy()
		w.desk = NewDesk(nil)
		j := w.journey(t, fakeSite())
		d := drive(t, Config{Start: &j, Clock: w.clock, Desk: w.desk}, 80, 24)
		d.shows("could not tell:", "no right)", "enter password")
		d.keys("enter").shows("Password of", "written nowhere")
		d.write("wrong").shows("> *****_").keys("enter").shows("could not tell", "p password")
		d.keys("p").write("correct horseX").keys("backspace")
		if s := d.m.View().Content; strings.Contains(s, "horse") {
			t.Fatalf("the password is on the screen:\n%s", s)
		}
		d.keys("enter").shows("gate open")
		d.keys("p").shows("Password of").keys("esc").shows("gate open")
		if d.m.secret.typed != "" {
			t.Error("what was typed is kept")
		}
		d.send(press("ctrl+c"))
		if strings.Contains(d.m.farewell(), "horse") {
			t.Error("the farewell tells the password")
		}
	})
}

func TestTheDesk(t *testing.T) {
	d := NewDesk(func(name string) (string, bool) { return "from outside", name == "kerberos" })
	if v, ok := d.Secret("kerberos"); !ok || v != "from outside" {
		t.Errorf("got %q, %v", v, ok)
	}
	for range 3 {
		if _, ok := d.Secret("directory"); ok {
			t.Error("a password nobody gave")
		}
	}
	if _, ok := d.Secret("connector:CONN01$"); ok {
		t.Error("a computer's password nobody gave")
	}
	if _, names, missing := d.news(); !missing || len(names) != 1 || names[0] != "directory" {
		t.Errorf("wanted %v", names)
	}
	d.give("directory", "x")
	if v, ok := d.Secret("directory"); !ok || v != "x" {
		t.Errorf("got %q, %v", v, ok)
	}
	if _, names, missing := d.news(); missing || len(names) != 1 {
		t.Errorf("%v may be typed again", names)
	}
	var none *Desk
	if _, names, missing := none.news(); missing || names != nil {
		t.Error("no desk has news")
	}
}

func TestSigningInIsShownUntilItIsOver(t *testing.T) {
	bubble(t, "wizard", func(t *testing.T) {
		w := newWorld().healthy()
		desk := NewDesk(nil)
		j := w.journey(t, fakeSite())
		d := drive(t, Config{Start: &j, Clock: w.clock, Desk: desk}, 80, 24)
		ctx, cancel := context.WithCancel(t.Context())
		if err := desk.Tell(ctx, "To sign in, open the page and enter the code ABCD-EFGH.", "https://microsoft.com/devicelogin", "ABCD-EFGH"); err != nil {
			t.Fatal(err)
		}
		d.until("copied: ABCD-EFGH").shows("https://microsoft.com/devicelogin", "enter the code ABCD-EFGH")
		if len(d.copy) != 1 || d.copy[0] != "ABCD-EFGH" {
			t.Errorf("copied by itself: %q", d.copy)
		}
		d.keys("c")
		if len(d.copy) != 2 || d.copy[1] != "ABCD-EFGH" {
			t.Errorf("copied %q", d.copy)
		}
		cancel()
		synctest.Wait()
		d.take(<-d.inbox)
		if strings.Contains(d.screen(), "devicelogin") {
			t.Errorf("it is still shown:\n%s", d.screen())
		}
	})
}

func TestTheDeskInLines(t *testing.T) {
	w := newWorld().healthy()
	w.desk = NewDesk(nil)
	j := w.journey(t, fakeSite())
	out := transcript(t, Config{Start: &j, Clock: w.clock, Desk: w.desk}, "q")
	has(t, out, "COULD NOT TELL", "MISSING: the password of")

	w = newWorld().healthy()
	desk := NewDesk(nil)
	j = w.journey(t, fakeSite())
	said := &slowWriter{}
	copied := ""
	l := &lines{cfg: Config{Clock: w.clock, Out: said, Desk: desk}, journey: &j, beat: time.Hour, clip: func(code string) error {
		copied = code
		return nil
	}}
	l.refresh()
	w.slow = make(chan struct{})
	go func() {
		_ = desk.Tell(t.Context(), "Open the page.", "https://microsoft.com/devicelogin", "ABCD")
		for !strings.Contains(said.String(), "SIGN IN: Open the page.") {
			select {
			case <-t.Context().Done():
			case <-time.After(time.Millisecond):
			}
		}
		close(w.slow)
	}()
	if err := l.check(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	has(t, said.String(), "  enter: ABCD", "The code is in the clipboard.", "Conditional Access", "entra.sign_in to browser")
	if copied != "ABCD" {
		t.Errorf("in the clipboard is %q", copied)
	}
}
