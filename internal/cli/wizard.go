package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pkg/browser"
	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/steps"
	"sensegate/ui"
)

func (p *program) demoCommand() *cobra.Command {
	var from source
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the wizard on the practice lab; nothing real is touched",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from.demo = true
			return p.demo(cmd.Context(), from)
		},
	}
	faultFlags(cmd, &from)
	cmd.Flags().BoolVar(&from.unset, "unfinished", false, "with --fault: leave the lab unfinished, the trap springs on the way")
	return cmd
}

func (p *program) demo(ctx context.Context, from source) error {
	j, err := p.practice(ctx, from)
	if err != nil {
		return err
	}
	return p.show(ctx, &j)
}

// practice is a journey over a lab of its own.
func (p *program) practice(ctx context.Context, from source) (ui.Journey, error) {
	at, err := p.open(ctx, from, true)
	if err != nil {
		return ui.Journey{}, err
	}
	return p.journey(ctx, at, nil, faultNotes(from.faults), "sensegate demo (the practice lab starts afresh)")
}

func (p *program) journey(ctx context.Context, at *opened, earlier map[checks.ID]checks.Result, notes []string, resume string) (ui.Journey, error) {
	causes, err := steps.Causes()
	if err != nil {
		return ui.Journey{}, fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	g, err := steps.NewGuide(ctx, steps.Options{
		Site: at.site, Open: at.opener.open, Order: steps.Order, Causes: causes,
		Clock: p.Clock, Journal: at.journal, Earlier: earlier,
	})
	if err != nil {
		return ui.Journey{}, errors.Join(fmt.Errorf("opening the site: %w", err), at.close())
	}
	if n := len(at.site.Pins); n > 0 {
		notes = append(notes, fmt.Sprintf("names pinned to addresses: %d", n))
	}
	j := ui.Journey{
		Guide: g, Simulated: at.site.Simulated, Notes: notes, Resume: resume,
		Close: func() error { return errors.Join(g.Close(), at.close()) },
	}
	if s, ok := at.journal.(*session.Session); ok {
		j.Store = s.Dir()
	}
	return j, nil
}

// wizard opens the welcome page, or a site at once.
func (p *program) wizard(ctx context.Context, file string) error {
	if file == "" {
		return p.show(ctx, nil)
	}
	at, err := p.open(ctx, source{file: file, lenient: true}, true)
	if err != nil {
		return err
	}
	var earlier map[checks.ID]checks.Result
	if s, ok := at.journal.(*session.Session); ok {
		earlier = s.Resume().Earlier
	}
	j, err := p.journey(ctx, at, earlier, nil, "sensegate --site "+file)
	if err != nil {
		return err
	}
	return p.show(ctx, &j)
}

// show hands over to the screens.
func (p *program) show(ctx context.Context, start *ui.Journey) error {
	if p.color != "auto" && p.color != "always" && p.color != "never" {
		return usage("--color %q is not one of auto, always, never", p.color)
	}
	// Opening a browser must not write into the screen.
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	store, err := p.store()
	if err != nil {
		return err
	}
	err = ui.Run(ctx, ui.Config{
		Terminal: ui.Detect(p.In, p.Out, p.Environ), In: p.In, Out: p.Out, Env: p.Environ,
		Accessible: p.accessible, ASCII: p.ascii, Color: p.color,
		Saved:     func() ([]ui.SavedSite, error) { return savedSites(store) },
		OpenSaved: func(ctx context.Context, name string) (ui.Journey, error) { return p.resume(ctx, store, name) },
		Practice: func(ctx context.Context) (ui.Journey, error) {
			return p.practice(ctx, source{demo: true})
		},
		Create: func(ctx context.Context, s site.Site) (ui.Journey, error) { return p.create(ctx, store, s) },
		Start:  start, Version: p.Version.String(), Clock: p.Clock,
	})
	if err != nil {
		return fmt.Errorf("running the wizard: %w", err)
	}
	return nil
}

func savedSites(store *session.Store) ([]ui.SavedSite, error) {
	list, err := store.List()
	if err != nil {
		return nil, fmt.Errorf("listing the saved sites: %w", err)
	}
	order := steps.Order(steps.Ports{})
	out := make([]ui.SavedSite, 0, len(list))
	for _, s := range list {
		v := ui.SavedSite{Name: s.Name, Title: s.Title, Updated: s.Updated}
		if st, ok := steps.FindStep(order, string(s.Position)); ok {
			v.Position = st.Title
		}
		if s.Problem != nil {
			v.Position = "cannot be read: " + s.Problem.Error()
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *program) resume(ctx context.Context, store *session.Store, name string) (ui.Journey, error) {
	s, err := store.Open(name)
	if err != nil {
		return ui.Journey{}, fmt.Errorf("opening %s: %w", name, err)
	}
	at := &opened{site: s.Resume().Site, opener: p.opener(true), journal: s, close: s.Close}
	return p.journey(ctx, at, s.Resume().Earlier, nil, "sensegate --site "+s.SitePath())
}

func (p *program) create(ctx context.Context, store *session.Store, facts site.Site) (ui.Journey, error) {
	s, err := store.Create(facts)
	if err != nil {
		return ui.Journey{}, fmt.Errorf("saving the new site: %w", err)
	}
	at := &opened{site: s.Resume().Site, opener: p.opener(true), journal: s, close: s.Close}
	return p.journey(ctx, at, nil, nil, "sensegate --site "+s.SitePath())
}
