// Package cli puts the parts together: commands, exit codes, the adapters of a
// site and the practice lab.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sensegate/internal/lab"
	"sensegate/internal/report"
	"sensegate/internal/site"
	"sensegate/steps"
	"sensegate/ui"
)

// Process is what a process is given: everything that the outside can set.
type Process struct {
	Args    []string
	In      *os.File
	Out     *os.File
	Err     *os.File
	Environ []string
	Version Version
	// Clock is time.Now when nil.
	Clock func() time.Time
	// Alone says that the console closes with the program; it may be nil.
	Alone func() bool
}

// Exit codes that are not a report's.
const (
	exitTool        = 1
	exitUsage       = 2
	exitFailed      = 3
	exitInterrupted = 130
)

// exitError ends the program with a code; an Err of nil prints nothing.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage says that the command line or the configuration is wrong: exit 2.
func usage(format string, a ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, a...)}
}

// program is what the commands share.
type program struct {
	Process
	ascii, accessible bool
	color             string
	look              appearance
	stage             stage
	wish              reportWish
	report            *reporting // of the wizard; nil where none is wished
}

// Main runs the program and returns its exit code.
func Main(ctx context.Context, p Process) int {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	prog := &program{Process: p}
	root := prog.rootCommand() //nolint:contextcheck // every command is given one when it runs
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	strict(root) // after SetOut: what it adds asks for the output at once
	code := prog.code(ctx, root.ExecuteContext(ctx))
	prog.stayOpen()
	return code
}

// code maps an error to the exit code, and prints it: the only place that does.
func (p *program) code(ctx context.Context, err error) int {
	code := p.exitOf(ctx, err)
	if err == nil || code == exitInterrupted || quietExit(err) {
		return code
	}
	var fe *site.FileError
	var ee *exitError
	if !errors.As(err, &ee) && errors.As(err, &fe) {
		err = plainFile(fe)
	}
	fmt.Fprintf(p.Err, "sensegate: %s\n", strings.TrimSpace(err.Error()))
	return code
}

// exitOf is the exit code that an error stands for.
func (p *program) exitOf(ctx context.Context, err error) int {
	var ee *exitError
	var fe *site.FileError
	var uf *lab.UnknownFaultError
	var uv *lab.UnknownVariantError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ee):
		return ee.code
	case errors.Is(err, ui.ErrInterrupted), ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &uf), errors.As(err, &uv), errors.As(err, &fe):
		return exitUsage
	case errors.Is(err, steps.ErrClosed):
		return exitFailed
	}
	return exitTool
}

// startFromExplorer lets a double click start the program, where the library
// would only explain itself. Its switch is one for the whole process.
var startFromExplorer = sync.OnceFunc(func() { cobra.MousetrapHelpText = "" })

func (p *program) rootCommand() *cobra.Command {
	startFromExplorer()
	var siteFile string
	root := &cobra.Command{
		Use:   "sensegate",
		Short: "Publish Qlik Sense through Microsoft Entra application proxy, step by proved step",
		Long: `Sensegate takes Qlik Sense Enterprise on Windows from "reachable on the LAN" to
"opened from anywhere through Microsoft Entra application proxy, signed in once
by Kerberos, WebSockets alive". It walks the documented order and lets nobody
past a step until its checks pass.

Without a command it opens the wizard. ` + "`sensegate demo`" + ` opens it on the
practice lab: nothing real is touched.

Exit codes: 0 all gates open, 1 error of the tool, 2 wrong usage or
configuration, 3 a gate failed, 4 warnings only (with --strict), 5 could not
tell, 130 interrupted. ` + "`sensegate man`" + ` has the whole manual.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: noArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if p.color != "auto" && p.color != "always" && p.color != "never" {
				return usage("--color %q is not one of auto, always, never", p.color)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if siteFile == "" && !p.answers() {
				return usage("the wizard asks which site, and there is no terminal to answer at: give --site FILE, use `sensegate demo`, or --accessible to answer line by line")
			}
			return p.wizard(cmd.Context(), siteFile)
		},
	}
	root.Flags().StringVar(&siteFile, "site", "", "open the wizard on this site file")
	lookFlags(root, &p.look)
	reportFlags(root.Flags(), &p.wish)
	f := root.PersistentFlags()
	f.BoolVar(&p.accessible, "accessible", false, "plain lines instead of screens (also ACCESSIBLE=1)")
	f.BoolVar(&p.ascii, "ascii", false, "draw with ASCII characters only")
	f.StringVar(&p.color, "color", "auto", "auto, always or never (also NO_COLOR)")
	root.AddCommand(
		p.demoCommand(), p.checkCommand(), p.applyCommand(), p.websocketCommand(), p.labCommand(),
		p.faultsCommand(), p.explainCommand(), p.versionCommand(), p.collectCommand(), p.importCommand(),
		p.undoCommand(), p.reportCommand(), p.handoffCommand(), p.manCommand(),
	)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(wrongFlag)
	return root
}

// answers says that somebody may answer questions: at a terminal, or through a
// pipe where plain lines were asked for.
func (p *program) answers() bool {
	t := ui.Detect(p.In, p.Out, p.Environ)
	return t.In || t.Accessible || p.accessible
}

// env reads the environment as it was given.
func (p *program) env(name string) string {
	for _, e := range slices.Backward(p.Environ) {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

func (p *program) interactive() bool {
	return term.IsTerminal(int(p.In.Fd())) && term.IsTerminal(int(p.Out.Fd()))
}

// ended is the exit of a run of checks.
func ended(r report.Report) error {
	if r.Exit == 0 {
		return nil
	}
	return &exitError{code: r.Exit}
}
