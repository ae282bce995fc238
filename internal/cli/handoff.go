package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sensegate/internal/report"
	"sensegate/steps"
)

// handoffOptions say whose work order is written, from what, and where.
type handoffOptions struct {
	from   source
	saved  string
	role   string
	format string
	output string
}

func (p *program) handoffCommand() *cobra.Command {
	var o handoffOptions
	cmd := &cobra.Command{
		Use:   "handoff",
		Short: "Write the work order for somebody with other rights, as text or as a script",
		Long: `Checks every gate, read only, and writes what one person has to do: what is
wrong and why it matters, the exact commands, and how to prove it afterwards with
output that can be sent back. As a script it is PowerShell: it asks before every
change, -WhatIf only shows, and what is done by clicking is printed.

The roles: ad (Active Directory), entra (the tenant), qlik (the Qlik site),
network (the network and the connector hosts). The names in it are the real ones.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.handoff(cmd.Context(), o) },
	}
	sourceFlags(cmd, &o.from)
	f := cmd.Flags()
	f.StringVar(&o.saved, "from", "", "use this `FILE` (JSON of check or report) or folder of a saved site instead of asking")
	f.StringVar(&o.role, "role", "", "whose work order: `ROLE` is one of "+strings.Join(report.HandoffRoles(), ", "))
	f.StringVar(&o.format, "format", "text", "`FORMAT`: text or script")
	f.StringVar(&o.output, "output", "", "write it to this `FILE` instead of standard output")
	// The flag was declared a line ago; there is nothing that could fail.
	_ = cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(report.HandoffRoles(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o handoffOptions) check() error {
	roles := strings.Join(report.HandoffRoles(), ", ")
	switch {
	case o.role == "":
		return usage("whose work order? give --role, one of %s", roles)
	case !slices.Contains(report.HandoffRoles(), o.role):
		return usage("--role %q is not one of %s", o.role, roles)
	case o.format != "text" && o.format != "script":
		return usage("--format %q is not one of text, script", o.format)
	}
	return fromOrSource(o.saved, o.from)
}

func (p *program) handoff(ctx context.Context, o handoffOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	out, err := p.output(o.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	d, err := p.found(ctx, o.from, o.saved)
	if err != nil {
		return err
	}
	h := report.NewHandoff(d, o.role)
	text := h.Text()
	if o.format == "script" {
		text = h.Script()
	}
	return out.text(text)
}

// found is what a run of checks finds, or what a file says of an earlier one.
func (p *program) found(ctx context.Context, from source, saved string) (d report.Document, err error) {
	r := &reporting{p: p, started: p.Clock()}
	if saved != "" {
		return p.documentFrom(r, saved, false)
	}
	at, err := p.open(ctx, from, false)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	g, err := p.guide(ctx, at.site, at.opener, at.journal)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	if err := walk(ctx, g, g.RecheckAll(0)); err != nil {
		return d, err
	}
	return p.documentNow(g.Snapshot(), nil)
}

// documentNow is the evidence report of a journey as it stands, with all names.
func (p *program) documentNow(s steps.Snapshot, made []steps.Made) (report.Document, error) {
	return p.documentOf(&reporting{p: p, started: p.Clock(), site: s.Site, snapshot: &s, made: func() []steps.Made { return made }}, "")
}

// text replaces what the file held.
func (o output) text(v string) error {
	if info, err := o.to.Stat(); o.own && err == nil && info.Mode().IsRegular() {
		if err := o.to.Truncate(0); err != nil {
			return fmt.Errorf("emptying the output: %w", err)
		}
	}
	if _, err := io.WriteString(o.to, v); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}
