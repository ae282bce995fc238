package steps_test

import (
	"errors"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

var errDisk = errors.New("the disk is full")

// diary is a journal that keeps words, and fails when told to.
type diary struct {
	lines []string
	fails error
}

func (d *diary) note(line string) error {
	if d.fails != nil {
		return d.fails
	}
	d.lines = append(d.lines, line)
	return nil
}

func (d *diary) Intend(step checks.StepID, c steps.Change) error {
	return d.note("intend " + string(step) + " " + c.ID)
}

func (d *diary) Outcome(step checks.StepID, a steps.Applied) error {
	word := "done"
	if a.Err != nil {
		word = "failed"
	}
	return d.note(word + " " + string(step) + " " + a.Change.ID)
}

func (d *diary) Answered(s site.Site) error     { return d.note("answered " + s.Name) }
func (d *diary) Finished(r checks.Result) error { return d.note("finished " + string(r.ID)) }
func (d *diary) Moved(step checks.StepID) error { return d.note("moved " + string(step)) }
