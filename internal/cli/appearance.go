package cli

import (
	"context"
	"fmt"
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
	mu   sync.Mutex
	lab  *lab.Lab
	mend map[string]func() error // what takes a fault back that was played
}

func (s *stage) show(l *lab.Lab) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab, s.mend = l, nil
	if l == nil {
		return
	}
	s.mend = map[string]func() error{}
	for _, m := range l.Mends() {
		s.mend[m.ID] = m.Do
	}
}

// breaks sets a fault in the lab that is shown.
func (s *stage) breaks(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lab == nil {
		return usage("only the practice lab can be broken")
	}
	mend, err := s.lab.Play(id)
	if err != nil {
		return fmt.Errorf("playing %s: %w", id, err)
	}
	if s.mend == nil {
		s.mend = map[string]func() error{}
	}
	s.mend[id] = mend
	return nil
}

// mends takes a fault back that was played.
func (s *stage) mends(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mend, ok := s.mend[id]
	if !ok {
		return usage("the fault %s was not played", id)
	}
	delete(s.mend, id)
	if err := mend(); err != nil {
		return fmt.Errorf("mending %s: %w", id, err)
	}
	return nil
}

// presenting is what a trainer has at hand; nil where nobody presents.
func (p *program) presenting() *ui.Present {
	if !p.look.present {
		return nil
	}
	out := &ui.Present{Break: p.stage.breaks, Mend: p.stage.mends}
	for _, f := range lab.Faults() {
		if len(f.On) > 0 {
			continue // another installation: it would have to be started anew
		}
		out.Faults = append(out.Faults, shownFault(f))
	}
	return out
}

func shownFault(f lab.Fault) ui.Fault {
	return ui.Fault{ID: f.ID, Title: f.Title, Step: checks.StepID(f.Step), Note: f.Note}
}
