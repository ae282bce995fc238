//go:build unix

package terminal

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hinshun/vt10x"
)

// Marks of a cell, as the emulator numbers them.
const (
	reversed   = 1 << 0
	underlined = 1 << 1
	bold       = 1 << 2
	dimmed     = 1 << 4 // italic, which faint was made
)

// palette is the colours of a terminal: the sixteen, then text and ground.
type palette [18]string

func darkPalette() palette {
	return palette{
		"#1e1e1e", "#f2777a", "#99cc99", "#ffcc66", "#6699cc", "#cc99cc", "#66cccc", "#d3d0c8",
		"#747369", "#f2777a", "#99cc99", "#ffcc66", "#6699cc", "#cc99cc", "#66cccc", "#ffffff",
		"#d3d0c8", "#1e1e1e",
	}
}

func lightPalette() palette {
	return palette{
		"#000000", "#b3261e", "#2e7d32", "#8a6d00", "#1a56b0", "#8e24aa", "#00707a", "#5f6368",
		"#80868b", "#b3261e", "#2e7d32", "#8a6d00", "#1a56b0", "#8e24aa", "#00707a", "#ffffff",
		"#202124", "#ffffff",
	}
}

func (p palette) of(c vt10x.Color) string {
	switch {
	case c == vt10x.DefaultFG:
		return p[16]
	case c == vt10x.DefaultBG:
		return p[17]
	case c < 16:
		return p[c]
	}
	return fmt.Sprintf("#%06x", uint32(c)&0xffffff)
}

const (
	cellWide, cellHigh = 8.4, 17.0
	margin             = 12.0
)

