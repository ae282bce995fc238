//go:build unix

package terminal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
)

const (
	castCols, castRows = 80, 24
	// mostKeys is the budget of the golden path, from the start to all gates open.
	mostKeys = 60
)

func castFile() string { return filepath.Join("..", "..", "..", "docs", "walk.cast") }

// TestKeysOfTheGoldenPath walks the practice lab with nothing but keys, counts
// them, and records the walk when asked to.
func TestKeysOfTheGoldenPath(t *testing.T) {
	s := open(t, castCols, castRows, nil, sensegate, "demo", "--background", "dark")
	keys := s.walk(func(text string) {
		if !strings.Contains(text, "SIMULATED") {
			t.Errorf("a page does not say SIMULATED:\n%s", text)
		}
	})
	t.Logf("%d keys from the start to all gates open", keys)
	if keys > mostKeys {
		t.Errorf("%d keys, more than %d", keys, mostKeys)
	}
	// The end of the walk: the address on the phone, the map, and out.
	s.press("u")
	s.shows("On the phone")
	s.press("b")
	s.until("the last step", ready)
	s.press("m")
	s.shows("The journey")
	s.press("q")
	if code := s.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if *update {
		write(t, s.events)
	}
}

// write keeps a cast, version 2 of asciinema's format.
func write(t *testing.T, events []event) {
	t.Helper()
	var b bytes.Buffer
	line := func(v any) {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	line(map[string]any{
		"version": 2, "width": castCols, "height": castRows, "idle_time_limit": 1.5,
		"title": "Sensegate: the practice lab, from the first page to all gates open (SIMULATED)",
		"env":   map[string]string{"TERM": "xterm-256color"},
	})
	for _, e := range events {
		line([]any{float64(int(e.at*1000)) / 1000, e.kind, e.data})
	}
	if err := os.WriteFile(castFile(), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// read takes a cast apart.
func read(t *testing.T) []event {
	t.Helper()
	f, err := os.Open(castFile())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var out []event
	for first := true; lines.Scan(); first = false {
		if first {
			var head struct{ Version, Width, Height int }
			if err := json.Unmarshal(lines.Bytes(), &head); err != nil || head.Version != 2 || head.Width != castCols || head.Height != castRows {
				t.Fatalf("the head of the cast: %+v, %v", head, err)
			}
			continue
		}
		var v [3]any
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		at, _ := v[0].(float64)
		out = append(out, event{at, fmt.Sprint(v[1]), fmt.Sprint(v[2])})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheCastShowsTheWalk plays the recording: every page is the practice
// lab's, and it ends with all gates open.
func TestTheCastShowsTheWalk(t *testing.T) {
	cells := vt10x.New(vt10x.WithSize(castCols, castRows))
	pages, finished := 0, false
	for _, e := range read(t) {
		if e.kind == "o" {
			_, _ = cells.Write([]byte(faint(e.data)))
			continue
		}
		pages++
		text := words(cells, castCols, castRows)
		if !strings.Contains(text, "SIMULATED") {
			t.Fatalf("a page does not say SIMULATED:\n%s", text)
		}
		finished = finished || strings.Contains(text, done)
	}
	if !finished || pages < 20 {
		t.Errorf("%d keys, all gates open: %v", pages, finished)
	}
}

// TestTheCastsKeysStillLeadThere presses the keys of the recording, and only
// those, in the program as it is now.
func TestTheCastsKeysStillLeadThere(t *testing.T) {
	s := open(t, castCols, castRows, nil, sensegate, "demo", "--background", "dark")
	opened := false
	for _, e := range read(t) {
		if e.kind != "i" {
			continue
		}
		before := s.until("a page that is not at work", idle)
		opened = opened || strings.Contains(before, done)
		s.press(e.data)
		s.until("another page", func(text string) bool { return text != before || e.data == "q" })
	}
	if !opened {
		t.Fatalf("the keys of %s no longer open all gates; record it anew: go test ./internal/integration/terminal -run Keys -update\n%s", castFile(), s.text())
	}
	if code := s.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
