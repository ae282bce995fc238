package ui

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"sensegate/internal/site"
)

func TestWelcome(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want []string
	}{
		{"enter goes on with the latest site", []string{"enter"}, []string{"practice lab · contoso"}},
		{"a number begins", []string{"3"}, []string{"Your site", "SIMULATED"}},
		{"down and enter begin", []string{"down", "down", "enter"}, []string{"Your site", "SIMULATED"}},
		{"what fails is said", []string{"2"}, []string{"open in another sensegate", "Practice lab"}},
		{"out of range is nothing", []string{"9"}, []string{"Practice lab", "New site"}},
	}
	for _, tt := range tests {
		bubble(t, tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			d := drive(t, offering(t, Config{Clock: w.clock}, w), 80, 24)
			d.shows("Go on with contoso", "stood at Service principal name, 50 min ago", "2 days ago")
			d.keys(tt.keys...).shows(tt.want...)
		})
	}
}

func TestASavedSiteIsProvedAgainAndLandsWhereItStood(t *testing.T) {
	tests := []struct {
		name    string
		unprove string
		want    string
	}{
		{"all as it was", "", "spn"},
		{"something before broke", "connector.services", "connector"},
	}
	for _, tt := range tests {
		bubble(t, tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			w.set["app.published"] = true
			for id := range w.set {
				if string(id) == tt.unprove {
					delete(w.set, id)
				}
			}
			d := drive(t, offering(t, Config{Clock: w.clock}, w), 80, 24).keys("enter")
			if got := string(d.m.snap.Here().ID); got != tt.want || d.m.screen != onStep {
				t.Errorf("landed on %s:\n%s", got, d.screen())
			}
		})
	}
}

func TestBackFromTheFirstStepIsTheWelcome(t *testing.T) {
	bubble(t, "back", func(t *testing.T) {
		w := newWorld().healthy()
		c := offering(t, Config{Clock: w.clock}, w)
		closed := 0
		practice := c.Practice
		c.Practice = func(ctx context.Context) (Journey, error) {
			j, err := practice(ctx)
			j.Close = func() error { closed++; return nil }
			return j, err
		}
		d := drive(t, c, 80, 24).keys("3").shows("Your site").keys("b").shows("Practice lab", "Go on with contoso")
		if closed != 1 {
			t.Errorf("closed %d times", closed)
		}
		if d.keys("q"); !d.quit {
			t.Error("q does not leave the welcome")
		}
	})
}

func TestStoppingWhatOpens(t *testing.T) {
	bubble(t, "stop", func(t *testing.T) {
		w := newWorld()
		closed := make(chan struct{})
		let := make(chan struct{})
		c := Config{Clock: w.clock, Practice: func(ctx context.Context) (Journey, error) {
			<-let
			j := w.journeyIn(ctx, t, fakeSite())
			j.Close = func() error { close(closed); return nil }
			return j, nil
		}}
		d := drive(t, c, 80, 24)
		d.send(press("enter"))
		d.shows("starting the practice lab")
		d.send(press("esc"))
		close(let)
		d.settle()
		<-closed // what came late is closed again
		d.shows("Practice lab")
		if d.m.journey != nil {
			t.Error("a journey began that was given up")
		}
	})
}

