package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pkg/browser"
	"github.com/spf13/cobra"

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
	lookFlags(cmd, &p.look)
	reportFlags(cmd.Flags(), &p.wish)
	cmd.Flags().BoolVar(&p.look.present, "present", false, "in front of people: more room, trainer's notes (n), next fault (f) and back (F), reset of a step (z), the rule of the gates (w)")
	cmd.Flags().BoolVar(&from.unset, "unfinished", false, "with --fault: leave the lab unfinished, the trap springs on the way")
	return cmd
}

func (p *program) demo(ctx context.Context, from source) error {
	if err := from.check(); err != nil {
		return err
	}
	desk := ui.NewDesk(p.secret)
	return p.show(ctx, desk, "starting the practice lab", func(ctx context.Context) (ui.Journey, error) {
		return p.practice(ctx, from, desk)
	})
}

// practice is a journey over a lab of its own.
func (p *program) practice(ctx context.Context, from source, desk *ui.Desk) (ui.Journey, error) {
	at, err := p.open(ctx, from, true)
	if err != nil {
		return ui.Journey{}, err
	}
	p.stage.show(at.lab)
	j, err := p.journey(ctx, at, desk, "sensegate demo (the practice lab starts afresh)")
	j.Faults = faultsOf(from.faults)
	return j, err
}

// journey is a site on its way, with what is known of an earlier session.
func (p *program) journey(ctx context.Context, at *opened, desk *ui.Desk, resume string) (ui.Journey, error) {
	causes, err := steps.Causes()
	if err != nil {
		return ui.Journey{}, fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	p.report.of(at)
	at.opener.secrets = desk.Secret
	if !at.site.Simulated {
		at.opener.prompt = desk.Tell
	}
	var past session.Resume
	if at.kept != nil {
		past = at.kept.Resume()
	}
	pastes, err := pastesOf(at.journal)
	if err != nil {
		return ui.Journey{}, errors.Join(err, at.close())
	}
	g, err := steps.NewGuide(ctx, steps.Options{
		Site: at.site, Open: at.opener.open, Order: steps.Order, Causes: causes,
		Clock: p.Clock, Journal: at.journal, Earlier: past.Earlier, Pastes: pastes,
	})
	if err != nil {
		return ui.Journey{}, errors.Join(fmt.Errorf("opening the site: %w", err), at.close())
	}
	var notes []string
	if n := len(at.site.Pins); n > 0 {
		notes = append(notes, fmt.Sprintf("names pinned to addresses: %d", n))
	}
	for _, i := range at.site.Ignore {
		note := "ignored here: " + i.Check
		if err := steps.MayIgnore(steps.Order(steps.Ports{}), i); err != nil {
			note = "not ignored: " + err.Error()
		}
		notes = append(notes, note)
	}
	for _, c := range past.Doubtful {
		notes = append(notes, fmt.Sprintf("begun, and its end never recorded: %s of %s", c.Field, c.Target))
	}
	j := ui.Journey{
		Guide: g, Simulated: at.site.Simulated, Notes: notes, Resume: resume, Stood: past.Position,
		Close: func() error { return errors.Join(g.Close(), at.close()) },
	}
	if at.kept != nil {
		j.Store = at.kept.Dir()
	}
	j.Evidence, j.Import = p.evidenceOf, p.bringing(j.Store)
	return j, nil
}

// wizard opens the welcome page, or a site at once.
func (p *program) wizard(ctx context.Context, file string) error {
	desk := ui.NewDesk(p.secret)
	if file == "" {
		return p.show(ctx, desk, "", nil)
	}
	from := source{file: file, lenient: true}
	// What is wrong with the file is said before any screen is shown.
	if _, err := site.Load(file); err != nil {
		return err
	}
	return p.show(ctx, desk, "opening the site", func(ctx context.Context) (ui.Journey, error) {
		at, err := p.open(ctx, from, true)
		if err != nil {
			return ui.Journey{}, err
		}
		return p.journey(ctx, at, desk, "sensegate --site "+file)
	})
}

// show hands over to the screens.
func (p *program) show(ctx context.Context, desk *ui.Desk, says string, begin func(context.Context) (ui.Journey, error)) (err error) {
	if p.color != "auto" && p.color != "always" && p.color != "never" {
		return usage("--color %q is not one of auto, always, never", p.color)
	}
	if err := p.look.check(); err != nil {
		return err
	}
	if p.report, err = p.reportTo(p.wish); err != nil {
		return err
	}
	if p.report != nil {
		p.report.secrets = desk.Secrets
	}
	defer p.report.finish(ctx, &err)
	// Opening a browser must not write into the screen.
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	store, err := p.store()
	if err != nil {
		return err
	}
	err = ui.Run(ctx, ui.Config{
		Terminal: ui.Detect(p.In, p.Out, p.Environ), In: p.In, Out: p.Out, Env: p.Environ,
		Accessible: p.accessible, ASCII: p.ascii, Color: p.color, Desk: desk,
		Saved:     func() ([]ui.SavedSite, error) { return savedSites(store) },
		OpenSaved: func(ctx context.Context, name string) (ui.Journey, error) { return p.resume(ctx, store, desk, name) },
		Practice: func(ctx context.Context) (ui.Journey, error) {
			return p.practice(ctx, source{demo: true}, desk)
		},
		Create: func(ctx context.Context, s site.Site) (ui.Journey, error) { return p.create(ctx, store, desk, s) },
		Theme:  p.look.theme, Background: p.look.background, Mouse: p.look.mouse, Silent: p.look.silent,
		Script:  p.scriptFor,
		Suggest: p.suggestFor(desk), Discover: p.discover, Explain: explain, Present: p.presenting(), CrashDir: store.Dir(), Left: p.report.saw,
		Report: func(s steps.Snapshot, made []steps.Made) (ui.Written, error) {
			return p.reportNow(store.Dir(), desk, s, made)
		},
		Handoff: func(s steps.Snapshot) ([]ui.WorkOrder, error) { return p.orders(store.Dir(), s) },
		Begin:   begin, BeginSays: says, Version: p.Version.String(), Clock: p.Clock,
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
			v.Problem = "cannot be read: " + s.Problem.Error()
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *program) resume(ctx context.Context, store *session.Store, desk *ui.Desk, name string) (ui.Journey, error) {
	s, err := store.Open(name)
	if err != nil {
		return ui.Journey{}, fmt.Errorf("opening %s: %w", name, err)
	}
	at := &opened{site: s.Resume().Site, opener: p.opener(true), journal: s, kept: s, close: s.Close}
	return p.journey(ctx, at, desk, "sensegate --site "+s.SitePath())
}

func (p *program) create(ctx context.Context, store *session.Store, desk *ui.Desk, facts site.Site) (ui.Journey, error) {
	s, err := store.Create(facts)
	if err != nil {
		return ui.Journey{}, fmt.Errorf("saving the new site: %w", err)
	}
	at := &opened{site: s.Resume().Site, opener: p.opener(true), journal: s, kept: s, close: s.Close}
	return p.journey(ctx, at, desk, "sensegate --site "+s.SitePath())
}