// svg draws the cells of a screen.
func (s *screen) svg(p palette) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	wide, high := float64(s.cols)*cellWide+2*margin, float64(s.rows)*cellHigh+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="Cascadia Mono,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14">`+"\n", wide, high)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" rx="8" fill="%s"/>`+"\n", wide, high, p[17])
	for y := range s.rows {
		for x := 0; x < s.cols; {
			first := s.cells.Cell(x, y)
			var run strings.Builder
			from := x
			for x < s.cols {
				c := s.cells.Cell(x, y)
				if c.Mode&^64 != first.Mode&^64 || c.FG != first.FG || c.BG != first.BG {
					break
				}
				if c.Char == 0 {
					c.Char = ' '
				}
				run.WriteRune(c.Char)
				x++
			}
			p.run(&b, from, y, run.String(), first)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// run draws cells that look alike.
func (p palette) run(b *strings.Builder, x, y int, text string, g vt10x.Glyph) {
	ink, ground := p.of(g.FG), p.of(g.BG)
	if g.FG < 8 && g.Mode&bold != 0 {
		ink = p.of(g.FG + 8)
	}
	// The emulator exchanges the colours of what is reversed by itself.
	if g.Mode&reversed != 0 && ink == p[17] && ground == p[16] {
		ink, ground = p[17], p[16]
	}
	left, top := margin+float64(x)*cellWide, margin+float64(y)*cellHigh
	n := len([]rune(text))
	if ground != p[17] {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, float64(n)*cellWide, cellHigh, ground)
	}
	if strings.ContainsAny(text, "█▀▄") {
		p.blocks(b, left, top, text, ink)
		return
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	look := ""
	if g.Mode&bold != 0 {
		look += ` font-weight="bold"`
	}
	if g.Mode&dimmed != 0 {
		look += ` opacity="0.6"`
	}
	if g.Mode&underlined != 0 {
		look += ` text-decoration="underline"`
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" xml:space="preserve" fill="%s"%s>%s</text>`+"\n",
		left, top+cellHigh*0.76, float64(n)*cellWide, ink, look, escaped.String())
}

// blocks draws cells that are filled: fonts leave gaps between them.
func (p palette) blocks(b *strings.Builder, left, top float64, text, ink string) {
	for i, r := range []rune(text) {
		y, high := top, cellHigh
		switch r {
		case '▀':
			high /= 2
		case '▄':
			y, high = y+high/2, high/2
		case '█':
		default:
			continue
		}
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" shape-rendering="crispEdges"/>`+"\n", left+float64(i)*cellWide, y, cellWide, high, ink)
	}
}

// TestPictures draws the pictures of the README from the real program, and
// shows that they still are what it shows.
func TestPictures(t *testing.T) {
	toName := func(s *screen) {
		s.until("the first page", ready)
		s.press("m")
		s.shows("The journey")
		s.press("r")
		s.until("all checks", func(text string) bool { return idle(text) && !strings.Contains(text, "not checked yet") })
		s.press("6")
		s.until("the finding", func(text string) bool {
			return idle(text) && ready(text) && strings.Contains(text, "no account in the forest")
		})
	}
	toPlan := func(s *screen) { toName(s); s.press("\r"); s.shows("type the name") }
	toMap := func(s *screen) { toName(s); s.press("m"); s.shows("waits fo") }
	toPhone := func(s *screen) {
		s.until("the first page", ready)
		s.press("m")
		s.shows("The journey")
		s.press("r")
		s.shows(done)
		s.until("rest", idle)
		s.press("0")
		s.until("the last step", func(text string) bool { return idle(text) && strings.Contains(text, "on the phone") })
		s.press("u")
		s.shows("On the phone")
	}
	broken := []string{"demo", "--fault", "spn-missing"}
	tests := []struct {
		name string
		args []string
		env  []string
		p    palette
		come func(*screen)
	}{
		{"step-dark", append(broken, "--background", "dark"), nil, darkPalette(), toName},
		{"step-light", append(broken, "--background", "light"), nil, lightPalette(), toName},
		{"step-no-colour", broken, []string{"NO_COLOR=1"}, lightPalette(), toName},
		{"step-contrast", append(broken, "--theme", "contrast", "--background", "dark"), nil, darkPalette(), toName},
		{"step-warm", append(broken, "--theme", "warm", "--background", "dark"), nil, darkPalette(), toName},
		{"plan-dark", append(broken, "--background", "dark"), nil, darkPalette(), toPlan},
		{"map-dark", append(broken, "--background", "dark"), nil, darkPalette(), toMap},
		{"phone-dark", []string{"demo", "--finished", "--background", "dark"}, nil, darkPalette(), toPhone},
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, castCols, castRows, tt.env, sensegate, tt.args...)
			tt.come(s)
			got := s.svg(tt.p)
			if tt.name == "step-no-colour" && strings.Count(got, "fill=\"#") > 0 && strings.Contains(got, lightPalette()[1]) {
				t.Error("a colour under NO_COLOR")
			}
			path := filepath.Join("..", "..", "..", "docs", "pictures", tt.name+".svg")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if alike(wordsOf(string(want)), wordsOf(got)) < likeness {
				t.Errorf("%s is not what the program shows (-update draws it anew):\n%s", path, cmp.Diff(wordsOf(string(want)), wordsOf(got)))
			}
			if !strings.Contains(string(readme), "docs/pictures/"+tt.name+".svg") {
				t.Errorf("the README does not show %s", tt.name)
			}
			s.press("\x03")
			s.end()
		})
	}
}

// likeness is how much of a picture must still stand on the screen: a word that
// was bettered since does not make it untrue.
const likeness = 0.8

func alike(want, got []string) float64 {
	have := map[string]bool{}
	for _, w := range got {
		have[w] = true
	}
	same := 0
	for _, w := range want {
		if have[w] {
			same++
		}
	}
	return float64(same) / float64(max(len(want), 1))
}

var (
	inTags = regexp.MustCompile(`(?s)<text[^>]*>([^<]*)</text>`)
	digits = regexp.MustCompile(`[0-9]+`)
)

// wordsOf are the words of a picture; times and ports differ from run to run.
func wordsOf(svg string) []string {
	var out []string
	for _, m := range inTags.FindAllStringSubmatch(svg, -1) {
		out = append(out, digits.ReplaceAllString(strings.TrimSpace(m[1]), "#"))
	}
	return out
}