func TestTheNewSite(t *testing.T) {
	bubble(t, "new", func(t *testing.T) {
		w := newWorld().healthy()
		d := drive(t, offering(t, Config{Clock: w.clock}, w), 80, 24).keys("4").shows("Name of the site", "· an answer is needed")
		d.keys("enter").shows("Name of the site", "× an answer is needed")
		d.write("con toso").shows("is not letters").keys("enter").shows("Name of the site")
		for range 5 {
			d.keys("backspace")
		}
		d.shows("looks right").keys("enter").shows("Your site (page 1 of 3)", "Tenant", "kept in /home/ada")
		d.write("contoso.onmicrosoft.com").keys("enter").shows("page 2 of 3", "External URL")
		d.send(tea.PasteMsg{Content: " https://sense-contoso.msappproxy.net/\n"})
		d.settle()
		d.shows("looks right").keys("enter")
		d.write("ftp:").shows("has to begin with https://").keys("enter").shows("page 2 of 3")
		d.keys("up", "up").shows("page 1 of 3", "contoso.onmicrosoft.com")
		d.keys("enter").shows("page 2 of 3", "ftp:")
		d.keys("tab")
		for range 4 {
			d.keys("backspace")
		}
		d.write("https://sense.contoso.test/").keys("enter").shows("page 3 of 3", "may stay empty")
		d.keys("enter").shows("gate open")
		want := site.Site{Name: "con"}
		want.Entra.Tenant = "contoso.onmicrosoft.com"
		want.Publish.ExternalURL, want.Publish.InternalURL = "https://sense-contoso.msappproxy.net/", "https://sense.contoso.test/"
		if got := d.m.snap.Site; got.Name != want.Name || got.Entra != want.Entra || !reflect.DeepEqual(got.Publish, want.Publish) {
			t.Errorf("got %+v", got)
		}
		d.keys("e").shows("page 1 of 3").keys("q").shows("contoso.onmicrosoft.comq")
		d.keys("esc").shows("gate open")
	})
}

func TestBackWorksWithAnInvalidField(t *testing.T) {
	for _, tt := range []struct {
		key   string
		shows []string
	}{{"esc", []string{"Your site", "gate open"}}, {"shift+tab", []string{"page 1 of 3"}}} {
		bubble(t, tt.key, func(t *testing.T) {
			w := newWorld().healthy()
			s := fakeSite()
			s.Publish.ExternalURL = ""
			j := w.journey(t, s)
			d := drive(t, Config{Start: &j, Clock: w.clock}, 80, 24).shows("page 2 of 3")
			d.write("nonsense").keys(tt.key).shows(tt.shows...)
			// What was typed is there again, and still not good enough.
			if tt.key == "esc" {
				d.keys("e").shows("page 2 of 3", "nonsense", "https://")
			}
			d.keys("esc").shows("Your site", "gate open")
		})
	}
}

func TestAnAnswerThatIsNotTakenStaysOnThePage(t *testing.T) {
	bubble(t, "refused", func(t *testing.T) {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		d := drive(t, Config{Start: &j, Clock: w.clock}, 80, 24)
		w.refuse = errors.New("the certificate client.pem cannot be read")
		d.keys("e").write("x").keys("enter").shows("not saved", "client.pem cannot be", "page 1 of 3", "contoso.onmicrosoft.comx")
		w.refuse = nil
		d.keys("enter").shows("page 2 of 3")
	})
}

func TestAnUnchangedPageMakesNothingOld(t *testing.T) {
	bubble(t, "unchanged", func(t *testing.T) {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		d := drive(t, Config{Start: &j, Clock: w.clock}, 80, 24)
		asked := w.asked["site.facts"]
		d.keys("e", "enter", "enter", "enter", "enter").shows("gate open")
		if w.asked["site.facts"] != asked {
			t.Error("it was checked again for nothing")
		}
	})
}

func TestHostileText(t *testing.T) {
	w := newWorld().healthy()
	s := fakeSite()
	s.Name = "con\x1b]0;owned\x07\x1b[2Jtoso\u202e"
	s.TestUser.UPN = "ada\x9b31m\r\n@contoso.test"
	j := w.journey(t, s)
	j.Notes = []string{"faults set: \x1b[31mspn-missing"}
	d := drive(t, Config{Start: &j, Clock: w.clock}, 80, 24).shows("contoso", "faults set: spn-missing")
	for range 40 {
		if d.m.screen == onFinish {
			break
		}
		d.onward()
		for _, bad := range []string{"\x1b]0", "\x1b[2J", "\u202e", "\x07", "\r"} {
			if strings.Contains(d.m.View().Content+d.m.View().WindowTitle+d.m.farewell(), bad) {
				t.Fatalf("%q reached the terminal", bad)
			}
		}
	}
}
