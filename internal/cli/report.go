package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/internal/session"
	"sensegate/steps"
)

// reportOptions say what a report is made of and where it goes.
type reportOptions struct {
	from   source
	saved  string // --from: a report as JSON, or the folder of a saved site
	format string
	output string
	full   bool
	redact bool
	strict bool
	wait   time.Duration
}

func (p *program) reportCommand() *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write the evidence report: HTML, Markdown or JSON, names replaced unless --full",
		Long: `Checks every gate, read only, and writes what was found: each check with what was
expected and seen, the evidence, the remedies and the time, the comparisons, the
changes that were made, the versions. One file that needs nothing else.

It may be shown to others: hosts, users, tenants, addresses and identifiers are
replaced by placeholders, the same name by the same one, and counted at the end.
--full keeps them, in a file whose name says so. Passwords are never in it.

With --from nothing is asked of any system: a report that was written as JSON
(by ` + "`check`" + ` or ` + "`report`" + `) or the folder of a saved site is analysed anew.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.writeReport(cmd.Context(), o) },
	}
	sourceFlags(cmd, &o.from)
	f := cmd.Flags()
	f.StringVar(&o.saved, "from", "", "analyse this `FILE` (JSON) or folder of a saved site instead of asking")
	f.StringVar(&o.format, "format", "", "`FORMAT`: "+strings.Join(report.DocumentFormats(), ", ")+"; by the name of --output when not given, else html")
	f.StringVar(&o.output, "output", "", "write it to this `FILE`, - for standard output; a name of its own when not given")
	f.BoolVar(&o.full, "full", false, "keep all names; the file is named so that nobody sends it by mistake")
	f.BoolVar(&o.redact, "redact", false, "replace names by placeholders; this is the default")
	f.BoolVar(&o.strict, "strict", false, "exit 4 when there are warnings")
	f.DurationVar(&o.wait, "wait", 0, "wait this long for what takes a while to become true, such as 2m")
	return cmd
}

func (o reportOptions) check() error {
	switch {
	case o.full && o.redact:
		return usage("--full and --redact exclude each other: --full keeps the names that --redact replaces")
	case o.format != "" && !slices.Contains(report.DocumentFormats(), o.format):
		return usage("--format %q is not one of %s", o.format, strings.Join(report.DocumentFormats(), ", "))
	}
	return fromOrSource(o.saved, o.from)
}

// fromOrSource refuses --from beside a site, and neither.
func fromOrSource(saved string, from source) error {
	if saved == "" {
		return from.check()
	}
	if from.file != "" || from.demo || from.finished || len(from.faults) > 0 || len(from.variants) > 0 {
		return usage("--from excludes --site and --demo: it asks no system")
	}
	return nil
}

// place is the file that a report goes to, and its format.
func (o reportOptions) place(now time.Time) (path, format string) {
	path, format = o.output, o.format
	if format == "" {
		format = report.FormatOf(path)
	}
	if path == "" {
		path = "sensegate-report-" + now.Format("20060102-150405") + "." + format
	}
	if o.full && path != "-" {
		path = report.FullName(path)
	}
	return path, format
}

func (p *program) writeReport(ctx context.Context, o reportOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	path, format := o.place(p.Clock())
	out, err := p.output(path)
	if err != nil {
		return err
	}
	r := &reporting{p: p, out: out, path: path, format: format, full: o.full, started: p.Clock(), only: report.Options{Strict: o.strict}}
	if o.saved != "" {
		return p.reanalyse(r, o)
	}
	defer r.finish(ctx, &err)
	at, err := p.open(ctx, o.from, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	r.of(at)
	if o.from.file != "" {
		r.made = func() []steps.Made { return p.madeAt(at.site.Name) }
	}
	g, err := p.guide(ctx, at.site, at.opener, at.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	defer func() { r.saw(g.Snapshot()) }()
	if err := walk(ctx, g, g.RecheckAll(o.wait)); err != nil {
		return err
	}
	if code := report.New(g.Snapshot(), r.only).Exit; code != 0 {
		return &exitError{code: code}
	}
	return nil
}

// madeAt are the changes on record for a site; none where it was never opened
// for writing, or cannot be read.
func (p *program) madeAt(name string) []steps.Made {
	store, err := p.store()
	if err != nil {
		return nil
	}
	_, list, err := session.Look(store.SiteDir(name))
	if err != nil {
		return nil
	}
	return list
}

// reanalyse writes a report of what was found earlier.
func (p *program) reanalyse(r *reporting, o reportOptions) (err error) {
	defer func() { err = errors.Join(err, r.out.close()) }()
	d, err := p.documentFrom(r, o.saved, o.strict)
	if err != nil {
		return err
	}
	if !o.full && !d.Redacted {
		if d, err = report.Redact(d, r.site); err != nil {
			return fmt.Errorf("redacting the report: %w", err)
		}
	}
	if err := r.out.document(d, r.format); err != nil {
		return err
	}
	fmt.Fprintf(p.Err, "report written to %s; %s\n", r.path, replacedWords(d))
	if d.Exit != 0 {
		return &exitError{code: d.Exit}
	}
	return nil
}

// documentFrom reads a report as JSON, or what a saved site's folder holds.
func (p *program) documentFrom(r *reporting, from string, strict bool) (report.Document, error) {
	causes, err := steps.Causes()
	if err != nil {
		return report.Document{}, fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	info, err := os.Stat(from)
	if err != nil {
		return report.Document{}, usage("--from %q cannot be read: %w", from, reason(err))
	}
	if info.IsDir() || filepath.Base(from) == "journal.jsonl" {
		if !info.IsDir() {
			from = filepath.Dir(from)
		}
		return p.documentOfFolder(r, from, causes)
	}
	f, err := os.Open(from)
	if err != nil {
		return report.Document{}, usage("--from %q cannot be read: %w", from, reason(err))
	}
	d, err := report.Reread(f, causes, strict)
	if err := errors.Join(err, f.Close()); err != nil {
		return report.Document{}, usage("--from %q: %w", from, err)
	}
	r.site.Name = d.Site
	return d, nil
}

// documentOfFolder is what a saved site's folder holds: the last outcome of
// each check, without its evidence, which is never kept.
func (p *program) documentOfFolder(r *reporting, dir string, causes checks.Catalogue) (report.Document, error) {
	past, list, err := session.Look(dir)
	if err != nil {
		return report.Document{}, usage("--from %q is no folder of a saved site: %w", dir, err)
	}
	results := map[checks.ID]checks.Result{}
	for id, x := range past.Earlier {
		results[id] = x.Stamped(id, causes, past.Site, x.At)
	}
	s := steps.Snapshot{Site: past.Site}
	order := steps.Order(steps.Ports{})
	for i, gate := range steps.Judge(order, results, nil) {
		v := steps.StepView{Step: order[i], Gate: gate}
		for _, c := range order[i].Checks {
			v.Checks = append(v.Checks, steps.CheckView{Check: c, Result: results[c.ID], Cause: causes[results[c.ID].Cause]})
		}
		s.Steps = append(s.Steps, v)
	}
	r.started, r.made = past.Updated, func() []steps.Made { return list }
	r.saw(s)
	return p.documentOf(r, "made from the record of the wizard: the last outcome of each check, which may be out of date; evidence is not kept there")
}
