// Package ui is what is shown: a wizard in full screens, and the same journey
// in plain lines. It knows the steps and their checks, and no protocol.
package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// Journey is one site on its way through the steps.
type Journey struct {
	Guide *steps.Guide
	// Store is where it is kept, empty when nowhere.
	Store string
	// Resume is the command that goes on with it.
	Resume string
	// Stood is the step it stood at in an earlier session; empty when it is new.
	Stood checks.StepID
	// Close ends its connections and releases its lock.
	Close func() error
	// Simulated says that every system behind it is the practice lab.
	Simulated bool
	// Notes are shown on every page: names that are pinned, what is ignored. So
	// are Faults, which the practice lab was started with; where somebody
	// presents they can be taken back.
	Notes  []string
	Faults []Fault
	// Evidence lists what was collected on other hosts and is here: host, age,
	// file, and why it does not count where it does not. Import verifies such a
	// file and adds it to the facts. Both are nil where none is offered.
	Evidence func(s site.Site) []string
	Import   func(ctx context.Context, s site.Site, path string) (Taken, error)
}

// SavedSite is a journey that was begun earlier.
type SavedSite struct {
	Name, Title string
	// Position is the step it stood at, as people call it.
	Position string
	Updated  time.Time
	// Problem says why it cannot be opened; empty when it can.
	Problem string
}

// Config is what the program needs to show itself.
type Config struct {
	Terminal Terminal
	In       io.Reader
	Out      io.Writer
	Env      []string
	// Accessible asks for plain lines, ASCII for no other characters; Color is
	// auto, always or never.
	Accessible, ASCII bool
	Color             string
	// Theme is one of Themes, the first when empty; Background is auto, light or
	// dark. Mouse lets the mouse scroll and choose; Silent rings no bell.
	Theme, Background string
	Mouse, Silent     bool
	// Saved lists earlier journeys and OpenSaved goes on with one; Practice
	// starts the practice lab and Create a new site. Those that are nil are not
	// offered.
	Saved     func() ([]SavedSite, error)
	OpenSaved func(ctx context.Context, name string) (Journey, error)
	Practice  func(ctx context.Context) (Journey, error)
	Create    func(ctx context.Context, s site.Site) (Journey, error)
	// Start is the journey to begin with, without a welcome.
	Start *Journey
	// Begin makes the journey to begin with, without a welcome, once the first
	// page is shown; BeginSays is what the user reads meanwhile. An error ends
	// the program.
	Begin     func(ctx context.Context) (Journey, error)
	BeginSays string
	// Script makes the PowerShell script that collects evidence for a site; nil
	// where none is offered.
	Script func(s site.Site) string
	// Suggest finds answers to a question live, with where they were found; nil
	// where nothing is offered.
	Suggest func(ctx context.Context, s site.Site, key string) ([]Suggestion, error)
	// Discover finds answers that a site lacks, by question, without asking
	// anybody anything; it runs beside the user, and may be nil.
	Discover func(ctx context.Context, s site.Site) map[string]Suggestion
	// Explain writes what is known about a word, a code or a cause; nil where
	// nothing is offered.
	Explain func(w io.Writer, what string) error
	// Desk is where systems leave what the user has to be told or asked while
	// checks run; it may be nil.
	Desk *Desk
	// Present is set where somebody shows the program to others.
	Present *Present
	Version string
	Clock   func() time.Time
	// Report writes down how a journey stands; Handoff makes the work orders of
	// all roles. Those that are nil are not offered.
	Report  func(s steps.Snapshot, made []steps.Made) (Written, error)
	Handoff func(s steps.Snapshot) ([]WorkOrder, error)
	// Left is told how the journey stood when the program ends, however it ends;
	// nil where nobody wants to know. It is not called when none was begun.
	Left func(s steps.Snapshot)
	// CrashDir is where a fault of the program itself is written down.
	CrashDir string
}

// now is the time, also where the clock is what broke.
func (c Config) now() (at time.Time) {
	defer func() {
		if recover() != nil {
			at = time.Now()
		}
	}()
	return c.Clock()
}

// direct says that there is no welcome page to go back to.
func (c Config) direct() bool { return c.Start != nil || c.Begin != nil }

// ErrInterrupted is what Run returns after Ctrl+C or a signal.
var ErrInterrupted = errors.New("interrupted")

// leaveWithin is how long leaving may take once the user wants out.
const leaveWithin = 150 * time.Millisecond

// beats are how often a second the renderer looks for something to write: a
// key is answered at the next beat, and one that finds nothing costs nothing
// that can be measured.
const beats = 120

// Run shows the program until the user leaves: the wizard where full screens
// can be shown, lines otherwise. Leaving is nil, Ctrl+C is ErrInterrupted.
func Run(ctx context.Context, c Config) error {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Terminal.ASCII {
		c.ASCII = true
	}
	if ok, _ := c.Terminal.Wizard(); !ok || c.Accessible {
		return runLinesSafely(ctx, c)
	}
	return runWizard(ctx, c)
}

func runWizard(ctx context.Context, c Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, c)
	env, named := namedTerminal(c.Env)
	door := &burst{}
	opts := []tea.ProgramOption{
		tea.WithFilter(door.filter),
		tea.WithContext(ctx), tea.WithInput(c.In), tea.WithOutput(c.Out), tea.WithEnvironment(env), tea.WithFPS(beats),
	}
	if p, ok := profile(c); ok {
		opts = append(opts, tea.WithColorProfile(p))
	} else if !named {
		opts = append(opts, tea.WithColorProfile(colorprofile.Detect(c.Out, c.Env)))
	}
	p := tea.NewProgram(m, opts...)
	door.send = p.Send
	_, err := p.Run()
	cancel()
	if m.undrawn != nil {
		m.Update(m.undrawn()) //nolint:contextcheck // the model keeps the program's
	}
	if m.journey != nil && c.Left != nil {
		c.Left(m.snap)
	}
	closing := m.leave()
	if _, werr := io.WriteString(c.Out, m.farewell()); werr != nil && err == nil {
		err = fmt.Errorf("writing the last words: %w", werr)
	}
	switch {
	case m.interrupted, errors.Is(err, tea.ErrInterrupted), errors.Is(err, context.Canceled):
		return ErrInterrupted
	case err != nil:
		return fmt.Errorf("showing the wizard: %w", err)
	case m.failed != nil:
		return m.failed
	}
	return closing
}

// namedTerminal is the environment with a terminal in it. Where none is named, as
// on Windows, the renderer inserts text by a mode that the consoles of Windows
// Server 2016 and 2019 do not have; by the sequences of xterm they can do it.
func namedTerminal(env []string) (with []string, named bool) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "TERM="); ok {
			named = v != ""
		}
	}
	if named {
		return env, true
	}
	return append(slices.Clone(env), "TERM=xterm"), false
}

// profile is the colours to use where the environment does not decide: the
// rule of NO_COLOR is any value, and bold and reverse remain.
func profile(c Config) (colorprofile.Profile, bool) {
	switch {
	case c.Color == "always":
		return max(colorprofile.Env(c.Env), colorprofile.ANSI), true
	case c.Color == "never" || c.Terminal.NoColor:
		return colorprofile.ASCII, true
	}
	return colorprofile.Unknown, false
}
