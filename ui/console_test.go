package ui

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"unicode"

	"sensegate/internal/glossary"
	"sensegate/steps"
)

// consoleFont says that a character is in the fonts of the Windows console:
// those of WGL4 that we use, and the letters of Latin scripts.
func consoleFont(r rune) bool {
	return r < 0x7f || strings.ContainsRune("·×√‼…–—“”‘’─│┘└┌┐├┤█▀▄", r) || r <= 0x17f && unicode.IsLetter(r)
}

// TestEveryCharacterIsInTheConsolesFonts goes over all that is ever written: the
// golden screens, the steps, the causes, the glossary.
func TestEveryCharacterIsInTheConsolesFonts(t *testing.T) {
	odd := map[rune]string{}
	look := func(where, text string) {
		for _, r := range text {
			if !consoleFont(r) && r != '\n' && r != '\t' {
				odd[r] = where
			}
		}
	}
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		look(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps.Order(steps.Ports{}) {
		look(string(s.ID), s.Title+s.Short+s.What+s.Why+s.Seed+s.SeedFrom)
		for _, c := range s.Checks {
			look(string(c.ID), c.Title+c.Why+c.Retry.Because+c.Right)
		}
		for _, in := range s.Manual {
			look(string(s.ID), in.Do+in.Command)
		}
		for _, q := range s.Ask {
			look(q.Key, q.Label+q.Help)
		}
	}
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	for id, c := range causes {
		look(string(id), c.Title+c.Because+c.More)
		for _, f := range c.Fixes {
			look(string(id), f.Text+f.Command)
		}
	}
	for _, w := range glossary.All() {
		look(w.Name, w.Name+w.Says+strings.Join(w.Also, ""))
	}
	for _, gl := range []glyphs{unicodeGlyphs(), asciiGlyphs()} {
		for _, g := range []string{gl.passed, gl.failed, gl.warned, gl.unknown, gl.crashed, gl.skipped, gl.pending, gl.here, gl.running, gl.rule, gl.dots, gl.arrow, gl.down, gl.corner, gl.point} {
			look("glyphs", g)
		}
	}
	var list []string
	for r, where := range odd {
		list = append(list, fmt.Sprintf("%U %c in %s", r, r, where))
	}
	sort.Strings(list)
	if len(list) > 0 {
		t.Errorf("not in the fonts of the Windows console:\n%s", strings.Join(list, "\n"))
	}
}
