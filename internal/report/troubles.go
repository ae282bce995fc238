package report

import "sensegate/checks"

// Trouble is a check that does not open its gate, or warns, with the first
// thing to do about it.
type Trouble struct {
	// Step is the title of the step that it belongs to.
	Step  string
	Check DocumentCheck
	// Fix and Who are of the first remedy; empty where there is none.
	Fix string
	Who checks.Role
}

// Troubles are what a reader looks for first: everything that failed, broke,
// could not be told or warned, in the documented order. What only waits for one
// of them is left out.
func (d Document) Troubles() []Trouble {
	var out []Trouble
	for _, s := range d.Steps {
		for _, c := range s.Checks {
			switch c.Status {
			case checks.Fail, checks.Crashed, checks.Unknown, checks.Warn:
			default:
				continue
			}
			t := Trouble{Step: s.Title, Check: c}
			if len(c.Remedies) > 0 {
				t.Fix, t.Who = c.Remedies[0].Text, c.Remedies[0].Who
			}
			out = append(out, t)
		}
	}
	return out
}
