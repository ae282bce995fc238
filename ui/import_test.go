package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"sensegate/internal/site"
)

// evidenceDesk takes every file but bad.json, and remembers what it was given.
type evidenceDesk struct{ given []string }

func (e *evidenceDesk) take(_ context.Context, s site.Site, path string) (Taken, error) {
	e.given = append(e.given, path)
	if strings.Contains(path, "bad") {
		return Taken{}, errors.New("reading the evidence file bad.json: the section os was changed after it was written")
	}
	out := Taken{Site: s, New: true, Says: []string{"conn01.json: conn01.contoso.test, collected 2026-11-21 13:00Z (1 hour ago) by v1", "  pass     The connector and its updater run: true on \x1b[2Jconn01"}}
	for _, had := range s.Evidence {
		out.New = out.New && had != path
	}
	out.Site.Evidence = append(append([]string(nil), s.Evidence...), path)
	return out, nil
}

func (e *evidenceDesk) list(s site.Site) []string {
	var out []string
	for _, f := range s.Evidence {
		out = append(out, "conn01.contoso.test, collected 2026-11-21 13:00Z (1 hour ago), "+f)
	}
	return out
}

func bringing(t *testing.T, width, height int) (*driver, *evidenceDesk) {
	t.Helper()
	w, desk := newWorld().healthy(), new(evidenceDesk)
	j := w.journey(t, fakeSite())
	j.Evidence, j.Import = desk.list, desk.take
	return drive(t, Config{Start: &j, Clock: w.clock, Version: "v0"}, width, height).at("connector"), desk
}

// TestEvidenceIsBroughtIntoTheWizard goes the way of somebody who has the file:
// what is refused says why and changes nothing, what is taken says what it
// proves, and the gate stands on it at once.
func TestEvidenceIsBroughtIntoTheWizard(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {60, 16}} {
		bubble(t, "bring", func(t *testing.T) {
			d, desk := bringing(t, size[0], size[1])
			d.keys("i").shows("by hand", "f evidence")
			d.keys("f").shows("Evidence from other hosts", "sensegate collect", "file > _", "Nothing was brought here yet", "esc back")
			d.write("q bad.json").keys("enter").shows("refused", "section os was", "file > q bad.json_")
			if got := d.m.snap.Site.Evidence; len(got) != 0 {
				t.Errorf("it was added: %v", got)
			}
			d.keys("ctrl+u")
			d.send(tea.PasteMsg{Content: "/media/stick/conn01.json\r\n"})
			d.shows("file > /media/stick/conn01.json_", "verify and add")
			d.keys("enter").shows("conn01.contoso.test", "added to "+fakeSite().Name, "check with it")
			if got := d.m.snap.Site.Evidence; len(got) != 1 || got[0] != "/media/stick/conn01.json" {
				t.Errorf("evidence %v, given %v", got, desk.given)
			}
			d.keys("end").shows("1 hour ago")
			d.keys("enter").shows("Connector install", "gate open")
			d.keys("i", "f").shows("here", "conn01.json")
			d.write("/media/stick/conn01.json").keys("enter").shows("nothing new")
			d.keys("esc").shows("by hand")
		})
	}
}

// TestThePageOfEvidenceFitsEverySize goes over the sizes with more than fits.
func TestThePageOfEvidenceFitsEverySize(t *testing.T) {
	bubble(t, "sizes", func(t *testing.T) {
		d, _ := bringing(t, 80, 24)
		d.keys("i", "f").write(strings.Repeat("long/", 100)).keys("enter")
		for width := 1; width <= 210; width += 11 {
			for height := 1; height <= 64; height += 5 {
				d.m.resize(width, height)
				d.m.dirty = true
				lines := strings.Split(d.m.View().Content, "\n")
				if len(lines) > height {
					t.Fatalf("%dx%d: %d lines", width, height, len(lines))
				}
				for _, l := range lines {
					if n := ansi.StringWidth(l); n > width {
						t.Fatalf("%dx%d: a line of %d: %q", width, height, n, ansi.Strip(l))
					}
				}
			}
		}
	})
}

// TestEvidenceIsBroughtInInLines is the same for those who read lines.
func TestEvidenceIsBroughtInInLines(t *testing.T) {
	w, desk := newWorld().healthy(), new(evidenceDesk)
	j := w.journey(t, fakeSite())
	j.Evidence, j.Import = desk.list, desk.take
	out := transcript(t, Config{Start: &j, Clock: w.clock, Version: "v0"},
		"", "", // to the connector
		"f", "bad.json", "f", "", "f", "/media/stick/conn01.json", "f", "/media/stick/conn01.json", "q")
	has(t, out, "Bring in evidence that was collected on another host, or f",
		"REFUSED: reading the evidence file bad.json: the section os was changed after it was written.",
		"conn01.json: conn01.contoso.test, collected 2026-11-21 13:00Z (1 hour ago) by v1", "Added to "+fakeSite().Name,
		"CHECKING everything up to Connector install.", "GATE OPEN. What now?",
		"  here: conn01.contoso.test, collected 2026-11-21 13:00Z (1 hour ago), /media/stick/conn01.json", "Nothing new: it is there already.")
	if len(desk.given) != 3 || j.Guide.Snapshot().Site.Evidence[0] != "/media/stick/conn01.json" {
		t.Errorf("given %v, evidence %v", desk.given, j.Guide.Snapshot().Site.Evidence)
	}
}
