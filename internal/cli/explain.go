package cli

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/codes"
	"sensegate/steps"
)

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID|CODE|TEXT]",
		Short: "Explain a cause, a check, a step or a code, offline",
		Long: `Explains a cause or check of this program by its id, or a code as the systems
print it: AADSTS50105, KDC_ERR_BADOPTION or krb 13, 0xC0000272, 8647, 0x80090322,
event 13022, http 400, ws 403. Any other text is searched for.`,
		RunE: func(_ *cobra.Command, args []string) error { return explain(p.Out, strings.Join(args, " ")) },
	}
}

// explain writes what is known about a cause, a check, a step or a code.
func explain(w io.Writer, what string) error {
	order := steps.Order(steps.Ports{})
	causes, err := steps.Causes()
	if err != nil {
		return fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	what = strings.TrimSpace(what)
	if what == "" {
		return explainIndex(w, order, causes)
	}
	if c, ok := causes[checks.CauseID(strings.ToLower(what))]; ok {
		printCause(w, c)
		return nil
	}
	for _, s := range order {
		for _, c := range s.Checks {
			if strings.EqualFold(string(c.ID), what) {
				printCheck(w, s, c, causes)
				return nil
			}
		}
	}
	if s, ok := steps.FindStep(order, strings.ToLower(what)); ok {
		printStep(w, s)
		return nil
	}
	if found := codes.Find(what); len(found) > 0 {
		for _, c := range found {
			fmt.Fprintf(w, "%s  %s\n  %s\n", c.Code, c.Name, c.Means)
			if c.Do != "" {
				fmt.Fprintf(w, "  do    %s\n", c.Do)
			}
			if c.Cause != "" {
				fmt.Fprintf(w, "  more  sensegate explain %s\n", c.Cause)
			}
		}
		return nil
	}
	return explainSearch(w, what, causes)
}

func explainIndex(w io.Writer, order []steps.Step, causes checks.Catalogue) error {
	for _, s := range order {
		fmt.Fprintf(w, "%s  %s\n", s.ID, s.Title)
		for _, id := range causeIDs(causes) {
			if strings.HasPrefix(string(id), string(s.ID)+".") {
				fmt.Fprintf(w, "  %-32s %s\n", id, causes[id].Title)
			}
		}
	}
	return nil
}

func explainSearch(w io.Writer, what string, causes checks.Catalogue) error {
	word := strings.ToLower(what)
	n := 0
	for _, id := range causeIDs(causes) {
		c := causes[id]
		if strings.Contains(strings.ToLower(string(c.ID)+" "+c.Title+" "+c.Because+" "+c.More), word) {
			fmt.Fprintf(w, "%-32s %s\n", c.ID, c.Title)
			n++
		}
	}
	if n == 0 {
		return usage("%q is not a cause, a check, a step or a code that is known; `sensegate explain` lists the causes", checks.Neutral(what))
	}
	return nil
}

func causeIDs(causes checks.Catalogue) []checks.CauseID {
	ids := make([]checks.CauseID, 0, len(causes))
	for id := range causes {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func printCause(w io.Writer, c checks.Cause) {
	fmt.Fprintf(w, "%s  %s\n\n%s\n", c.ID, c.Title, withoutSite(c.Because))
	if c.More != "" {
		fmt.Fprintf(w, "\n%s\n", withoutSite(c.More))
	}
	fmt.Fprintln(w)
	for _, f := range c.Fixes {
		fmt.Fprintf(w, "fix   %s (%s)\n", withoutSite(f.Text), f.Who)
		if f.Command != "" {
			fmt.Fprintf(w, "      %s\n", withoutSite(f.Command))
		}
	}
	if c.Docs != "" {
		fmt.Fprintf(w, "see   %s\n", c.Docs)
	}
}

// withoutSite shows placeholders as such: there is no site, and no finding, to
// fill them from.
func withoutSite(text string) string {
	text = strings.NewReplacer("{who}", "<machine>", "{signed-in}", "<account>").Replace(text)
	return placeholder.ReplaceAllString(text, "<$1>")
}

// placeholder is a name in braces; blocks of PowerShell hold more than that.
var placeholder = regexp.MustCompile(`\{([a-z]+(?:-[a-z]+)*)\}`) //nolint:gochecknoglobals // compiled once

func printCheck(w io.Writer, s steps.Step, c checks.Check, causes checks.Catalogue) {
	fmt.Fprintf(w, "%s  %s\n\nstep   %s (%s)\nwhy    %s\n", c.ID, c.Title, s.Title, s.ID, c.Why)
	for _, n := range c.Needs {
		fmt.Fprintf(w, "needs  %s\n", n)
	}
	if c.Right != "" {
		fmt.Fprintf(w, "right  %s\n", c.Right)
	}
	if c.Docs != "" {
		fmt.Fprintf(w, "see    %s\n", c.Docs)
	}
	fmt.Fprintln(w, "\ncauses of this step:")
	for _, id := range causeIDs(causes) {
		if strings.HasPrefix(string(id), string(s.ID)+".") {
			fmt.Fprintf(w, "  %-32s %s\n", id, causes[id].Title)
		}
	}
}

func printStep(w io.Writer, s steps.Step) {
	fmt.Fprintf(w, "%s  %s\n\n%s\n%s\n\nfrom   %s (%s)\n", s.ID, s.Title, s.What, s.Why, s.Seed, s.SeedFrom)
	for _, c := range s.Checks {
		fmt.Fprintf(w, "check  %-26s %s\n", c.ID, c.Title)
	}
}
