package ui

import (
	"context"
	"testing"

	"sensegate/internal/site"
)

// TestAnswersAreFoundUnasked: the form stands at once, and while nobody presses
// a key its empty fields fill with what is found; what was typed meanwhile
// stays, and each says where it comes from.
func TestAnswersAreFoundUnasked(t *testing.T) {
	bubble(t, "unasked", func(t *testing.T) {
		w := newWorld().healthy()
		s := fakeSite()
		s.Entra.Tenant, s.Publish.ExternalURL, s.Publish.InternalURL, s.Qlik.Prefix = "", "", "https://kept.example/", ""
		j := w.journey(t, s)
		answers, asked := make(chan map[string]Suggestion, 1), make(chan site.Site, 8)
		answers <- nil // to the form that opens by itself
		c := Config{Start: &j, Clock: w.clock, Discover: func(ctx context.Context, facts site.Site) map[string]Suggestion {
			asked <- facts
			select {
			case a := <-answers:
				return a
			case <-ctx.Done():
				return nil
			}
		}}
		d := drive(t, c, 120, 40).keys("esc")
		<-asked
		d.send(press("e"))
		d.shows("Tenant", "not answered yet") // nothing was found so far, and nothing waits
		for looking := true; looking; {
			select {
			case facts := <-asked:
				looking = false
				if facts.Publish.InternalURL != "https://kept.example/" {
					t.Errorf("it is looked for without what is known: %+v", facts)
				}
			case msg := <-d.inbox:
				d.take(msg)
			}
		}
		answers <- map[string]Suggestion{
			"entra.tenant":         {"found.example", "the sign-in service"},
			"publish.internal_url": {"https://other.example/", "nowhere"},
			"publish.external_url": {"no address at all", "nowhere"},
			"qlik.prefix":          {"outside", "the repository"},
		}
		d.until("found: the sign-in service").shows("found.example", "looks right")
		if got := *d.m.form.draft["publish.internal_url"]; got != "https://kept.example/" {
			t.Errorf("an answer was overwritten with %q", got)
		}
		if got := *d.m.form.draft["publish.external_url"]; got != "" {
			t.Errorf("an answer that cannot be right was filled in: %q", got)
		}
		if d.m.form.from["qlik.prefix"].Value != "outside" || *d.m.form.draft["qlik.prefix"] != "" {
			t.Error("what may stay empty was filled in, or what stands in for it is not known")
		}
		// What was taken out is not put back.
		for range "found.example" {
			d.send(press("backspace"))
		}
		d.m.hunts++
		d.m.form.hunt = d.m.hunts
		d.send(defaultsMsg{hunt: d.m.hunts, found: map[string]Suggestion{"entra.tenant": {"again.example", "the sign-in service"}}})
		if got := *d.m.form.draft["entra.tenant"]; got != "" {
			t.Errorf("an answer that was taken out is %q again", got)
		}
	})
}
