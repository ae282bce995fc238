package report

import (
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
)

// md makes text harmless for Markdown: nothing in it can become markup, a link
// or HTML.
func md(v string) string {
	return strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
		"#", `\#`, "|", `\|`, "!", `\!`, "~", `\~`, "\n", " ", "\r", " ",
	).Replace(v)
}

// code is a line in a block of its own, whose fence is longer than any in it.
func code(v string) string {
	fence := "```"
	for strings.Contains(v, fence) {
		fence += "`"
	}
	return "\n  " + fence + "\n  " + strings.NewReplacer("\n", " ", "\r", " ").Replace(v) + "\n  " + fence + "\n"
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func markdown(b *strings.Builder, d Document) {
	fmt.Fprintf(b, "# %s\n\n%s\n\n", md(d.Title), md(d.verdictWords()))
	if d.Problem != "" {
		fmt.Fprintf(b, "**Not complete:** %s\n\n", md(d.Problem))
	}
	fmt.Fprintf(b, "%s\n\n", md(d.about()))
	b.WriteString("| | gate | step | |\n|---|---|---|---|\n")
	for i, s := range d.Steps {
		fmt.Fprintf(b, "| %d | %s | %s | %s |\n", i+1, s.Gate, md(s.Title), md(s.Why))
	}
	markdownTroubles(b, d.Troubles())
	for i, s := range d.Steps {
		fmt.Fprintf(b, "\n## %d  %s: gate %s\n\n%s\n", i+1, md(s.Title), s.Gate, md(s.What))
		for _, c := range s.Checks {
			markdownCheck(b, c)
		}
	}
	markdownChanges(b, d.Changes)
	markdownRun(b, d)
	if d.Redacted {
		b.WriteString("\n## What was replaced\n\n| kind | names | times |\n|---|---|---|\n")
		for _, r := range d.Replaced {
			fmt.Fprintf(b, "| %s | %d | %d |\n", md(r.Kind), r.Names, r.Times)
		}
	}
}

func markdownTroubles(b *strings.Builder, list []Trouble) {
	if len(list) == 0 {
		return
	}
	b.WriteString("\n## To mend\n\n| | what | seen | fix | who |\n|---|---|---|---|---|\n")
	for _, t := range list {
		fmt.Fprintf(b, "| %s | %s (`%s`) | %s | %s | %s |\n", Word(t.Check.Status), md(t.Check.Title), t.Check.ID, md(t.Check.Seen), md(t.Fix), md(string(t.Who)))
	}
}

// markdownRun tells when, with what and against what it was checked.
func markdownRun(b *strings.Builder, d Document) {
	b.WriteString("\n## About this run\n\n")
	fmt.Fprintf(b, "| | |\n|---|---|\n| written | %s |\n| checked | %s, %.1f s |\n| program | sensegate %s (%s, %s) |\n| exit code | %d |\n",
		moment(d.Written), moment(d.Started), float64(d.TookMs)/1000, md(d.Program.Version), md(d.Program.Go), md(d.Program.System), d.Exit)
	if len(d.Pins) > 0 {
		fmt.Fprintf(b, "| names pinned to addresses | %s |\n", md(strings.Join(d.Pins, ", ")))
	}
	for _, v := range d.Versions {
		fmt.Fprintf(b, "| %s | %s |\n", md(v.Name), md(v.Value))
	}
}

func markdownCheck(b *strings.Builder, c DocumentCheck) {
	fmt.Fprintf(b, "\n### %s: %s (`%s`)\n\n", Word(c.Status), md(c.Title), c.ID)
	row := func(label, v string) {
		if v != "" {
			fmt.Fprintf(b, "- %s: %s\n", label, md(v))
		}
	}
	row("expected", c.Expected)
	row("seen", c.Seen)
	row("because", c.Because)
	row("reason", c.Reason)
	row("ignored", c.Ignored)
	if !c.At.IsZero() {
		row("proved", fmt.Sprintf("%s, %s, in %d ms", c.Source, moment(c.At), c.TookMs))
	}
	for _, e := range c.Evidence {
		row(md(e.Name), e.Value)
	}
	for _, m := range c.Remedies {
		fmt.Fprintf(b, "- fix (%s): %s\n", md(string(m.Who)), md(m.Text))
		if m.Command != "" {
			b.WriteString(code(m.Command))
		}
	}
	if c.Cause != "" {
		fmt.Fprintf(b, "- more: `sensegate explain %s`\n", c.Cause)
	}
	row("read", c.Docs)
	if c.Table != nil {
		markdownTable(b, *c.Table)
	}
}

func markdownTable(b *strings.Builder, t DocumentTable) {
	b.WriteString("\n| ")
	for _, c := range t.Columns {
		fmt.Fprintf(b, "%s | ", md(c))
	}
	b.WriteString("verdict |\n|" + strings.Repeat("---|", len(t.Columns)+1) + "\n")
	for _, r := range t.Rows {
		b.WriteString("| ")
		for i := range t.Columns {
			cell := ""
			if i < len(r.Cells) {
				cell = r.Cells[i]
			}
			fmt.Fprintf(b, "%s | ", md(cell))
		}
		fmt.Fprintf(b, "%s |\n", verdictOf(r.Status))
	}
}

// verdictOf is the word of a row's outcome; pending is no verdict.
func verdictOf(s checks.Status) string {
	if s == checks.Pending {
		return ""
	}
	return Word(s)
}

func markdownChanges(b *strings.Builder, list []DocumentChange) {
	b.WriteString("\n## Changes made\n\n")
	if len(list) == 0 {
		b.WriteString("None is on record.\n")
		return
	}
	b.WriteString("| | when | step | what | before | after | state |\n|---|---|---|---|---|---|---|\n")
	for _, c := range list {
		fmt.Fprintf(b, "| %d | %s | %s | %s of %s | %s | %s | %s |\n", c.Number, moment(c.At), md(c.Step), md(c.Field), md(c.Target),
			md(listOf(c.Before)), md(listOf(c.After)), c.State)
	}
}

func listOf(v []string) string {
	if len(v) == 0 {
		return "(none)"
	}
	return strings.Join(v, ", ")
}
