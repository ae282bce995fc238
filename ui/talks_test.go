package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"sensegate/checks"
	"sensegate/steps"
)

// TestTheSmallPictures shows that every step has one and that it fits beside the
// rail of the smallest window that has a rail.
func TestTheSmallPictures(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		m := newModel(t.Context(), Config{ASCII: ascii, Clock: newWorld().clock})
		m.resize(80, 24)
		for _, s := range newWorld().order(steps.Ports{}) {
			p := m.newPage(m.frame.body)
			m.talking(p, talks(s.ID, fakeSite()))
			if len(p.lines) == 0 {
				t.Errorf("%s has no picture", s.ID)
			}
			for _, l := range p.lines {
				if strings.Contains(l, m.gl.dots) || !strings.Contains(l, m.gl.arrow) || ansi.StringWidth(l) > m.frame.body {
					t.Errorf("%s: %q", s.ID, ansi.Strip(l))
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	table := checks.Table{Columns: []string{"name", "needed by", "held by"}}.
		Row(checks.Fail, "HTTP/sense.contoso.test", `CONTOSO\qlik`, "nobody").
		Row(checks.Pending, "HTTP/sense", "–", "–")
	tests := []struct {
		name string
		w    int
		want []string
	}{
		{"with room", 70, []string{
			"NAME                      NEEDED BY      HELD BY",
			`HTTP/sense.contoso.test   CONTOSO\qlik   nobody    ×`,
			"HTTP/sense                –              –",
		}},
		{"narrower", 50, []string{
			"NAME                    NEEDED BY      HELD BY",
			`HTTP/sense.contoso.t…   CONTOSO\qlik   nobody    ×`,
			"HTTP/sense              –              –",
		}},
		{"too narrow", 30, []string{
			"× HTTP/sense.contoso.test", `    needed by: CONTOSO\qlik`, "    held by: nobody",
			"  HTTP/sense", "    needed by: –", "    held by: –",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &page{paper: paper{th: newTheme("", true), gl: unicodeGlyphs()}, w: tt.w}
			p.table(table)
			got := ansi.Strip(strings.Join(p.lines, "\n"))
			if want := strings.Join(tt.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	want := []string{`name HTTP/sense.contoso.test, needed by CONTOSO\qlik, held by nobody: failed`, "name HTTP/sense, needed by –, held by –"}
	if got := rows(table); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("in lines: %q", got)
	}
}

func TestWords(t *testing.T) {
	bubble(t, "words", func(t *testing.T) {
		w := newWorld().healthy()
		d := started(t, w, 80, 24).at("spn").keys("g").shows("Words on that page", "SPN (service principal name")
		d.keys("g").shows("gate closed")
		d.keys("i", "g").shows("Words on that page").keys("esc").shows("by hand")
		d.keys("esc").keys("q")
		if !d.quit {
			t.Error("did not come back")
		}
	})
}
