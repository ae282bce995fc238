package cli

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/ui"
)

// appearance is how the wizard shows itself; it means nothing to other commands.
type appearance struct {
	theme, background string
	mouse, silent     bool
	present           bool
}

// lookFlags adds the flags of a command that shows the wizard.
func lookFlags(cmd *cobra.Command, l *appearance) {
	f := cmd.Flags()
	f.StringVar(&l.theme, "theme", ui.Themes()[0], strings.Join(ui.Themes(), ", "))
	f.StringVar(&l.background, "background", "auto", "the terminal's: auto, light or dark")
	f.BoolVar(&l.mouse, "mouse", false, "let the mouse scroll and choose (selecting text then needs shift)")
	f.BoolVar(&l.silent, "silent", false, "ring no bell when a long wait ends")
}

func (l appearance) check() error {
	if !slices.Contains(append(ui.Themes(), ""), l.theme) {
		return usage("--theme %q is not one of %s", l.theme, strings.Join(ui.Themes(), ", "))
	}
	if !slices.Contains([]string{"", "auto", "light", "dark"}, l.background) {
		return usage("--background %q is not one of auto, light, dark", l.background)
	}
	return nil
}

// stage keeps the practice lab that is shown at hand for the trainer's keys.
type stage struct {
	mu  sync.Mutex
	lab *lab.Lab
}

func (s *stage) show(l *lab.Lab) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab = l
}

// breaks sets a fault in the lab that is shown.
func (s *stage) breaks(_ context.Context, id string) error {
	s.mu.Lock()
	l := s.lab
	s.mu.Unlock()
	if l == nil {
		return usage("only the practice lab can be broken")
	}
	return l.Break(id)
}

// presenting is what a trainer has at hand; nil where nobody presents.
func (p *program) presenting() *ui.Present {
	if !p.look.present {
		return nil
	}
	out := &ui.Present{Break: p.stage.breaks}
	for _, f := range lab.Faults() {
		if len(f.On) > 0 {
			continue // another installation: it would have to be started anew
		}
		out.Faults = append(out.Faults, ui.Fault{ID: f.ID, Title: f.Title, Step: checks.StepID(f.Step), Note: f.Note})
	}
	return out
}
