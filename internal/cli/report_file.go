package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/internal/site"
	"sensegate/steps"
)

// reportWish is where an evidence report is written when a command ends.
type reportWish struct {
	path string
	full bool
}

func reportFlags(f *pflag.FlagSet, w *reportWish) {
	f.StringVar(&w.path, "report", "", "write the evidence report to this `FILE` (.html, .md or .json), however the run ends; names are replaced by placeholders")
	f.BoolVar(&w.full, "report-full", false, "with --report: keep all names; the file is named so that nobody sends it by mistake")
}

// check refuses a wish that cannot be granted, before anything is started.
func (w reportWish) check() error {
	if w.full && w.path == "" {
		return usage("--report-full belongs to --report FILE: it keeps the names in that file")
	}
	return nil
}

// reporting writes the evidence report on every way out of a command: success,
// failure, interruption, a fault of this program.
type reporting struct {
	p       *program
	out     output
	path    string
	format  string
	full    bool
	started time.Time
	// What becomes known on the way; snapshot stays nil until there is a journey.
	site     site.Site
	snapshot *steps.Snapshot
	made     func() []steps.Made
	secrets  func() []string
	only     report.Options
}

// reportTo opens the file before anything is asked of a site; nil where no
// report is wished.
func (p *program) reportTo(w reportWish) (*reporting, error) {
	if err := w.check(); err != nil || w.path == "" {
		return nil, err
	}
	path := w.path
	if w.full {
		path = report.FullName(path)
	}
	out, err := p.output(path)
	if err != nil {
		return nil, usage("--report: %w", errors.Unwrap(err))
	}
	return &reporting{p: p, out: out, path: path, format: report.FormatOf(path), full: w.full, started: p.Clock()}, nil
}

// saw keeps how a journey stands.
func (r *reporting) saw(s steps.Snapshot) {
	if r != nil {
		r.snapshot, r.site = &s, s.Site
	}
}

// of says which site it is about, before there is a journey.
func (r *reporting) of(at *opened) {
	if r != nil {
		r.site, r.made = at.site, func() []steps.Made { return made(at.journal) }
	}
}

// about limits the report to some steps.
func (r *reporting) about(only []checks.StepID, strict bool) {
	if r != nil {
		r.only = report.Options{Only: only, Strict: strict}
	}
}

// finish is deferred: it writes the report and goes on with whatever was ending
// the command.
func (r *reporting) finish(ctx context.Context, ended *error) {
	broke := recover()
	if r == nil {
		if broke != nil {
			panic(broke)
		}
		return
	}
	problem := ""
	switch code := r.p.exitOf(ctx, *ended); {
	case broke != nil:
		problem = "something in Sensegate itself broke; this is what was found until then"
	case ctx.Err() != nil, code == exitInterrupted:
		problem = "interrupted; this is what was found until then"
	case *ended != nil && (*ended).Error() != "" && !quietExit(*ended):
		problem = (*ended).Error()
	}
	code := r.p.exitOf(ctx, *ended)
	if broke != nil {
		code = exitTool
	}
	err := r.write(problem, code)
	if broke != nil {
		panic(broke)
	}
	if err != nil && (*ended == nil || quietExit(*ended)) {
		*ended = &exitError{code: exitTool, err: err} // a code alone would hide it
		return
	}
	*ended = errors.Join(*ended, err)
}

// quietExit says that an exit code is all there is to an error.
func quietExit(err error) bool {
	ee, ok := errors.AsType[*exitError](err)
	return ok && ee.err == nil
}

func (r *reporting) write(problem string, code int) error {
	d, err := r.p.documentOf(r, problem)
	if err != nil {
		return err
	}
	if problem != "" || r.snapshot == nil {
		d.Exit = code
	}
	if !r.full {
		if d, err = report.Redact(d, r.site); err != nil {
			return fmt.Errorf("redacting the report: %w", err)
		}
	}
	if err := errors.Join(r.out.document(d, r.format), r.out.close()); err != nil {
		return err
	}
	fmt.Fprintf(r.p.Err, "report written to %s; %s\n", r.path, replacedWords(d))
	return nil
}

// replacedWords say what is in a report and what is not.
func replacedWords(d report.Document) string {
	if !d.Redacted {
		return "it is NOT redacted: all names are in it"
	}
	if len(d.Replaced) == 0 {
		return "no name of the site was found in it"
	}
	return "placeholders stand for " + d.ReplacedWords()
}

// documentOf makes the evidence report of what is known, with all names.
func (p *program) documentOf(r *reporting, problem string) (report.Document, error) {
	causes, err := steps.Causes()
	if err != nil {
		return report.Document{}, fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	o := report.DocumentOptions{Options: r.only, Version: p.Version.String(), Written: p.Clock(), Problem: problem, Secrets: p.secretValues()}
	o.Started, o.Ended, o.Causes = r.started, o.Written, causes
	if r.secrets != nil {
		o.Secrets = append(o.Secrets, r.secrets()...)
	}
	if r.made != nil {
		o.Made = r.made()
	}
	s := steps.Snapshot{Site: r.site}
	if r.snapshot != nil {
		s = *r.snapshot
	}
	return report.NewDocument(s, o), nil
}

// secretValues are the secrets of the environment: they must not be in
// anything that is written, whatever a server repeats.
func (p *program) secretValues() []string {
	var out []string
	for _, e := range p.Environ {
		name, value, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "SENSEGATE_") && (strings.Contains(name, "PASSWORD") || strings.Contains(name, "SECRET")) && value != "" {
			out = append(out, value)
		}
	}
	return out
}

// document replaces what the file held by the report.
func (o output) document(d report.Document, format string) error {
	if info, err := o.to.Stat(); o.own && err == nil && info.Mode().IsRegular() {
		if err := o.to.Truncate(0); err != nil {
			return fmt.Errorf("emptying the report's file: %w", err)
		}
	}
	return report.WriteDocument(o.to, d, format)
}
