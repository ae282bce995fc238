package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sensegate/internal/report"
	"sensegate/steps"
	"sensegate/ui"
)

// reportNow writes the report that a key of the wizard asks for, names
// replaced, and says where it is.
func (p *program) reportNow(home string, desk *ui.Desk, s steps.Snapshot, made []steps.Made) (ui.Written, error) {
	r := &reporting{p: p, started: p.Clock(), site: s.Site, snapshot: &s, made: func() []steps.Made { return made }, secrets: desk.Secrets}
	d, err := p.documentOf(r, "")
	if err != nil {
		return ui.Written{}, err
	}
	if d, err = report.Redact(d, s.Site); err != nil {
		return ui.Written{}, fmt.Errorf("redacting the report: %w", err)
	}
	f, err := p.keptFile(home, "report", "html")
	if err != nil {
		return ui.Written{}, err
	}
	if err := errors.Join(report.WriteDocument(f, d, "html"), f.Close()); err != nil {
		return ui.Written{}, fmt.Errorf("writing the report: %w", err)
	}
	return ui.Written{Path: f.Name(), Replaced: replacedWords(d)}, nil
}

// orders are the work orders of all roles, as the journey stands.
func (p *program) orders(home string, s steps.Snapshot) ([]ui.WorkOrder, error) {
	d, err := p.documentNow(s, nil)
	if err != nil {
		return nil, err
	}
	var out []ui.WorkOrder
	for _, role := range report.HandoffRoles() {
		h := report.NewHandoff(d, role)
		out = append(out, ui.WorkOrder{
			Title: report.RoleTitle(role), Items: len(h.Items), Text: h.Text(),
			Save: func() ([]string, error) { return p.saveOrder(home, h) },
		})
	}
	return out, nil
}

// saveOrder writes a work order to be read and to be run.
func (p *program) saveOrder(home string, h report.Handoff) ([]string, error) {
	var out []string
	for _, x := range [][2]string{{"txt", h.Text()}, {"ps1", h.Script()}} {
		f, err := p.keptFile(home, "handoff-"+h.Role, x[0])
		if err != nil {
			return out, err
		}
		_, err = f.WriteString(x[1])
		if err := errors.Join(err, f.Close()); err != nil {
			return out, fmt.Errorf("writing the work order: %w", err)
		}
		out = append(out, f.Name())
	}
	return out, nil
}

// keptFile makes a new file in the folder of reports, for its owner alone.
func (p *program) keptFile(home, what, ext string) (*os.File, error) {
	dir := filepath.Join(home, "reports")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for it: %w", err)
	}
	name := filepath.Join(dir, fmt.Sprintf("sensegate-%s-%s.%s", what, p.Clock().Format("20060102-150405"), ext))
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("writing it: %w", err)
	}
	return f, nil
}
