package ui

import (
	"context"
	"errors"
	"testing"

	"sensegate/internal/site"
)

func TestAnAnswerIsPicked(t *testing.T) {
	bubble(t, "pick", func(t *testing.T) {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		asked := ""
		c := Config{Start: &j, Clock: w.clock, Suggest: func(_ context.Context, s site.Site, key string) ([]Suggestion, error) {
			asked = key + " " + s.Entra.Tenant
			if key == "qlik.prefix" {
				return nil, errors.New("the repository cannot be reached")
			}
			return []Suggestion{{"one.example", "DNS"}, {"two.example", "Entra, verified domains"}}, nil
		}}
		d := drive(t, c, 80, 24).keys("e").write("x").keys("ctrl+l").shows("Tenant: what was found", "two.example", "Entra, verified domains")
		if asked != "entra.tenant contoso.onmicrosoft.comx" {
			t.Errorf("asked for %q", asked)
		}
		d.keys("down", "enter").shows("two.example", "found: Entra, verified domains").keys("enter").shows("page 2 of 3")
		if got := d.m.snap.Site.Entra.Tenant; got != "two.example" {
			t.Errorf("saved %q", got)
		}
		// What was typed before is offered again.
		d.keys("shift+tab").shows("page 1 of 3").keys("ctrl+l").shows("typed before").keys("9").shows("typed before").keys("1").shows("page 1 of 3", "one.example")
		d.keys("ctrl+l", "2").shows("page 1 of 3", "two.example").keys("ctrl+l", "b").shows("page 1 of 3", "two.example")
		d.keys("enter", "enter", "enter").shows("page 3 of 3").keys("ctrl+l").shows("cannot be reached").keys("esc").shows("page 3 of 3")
	})
}
