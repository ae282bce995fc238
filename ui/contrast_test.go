package ui

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// The colours that terminals come with: the sixteen, then text and ground.
type palette struct {
	sixteen      [16]uint32
	text, ground uint32
}

// palettes are those of the terminals our users sit at, on dark and on light.
func palettes() map[string]struct{ dark, light palette } {
	campbell := [16]uint32{0x0C0C0C, 0xC50F1F, 0x13A10E, 0xC19C00, 0x0037DA, 0x881798, 0x3A96DD, 0xCCCCCC, 0x767676, 0xE74856, 0x16C60C, 0xF9F1A5, 0x3B78FF, 0xB4009E, 0x61D6D6, 0xF2F2F2}
	conhost := [16]uint32{0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xC0C0C0, 0x808080, 0xFF0000, 0x00FF00, 0xFFFF00, 0x0000FF, 0xFF00FF, 0x00FFFF, 0xFFFFFF}
	xterm := [16]uint32{0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF}
	return map[string]struct{ dark, light palette }{
		"Windows Terminal": {palette{campbell, 0xCCCCCC, 0x0C0C0C}, palette{campbell, 0x0C0C0C, 0xFFFFFF}},
		"Windows console":  {palette{conhost, 0xC0C0C0, 0x000000}, palette{conhost, 0x000000, 0xFFFFFF}},
		"xterm":            {palette{xterm, 0xE5E5E5, 0x000000}, palette{xterm, 0x000000, 0xFFFFFF}},
	}
}

func (p palette) of(c color.Color) uint32 {
	switch c := c.(type) {
	case lipgloss.NoColor, nil:
		return p.text
	case ansi.BasicColor:
		return p.sixteen[c]
	}
	r, g, b, _ := c.RGBA()
	return r>>8<<16 | g>>8<<8 | b>>8
}

// ratio is the contrast of two colours as WCAG 2.2 defines it, from 1 to 21.
func ratio(a, b uint32) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c uint32) float64 {
	part := func(v uint32) float64 {
		x := float64(v&0xff) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c>>16) + 0.7152*part(c>>8) + 0.0722*part(c)
}

// half is a colour that is drawn faint: half of it, half of the ground.
func half(c, ground uint32) uint32 {
	mix := func(shift int) uint32 { return ((c>>shift&0xff + ground>>shift&0xff) / 2) << shift }
	return mix(16) | mix(8) | mix(0)
}

// TestContrast computes what the themes look like: never below 3, which WCAG
// asks of signs and bold text (a colour is only ever on a mark, a heading or a
// key), 4.5 for text, and 7 for everything in the theme of high contrast.
func TestContrast(t *testing.T) {
	for terminal, p := range palettes() {
		for _, name := range Themes() {
			for _, dark := range []bool{true, false} {
				th, pal := newTheme(name, dark), p.light
				if dark {
					pal = p.dark
				}
				for part, st := range map[string]lipgloss.Style{
					"text": th.text, "strong": th.strong, "dim": th.dim, "title": th.title, "good": th.good, "bad": th.bad,
					"warn": th.warn, "here": th.here, "banner": th.banner, "key": th.key,
				} {
					ink := pal.of(st.GetForeground())
					if st.GetFaint() {
						ink = half(ink, pal.ground)
					}
					least := 3.0
					switch {
					case name == "contrast":
						least = 7
					case part == "text" || part == "strong" || part == "here":
						least = 4.5
					}
					if got := ratio(ink, pal.ground); got < least {
						t.Errorf("%s, %s, dark %v: %s has %.1f, not %.1f (#%06x on #%06x)", terminal, name, dark, part, got, least, ink, pal.ground)
					}
				}
			}
		}
	}
}

// TestRatio holds the arithmetic against known pairs.
func TestRatio(t *testing.T) {
	for _, tt := range []struct {
		a, b uint32
		want string
	}{{0x000000, 0xFFFFFF, "21.00"}, {0x777777, 0xFFFFFF, "4.48"}, {0xFF0000, 0xFFFFFF, "4.00"}, {0x123456, 0x123456, "1.00"}} {
		if got := fmt.Sprintf("%.2f", ratio(tt.a, tt.b)); got != tt.want {
			t.Errorf("#%06x on #%06x: %s, not %s", tt.a, tt.b, got, tt.want)
		}
	}
}
