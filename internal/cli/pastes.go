package cli

import (
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/steps"
)

// pastesOf is what was pasted in former sessions, where a journal keeps it.
func pastesOf(j steps.Journal) ([]steps.Paste, error) {
	if k, ok := j.(interface{ Pastes() ([]steps.Paste, error) }); ok {
		return k.Pastes()
	}
	return nil, nil
}

// recalling is the journal of a run that only reads: it ends with the program,
// and knows what was pasted in the wizard.
type recalling struct {
	*session.Memory
	pastes []steps.Paste
}

// Pastes are those of the saved site.
func (r recalling) Pastes() ([]steps.Paste, error) { return r.pastes, nil }

// recall finds what the wizard was given for the site of a file.
func (p *program) recall(o *opened) error {
	if bad := site.CheckName(o.site.Name); bad != nil {
		return nil //nolint:nilerr // such a site was never saved
	}
	store, err := p.store()
	if err != nil {
		return err
	}
	pastes, err := store.Pastes(o.site.Name)
	if err != nil {
		return err
	}
	o.journal = recalling{Memory: session.NewMemory(p.Clock), pastes: pastes}
	return nil
}
