package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (p *program) manCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man",
		Short: "Print the manual page; with --dir write one for every command",
		Long: `Prints the manual page of the program, to be read with man:

  sensegate man | man -l -

With --dir one file is written for the program and one for each command, as
packages install them under share/man/man1.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.man(cmd.Root(), dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write the pages of all commands into this folder (`DIR`)")
	return cmd
}

func (p *program) man(root *cobra.Command, dir string) error {
	if dir == "" {
		return manPage(p.Out, root, p.Version.String())
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // manual pages are for everybody
		return usage("--dir %q cannot be made a folder: %w", dir, reason(err))
	}
	for _, c := range append([]*cobra.Command{root}, pages(root)...) {
		name := filepath.Join(dir, manName(c)+".1")
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644) //nolint:gosec // as above
		if err != nil {
			return usage("--dir: %s cannot be written: %w", name, reason(err))
		}
		if err := manPage(f, c, p.Version.String()); err != nil {
			_ = f.Close() // the first error is the one that counts
			return err
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// pages are all commands below one that have a page of their own.
func pages(c *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			out = append(append(out, sub), pages(sub)...)
		}
	}
	return out
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage writes a page in the macros of man(7).
func manPage(w io.Writer, c *cobra.Command, version string) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s \"Sensegate\"\n", quoteRoff(strings.ToUpper(manName(c))), quoteRoff("sensegate "+version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(manName(c)), roff(lowered(c.Short)))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(synopsis(c)))
	b.WriteString(".SH DESCRIPTION\n")
	manText(&b, longOf(c))
	manFlags(&b, "OPTIONS", c.NonInheritedFlags())
	manFlags(&b, "OPTIONS OF EVERY COMMAND", c.InheritedFlags())
	if list := pages(c); !c.HasParent() {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range list {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(manName(sub)), roff(sub.Short))
		}
		manReference(&b)
	} else {
		b.WriteString(".SH EXIT STATUS\n")
		manText(&b, "As of sensegate(1).")
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(manName(c.Root())))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the manual page: %w", err)
	}
	return nil
}

func lowered(v string) string {
	if v == "" {
		return v
	}
	return strings.ToLower(v[:1]) + v[1:]
}

func synopsis(c *cobra.Command) string {
	if !c.HasParent() {
		return c.Name() + " [command] [options]"
	}
	if strings.Contains(c.UseLine(), "[flags]") || !c.HasFlags() {
		return strings.ReplaceAll(c.UseLine(), "[flags]", "[options]")
	}
	return c.UseLine() + " [options]"
}

func longOf(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return c.Short + "."
}

// manText writes paragraphs; lines that are indented stay as they are.
func manText(b *strings.Builder, text string) {
	literal := false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		if in := strings.HasPrefix(l, "  "); in != literal && l != "" {
			literal = in
			b.WriteString(map[bool]string{true: ".RS 4\n.nf\n", false: ".fi\n.RE\n"}[in])
		}
		if l == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(roff(strings.TrimPrefix(l, "  ")) + "\n")
	}
	if literal {
		b.WriteString(".fi\n.RE\n")
	}
}

func manFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		what, says := pflag.UnquoteUsage(f)
		b.WriteString(".TP\n\\fB")
		if f.Shorthand != "" {
			b.WriteString("\\-" + roff(f.Shorthand) + "\\fR, \\fB")
		}
		b.WriteString("\\-\\-" + roff(f.Name) + "\\fR")
		if what != "" {
			b.WriteString(" \\fI" + roff(what) + "\\fR")
		}
		b.WriteString("\n" + roff(says) + "\n")
	})
}

// manReference is what holds for every command: exit codes, environment, files.
func manReference(b *strings.Builder) {
	table := func(title string, rows [][2]string) {
		fmt.Fprintf(b, ".SH %s\n", title)
		for _, r := range rows {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(r[0]), roff(r[1]))
		}
	}
	table("EXIT STATUS", exitRows())
	table("ENVIRONMENT", variables())
	table("FILES", [][2]string{
		{"site.yaml", "the facts of a site; no secret is in it"},
		{"$SENSEGATE_HOME/sites/NAME", "a saved site: its facts, and the journal of what was found and changed"},
	})
	b.WriteString(".SH EXAMPLES\n")
	manText(b, "  sensegate demo\n  sensegate check --site site.yaml --format json\n  sensegate apply spn --site site.yaml\n  sensegate undo --site site.yaml --list\n  sensegate report --site site.yaml --output report.html\n  sensegate handoff --site site.yaml --role ad --format script --output ad.ps1\n  sensegate explain AADSTS50105\n")
}

// exitRows are the exit codes and what each means.
func exitRows() [][2]string {
	return [][2]string{
		{"0", "all gates are open; of other commands: done"},
		{"1", "an error of the tool"},
		{"2", "wrong usage or configuration"},
		{"3", "a gate failed, or what was asked for was refused"},
		{"4", "warnings only, with --strict"},
		{"5", "could not tell"},
		{"130", "interrupted"},
	}
}

// variables are the environment variables that the program reads.
func variables() [][2]string {
	return [][2]string{
		{"SENSEGATE_HOME", "where sites are saved"},
		{"SENSEGATE_DIRECTORY_PASSWORD", "password of the account that reads the directory"},
		{"SENSEGATE_KERBEROS_PASSWORD", "password of the user of the Kerberos verification"},
		{"SENSEGATE_CONNECTOR_PASSWORD", "password of a connector's or rehearsal account"},
		{"SENSEGATE_QLIK_PASSWORD", "password of the exported Qlik certificate"},
		{"SENSEGATE_ENTRA_SECRET", "secret of the application that signs in for reading"},
		{"ACCESSIBLE", "plain lines instead of screens, with any value but 0 and false"},
		{"NO_COLOR", "no colours, with any value"},
	}
}

// roff makes text safe for a line of man(7): backslashes, hyphens that are to be
// copied, and control characters at the beginning of a line.
func roff(v string) string {
	v = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ", "`", `\(ga`, "'", `\(aq`, "…", "...").Replace(v)
	if strings.HasPrefix(v, ".") {
		v = `\&` + v
	}
	return v
}

// quoteRoff is an argument of a macro.
func quoteRoff(v string) string { return `"` + strings.ReplaceAll(roff(v), `"`, `\(dq`) + `"` }
