package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sensegate/internal/site"
	"sensegate/steps"
)

// remembering is a journal that knows a past.
type remembering struct {
	nowhere

	past []steps.Made
}

func (r remembering) Made() []steps.Made { return r.past }

// recorded is a journey with two changes on record.
func recorded(t testing.TB) (Config, *[]string) {
	t.Helper()
	w := newWorld().healthy()
	at := time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)
	past := []steps.Made{
		{Number: 1, Step: "app", At: at, Change: steps.Change{ID: "app.publish", Target: "Qlik Sense (enterprise application)", Field: "publishing"}},
		{Number: 2, Step: "spn", At: at, Change: steps.Change{ID: "spn.add", Target: `CONTOSO\qlik`, Field: "servicePrincipalName", Before: []string{"HTTP/old"}}},
		{Number: 3, Step: "sso", At: at, Undone: at, Change: steps.Change{ID: "sso.enable", Target: "Qlik Sense", Field: "single sign-on"}},
	}
	g, err := steps.NewGuide(t.Context(), steps.Options{Site: fakeSite(), Open: func(context.Context, site.Site) (steps.World, error) { return steps.World{}, nil }, Order: w.order, Causes: w.causes(), Clock: w.clock, Journal: remembering{past: past}})
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	j := Journey{Guide: g}
	c := Config{
		Terminal: Terminal{Width: 80, Height: 24}, Clock: w.clock, Start: &j,
		Report: func(s steps.Snapshot, made []steps.Made) (Written, error) {
			asked = append(asked, "report of "+s.Site.Name)
			if len(made) != 3 {
				t.Errorf("%d changes are told", len(made))
			}
			return Written{Path: "/home/me/reports/r.html", Replaced: "placeholders stand for hosts: 4"}, nil
		},
		Handoff: func(steps.Snapshot) ([]WorkOrder, error) {
			save := func() ([]string, error) {
				asked = append(asked, "saved")
				return []string{"/home/me/reports/ad.ps1"}, nil
			}
			return []WorkOrder{{Title: "Entra administrator", Text: "nothing"}, {Title: "AD administrator", Items: 2, Text: "Work order\n\n1  FAILED: the name\n   do  setspn", Save: save}}, nil
		},
	}
	return c, &asked
}

// TestReportKey writes the report from any page and says where it is and what
// was replaced, on the smallest window too.
func TestReportKey(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {200, 60}} {
		c, asked := recorded(t)
		d := drive(t, c, size[0], size[1])
		d.keys("R")
		d.shows("The report is written", "/home/me/reports/r.html", "placeholders stand for hosts: 4")
		d.keys("enter", "m", "R").shows("The report is written")
		d.keys("b").shows("The journey")
		if len(*asked) != 2 {
			t.Errorf("written %d times", len(*asked))
		}
	}
}

func TestReportThatFails(t *testing.T) {
	c, _ := recorded(t)
	c.Report = func(steps.Snapshot, []steps.Made) (Written, error) { return Written{}, errors.New("the disk is full") }
	drive(t, c, 80, 24).keys("R").shows("The report was not written", "the disk is full")
}

// TestHandoffKey opens on who has something to do, and writes it.
func TestHandoffKey(t *testing.T) {
	c, asked := recorded(t)
	d := drive(t, c, 80, 24).keys("H")
	d.shows("Hand work over", "2 AD administrator: 2 things", "FAILED: the name")
	d.keys("enter").shows("written", "ad.ps1")
	d.keys("1").shows("nothing")
	if strings.Contains(d.screen(), "ad.ps1") {
		t.Error("the files of another role are shown")
	}
	d.keys("b")
	if len(*asked) != 1 || d.m.screen != onStep {
		t.Errorf("%v, on page %d", *asked, d.m.screen)
	}
}

// TestUndoKey lists what stands, the newest first, and takes what is newer along.
func TestUndoKey(t *testing.T) {
	c, _ := recorded(t)
	d := drive(t, c, 80, 24).keys("U")
	d.shows("Take changes back", "2 servicePrincipalName", "1 publishing", "HTTP/old", "take back 1 change")
	if strings.Contains(d.screen(), "single sign-on") || strings.Index(d.screen(), "2 servicePrincipalName") > strings.Index(d.screen(), "1 publishing") {
		t.Errorf("what was taken back is listed, or the newest is not the first:\n%s", d.screen())
	}
	d.keys("down").shows("take back 2 changes")
	// The plan of it cannot be made without a system that may be written to.
	d.keys("enter").shows("Plan for taking changes back", "may only read")
	d.keys("enter").shows("Take changes back")
	d.keys("b")
	if d.m.screen != onStep {
		t.Errorf("on page %d", d.m.screen)
	}
}
