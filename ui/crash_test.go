package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/steps"
)

// breaking makes the plan of a step panic.
func breaking(w *world) *world {
	w.breaks = true
	return w
}

func TestACrashIsAPageAndAFile(t *testing.T) {
	tests := []struct {
		name  string
		crash func(d *driver, w *world)
	}{
		{"in a job", func(d *driver, w *world) { breaking(w); d.keys("enter") }},
		{"in a key", func(d *driver, _ *world) {
			guide := d.m.journey.Guide
			d.m.journey.Guide = nil
			d.send(press("r"))
			d.m.journey.Guide = guide
			d.settle()
		}},
		{"in a drawing", func(d *driver, _ *world) {
			at := d.m.snap
			d.m.snap.Position = 99
			d.m.dirty, d.m.helping = true, false
			_ = d.m.drawSafely()
			d.m.snap = at
			if d.m.undrawn == nil {
				return
			}
			d.run(d.m.undrawn)
			d.settle()
		}},
	}
	for _, tt := range tests {
		bubble(t, tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			dir := filepath.Join(t.TempDir(), "made when needed")
			j := w.journey(t, fakeSite())
			j.Store = "/home/ada/.config/sensegate/sites/contoso"
			d := drive(t, Config{Start: &j, Clock: w.clock, CrashDir: dir, Version: "v1.0"}, 80, 24).at("spn")
			tt.crash(d, w)
			d.shows("It is our fault", "every answer", "crash-20261121-140200.txt")
			text, err := os.ReadFile(d.m.crash.path)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Sensegate v1.0", "page: ", "goroutine", "sensegate/ui."} {
				if !strings.Contains(string(text), want) {
					t.Errorf("the file does not say %q:\n%s", want, text)
				}
			}
			for _, never := range []string{"contoso.test", "ada@"} {
				if strings.Contains(string(text), never) {
					t.Errorf("the file says %q", never)
				}
			}
			if !strings.Contains(d.m.farewell(), d.m.crash.path) {
				t.Error("leaving does not name the file")
			}
			w.breaks = false
			d.keys("enter").shows("gate")
		})
	}
}

func TestACrashInLinesIsAFile(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	dir := t.TempDir()
	var out strings.Builder
	err := Run(t.Context(), Config{
		In: strings.NewReader("r\n"), Out: &out, Clock: w.clock, Start: &j, CrashDir: dir, Accessible: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	j = w.journey(t, fakeSite())
	j.Guide = nil
	err = Run(t.Context(), Config{In: strings.NewReader(""), Out: &out, Clock: w.clock, Start: &j, CrashDir: dir, Accessible: true})
	if !errors.Is(err, ErrCrashed) {
		t.Fatalf("got %v", err)
	}
	list, _ := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
	if len(list) != 1 || !strings.Contains(err.Error(), list[0]) {
		t.Errorf("%v in %v", list, err)
	}
}

// plan that breaks, for the fake world.
func brokenPlan(context.Context, checks.Env, steps.Writers) (steps.Plan, error) {
	panic(`the account "CONTOSO.TEST/qlik of contoso.test" broke`)
}
