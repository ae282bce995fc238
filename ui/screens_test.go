package ui

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/site"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// golden compares text with what was approved.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// pages are all screens in the states that matter, and how one comes there.
func pages() map[string]func(tb testing.TB, c Config, w *world, width, height int) *driver {
	begin := func(tb testing.TB, c Config, w *world, width, height int) *driver {
		j := w.journey(tb, fakeSite())
		c.Start = &j
		return drive(tb, c, width, height)
	}
	at := func(step checks.StepID, keys ...string) func(testing.TB, Config, *world, int, int) *driver {
		return func(tb testing.TB, c Config, w *world, width, height int) *driver {
			return begin(tb, c, w, width, height).at(step).keys(keys...)
		}
	}
	staged := func(key string) func(testing.TB, Config, *world, int, int) *driver {
		return func(tb testing.TB, c Config, w *world, width, height int) *driver {
			c.Present = &Present{Faults: []Fault{{ID: "spn-missing", Title: "Nobody holds the name.", Step: "spn", Note: "Browsers fall back to NTLM, which nobody can pass on."}}}
			return at("spn", key)(tb, c, w, width, height)
		}
	}
	onRecord := func(key string) func(testing.TB, Config, *world, int, int) *driver {
		return func(tb testing.TB, c Config, _ *world, width, height int) *driver {
			past, _ := recorded(tb)
			past.ASCII = c.ASCII
			return drive(tb, past, width, height).keys(key)
		}
	}
	return map[string]func(testing.TB, Config, *world, int, int) *driver{
		"welcome": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			return drive(tb, offering(tb, c, w), width, height)
		},
		"form-name": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			return drive(tb, offering(tb, c, w), width, height).keys("4").write("con toso")
		},
		"form": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			s := fakeSite()
			s.Publish.ExternalURL = ""
			j := w.journey(tb, s)
			c.Start = &j
			return drive(tb, c, width, height).write("http")
		},
		"step-pass":   at("site"),
		"step-fail":   at("spn"),
		"step-detail": at("site", "down", "space"),
		"step-waiting": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			clear(w.set)
			return begin(tb, c, w, width, height)
		},
		"step-running": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			d := begin(tb, c, w, width, height)
			w.slow = make(chan struct{})
			d.send(press("r"))
			return d.until("(running)")
		},
		"step-unknown": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			d := begin(tb, c, w, width, height)
			w.slow = make(chan struct{})
			d.send(press("r"))
			d.until("(running)").send(press("x"))
			d.settle()
			return d
		},
		"plan": at("spn", "enter"),
		"plan-empty": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			return at("app", "enter", "enter", "a")(tb, c, w, width, height)
		},
		"plan-failed": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			d := at("app", "enter")(tb, c, w, width, height)
			w.fails = errors.New("LDAP result 50: insufficient access rights to write servicePrincipalName")
			return d.keys("enter")
		},
		"crash": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			d := at("spn")(tb, c, w, width, height)
			d.run(d.m.crashed(crash{what: "assignment to entry in nil map", page: d.m.pageName(), stack: "goroutine 1 [running]:"}))
			d.settle()
			return d
		},
		"notes":     staged("n"),
		"spotlight": staged("w"),
		"picker": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			c.Suggest = func(context.Context, site.Site, string) ([]Suggestion, error) {
				list := []Suggestion{{"contoso.onmicrosoft.com", "verified domain of the tenant Contoso"}}
				for i := range 12 {
					list = append(list, Suggestion{fmt.Sprintf("branch-office-%d.contoso.example", i+1), "verified domain of the tenant Contoso"})
				}
				return list, nil
			}
			return begin(tb, c, w, width, height).keys("e", "ctrl+l", "down")
		},
		"paste": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			w.blind, w.proof = "sync.on", &checks.Proof{
				Ask: func(checks.Env) []checks.Asked {
					return []checks.Asked{{On: "the synchronisation server", Who: checks.EntraAdmin, Shell: checks.PowerShell, Command: "Get-ADSyncScheduler"}}
				},
				Judge: func(context.Context, checks.Env, []string) (checks.Result, error) {
					return checks.Result{}, errors.New("this is not what Get-ADSyncScheduler prints")
				},
			}
			d := begin(tb, c, w, width, height).keys("enter")
			d.send(tea.PasteMsg{Content: "something else\r\nsecond line"})
			d.settle()
			return d
		},
		"secret": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			w.desk = NewDesk(nil)
			c.Desk = w.desk
			return begin(tb, c, w, width, height).keys("enter").write("correct")
		},
		"undo":    onRecord("U"),
		"report":  onRecord("R"),
		"handoff": onRecord("H"),
		"hand":    at("spn", "i"),
		"map":     at("spn", "m"),
		"help":    at("spn", "?"),
		"words":   at("spn", "g"),
		"phone":   at("verify", "u"),
		"finish": func(tb testing.TB, c Config, w *world, width, height int) *driver {
			return at("verify", "enter")(tb, c, w, width, height)
		},
	}
}

