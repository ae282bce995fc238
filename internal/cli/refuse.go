package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// noArgs refuses arguments, and says what was probably meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return usage("%s takes no argument, but was given %q", cmd.CommandPath(), args[0])
	}
	what := "command"
	if cmd.HasParent() {
		what = "choice of " + cmd.CommandPath()
	}
	return usage("%q is not a %s; %s", args[0], what, instead(cmd, args[0]))
}

// instead is what may be typed in the place of a wrong word.
func instead(cmd *cobra.Command, word string) string {
	if near := cmd.SuggestionsFor(word); word != "" && len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return "there are " + strings.Join(names, ", ")
}

// strict makes the commands that the library adds refuse what they do not
// know, as all others do, instead of printing their help and calling it well.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Args = noArgs
			c.RunE = func(cmd *cobra.Command, _ []string) error {
				return usage("completion needs the name of a shell; %s", instead(cmd, ""))
			}
		case "help":
			c.Args = func(cmd *cobra.Command, args []string) error {
				if _, rest, err := cmd.Root().Find(args); err != nil || len(rest) > 0 {
					return noArgs(cmd.Root(), args)
				}
				return nil
			}
		}
	}
}

// wrongFlag says which flag is wrong, and which may have been meant.
func wrongFlag(cmd *cobra.Command, err error) error {
	if name, ok := errors.AsType[*unknownNameError](err); ok {
		return usage("%w", name)
	}
	if value, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usage("--%s %q is not %s", value.GetFlag().Name, value.GetValue(), kindOfFlag(value.GetFlag()))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usage("%w", err)
	}
	typed := unknown.GetSpecifiedName()
	dashes := "--"
	if unknown.GetSpecifiedShortnames() != "" {
		dashes = "-"
	}
	best, closest := "", 3
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := distance(typed, f.Name); d < closest && !f.Hidden {
			best, closest = f.Name, d
		}
	})
	if best != "" {
		return usage("%s has no flag %s%s; did you mean --%s?", cmd.CommandPath(), dashes, typed, best)
	}
	return usage("%s has no flag %s%s; `%s --help` lists them", cmd.CommandPath(), dashes, typed, cmd.CommandPath())
}

func kindOfFlag(f *pflag.Flag) string {
	switch kind := f.Value.Type(); kind {
	case "duration":
		return "a time such as 30s or 2m"
	case "bool":
		return "true or false"
	default:
		return "a " + kind
	}
}

// distance is how many letters have to change for a to become b.
func distance(a, b string) int {
	before := make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := before[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, before[j+1]+1, row[j]+1)
		}
		before = row
	}
	return before[len(b)]
}
