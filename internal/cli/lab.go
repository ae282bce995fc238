package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sensegate/internal/lab"
	"sensegate/ui"
)

func (p *program) labCommand() *cobra.Command {
	var from source
	var dir string
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Run the practice lab in the foreground, for this and other people's clients",
		Long: `Runs the practice lab until it is stopped: a domain controller, a KDC, a tenant
with sign-in and Graph, a Qlik Sense site and application proxy, all on loopback
and over the real protocols. With --dir it writes what clients need: site.yaml,
CA, krb5.conf, users, keytabs and a README with ready commands.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.lab(cmd.Context(), from, dir) },
	}
	faultFlags(cmd, &from)
	cmd.Flags().StringVar(&dir, "dir", "", "folder for the files of clients; a private one when not given")
	return cmd
}

func (p *program) lab(ctx context.Context, from source, dir string) (err error) {
	if dir != "" {
		if dir, err = filepath.Abs(dir); err != nil {
			return usage("--dir: %w", err)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return usage("--dir %q cannot be made a folder: %w; name one that you may write to", dir, reason(err))
		}
	}
	l, err := lab.Start(ctx, lab.Options{Dir: dir, Finished: from.finished, Faults: from.faults, Variants: from.variants, Clock: p.Clock})
	var pe *fs.PathError
	switch {
	case err != nil && dir != "" && errors.As(err, &pe):
		return usage("--dir %q: %s cannot be written there: %w; name a folder that you may write to", dir, filepath.Base(pe.Path), pe.Err)
	case err != nil:
		return fmt.Errorf("starting the practice lab: %w", err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	fmt.Fprintf(p.Out, "SIMULATED  the practice lab, files in %s\n", l.Dir())
	fmt.Fprintf(p.Out, "try        sensegate check --site %s\n", filepath.Join(l.Dir(), "site.yaml"))
	fmt.Fprintln(p.Out, "ready")
	<-ctx.Done()
	return nil
}

func (p *program) faultsCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "faults",
		Short: "List every fault that the practice lab can play",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return p.faults(format) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// reason is an error of the file system without the path and the system call
// that it repeats.
func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// faultRow is one fault as `faults --format json` prints it.
type faultRow struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Step  string `json:"step"`
	Check string `json:"check"`
	Cause string `json:"cause"`
	// During is the step whose plan it shows in; empty where a check finds it.
	During string `json:"during,omitempty"`
	Note   string `json:"note,omitempty"`
}

func (p *program) faults(format string) error {
	rows := []faultRow{}
	for _, f := range lab.Faults() {
		rows = append(rows, faultRow{ID: f.ID, Title: f.Title, Step: f.Step, Check: f.Check, Cause: f.Cause, During: f.During, Note: f.Note})
	}
	switch format {
	case "json":
		e := json.NewEncoder(p.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(rows); err != nil {
			return fmt.Errorf("writing the faults: %w", err)
		}
		return nil
	case "text":
		wide := 0
		for _, r := range rows {
			wide = max(wide, len(r.ID))
		}
		step := ""
		for _, r := range rows {
			if r.Step != step {
				step = r.Step
				fmt.Fprintf(p.Out, "%s\n", step)
			}
			fmt.Fprintf(p.Out, "  %-*s  %s%s\n", wide, r.ID, r.Title, during(r.During))
		}
		fmt.Fprintln(p.Out, "\nhealthy variants")
		wide = 0
		for _, v := range lab.Variants() {
			wide = max(wide, len(v.ID))
		}
		for _, v := range lab.Variants() {
			fmt.Fprintf(p.Out, "  %-*s  %s\n", wide, v.ID, v.Title)
		}
		fmt.Fprintln(p.Out, "\ntry  sensegate check --demo --fault ID   or   sensegate demo --fault ID\n     sensegate check --demo --finished --variant ID")
		return nil
	}
	return usage("--format %q is not one of text, json", format)
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(p.Out, "sensegate "+p.Version.String())
			return nil
		},
	}
}

// during says that a fault shows only while a plan is applied.
func during(step string) string {
	if step == "" {
		return ""
	}
	return " (shows in: sensegate apply " + step + " --demo --fault … --yes)"
}

// faultsOf are the faults of those ids, in the order in which they were set.
func faultsOf(ids []string) []ui.Fault {
	var out []ui.Fault
	for _, id := range ids {
		for _, f := range lab.Faults() {
			if f.ID == id {
				out = append(out, shownFault(f))
			}
		}
	}
	return out
}