// offering is a program that begins with the welcome page.
func offering(tb testing.TB, c Config, w *world) Config {
	tb.Helper()
	c.Saved = func() ([]SavedSite, error) {
		return []SavedSite{
			{Name: "contoso", Title: "contoso", Position: "Service principal name", Updated: w.clock().Add(-50 * time.Minute)},
			{Name: "fabrikam", Updated: w.clock().Add(-49 * time.Hour)},
		}, nil
	}
	c.OpenSaved = func(ctx context.Context, name string) (Journey, error) {
		if name == "fabrikam" {
			return Journey{}, errors.New("opening the site fabrikam: it is open in another sensegate")
		}
		j := w.journeyIn(ctx, tb, fakeSite())
		j.Stood, j.Store, j.Resume = "spn", "/home/ada/.config/sensegate/sites/contoso", "sensegate --site contoso"
		return j, nil
	}
	c.Practice = func(ctx context.Context) (Journey, error) { return w.journeyIn(ctx, tb, fakeSite()), nil }
	c.Create = func(ctx context.Context, s site.Site) (Journey, error) {
		j := w.journeyIn(ctx, tb, s)
		j.Store = "/home/ada/.config/sensegate/sites/" + s.Name
		return j, nil
	}
	return c
}

// bubble runs a subtest in which time passes as fast as nobody waits for it:
// cursors blink and clocks tick without holding it up.
func bubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			t.Cleanup(func() { <-time.After(time.Minute) }) // of the bubble's time: all clocks end
			f(t)
		})
	})
}

func TestScreens(t *testing.T) {
	sizes := [][2]int{{80, 24}, {120, 40}, {60, 16}}
	for name, come := range pages() {
		for _, size := range sizes {
			for _, ascii := range []bool{false, true} {
				kind := "unicode"
				if ascii {
					kind = "ascii"
				}
				title := fmt.Sprintf("%s-%dx%d-%s", name, size[0], size[1], kind)
				bubble(t, title, func(t *testing.T) {
					w := newWorld().healthy()
					d := come(t, Config{Clock: w.clock, Version: "v1.0", ASCII: ascii}, w, size[0], size[1])
					got := d.screen()
					if ascii && !plain(strings.ReplaceAll(got, "\n", "")) {
						t.Errorf("not ASCII:\n%s", got)
					}
					golden(t, title, got)
				})
			}
		}
	}
}

func TestNoScreenOverflows(t *testing.T) {
	for name, come := range pages() {
		bubble(t, name, func(t *testing.T) {
			w := newWorld().healthy()
			d := come(t, Config{Clock: w.clock}, w, 80, 24)
			for width := 1; width <= 210; width += 11 {
				for height := 1; height <= 64; height += 5 {
					d.m.resize(width, height)
					if d.m.screen == onForm && d.m.form.form != nil {
						d.m.form.build(d.m)
					}
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
}

func TestAnUnknownSizeIsEightyByTwentyFour(t *testing.T) {
	w := newWorld().healthy()
	d := started(t, w, 0, 0)
	if d.m.frame.w != 80 || d.m.frame.h != 24 {
		t.Errorf("got %dx%d", d.m.frame.w, d.m.frame.h)
	}
	d.shows("Your site", "gate open")
}

func TestATinyWindowSaysSo(t *testing.T) {
	d := started(t, newWorld().healthy(), 59, 15).shows("Sensegate needs 60 by 16 cells")
	d.keys("enter", "enter")
	if d.m.snap.Position != 0 {
		t.Error("keys worked that nobody could see")
	}
	if d.keys("q"); !d.quit {
		t.Error("q does not leave")
	}
}

func BenchmarkView(b *testing.B) {
	for _, name := range []string{"step-fail", "plan", "map", "finish"} {
		b.Run(name, func(b *testing.B) {
			w := newWorld().healthy()
			d := pages()[name](b, Config{Clock: w.clock}, w, 120, 40)
			for b.Loop() {
				d.m.dirty = true
				_ = d.m.View()
			}
		})
	}
}
