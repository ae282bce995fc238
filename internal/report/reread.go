package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// ErrForeign says that a file is no report of this program.
var ErrForeign = errors.New("it is no report of this program (check --format json, or report --format json)")

// longestFile is how much of a report is read, in bytes.
const longestFile = 64 << 20

// Reread reads a report that was written as JSON, by `check` or by `report`,
// and analyses what it found anew: gates, causes and remedies are those that
// this program knows today. Everything in it is foreign text.
func Reread(in io.Reader, causes checks.Catalogue, strict bool) (Document, error) {
	raw, err := io.ReadAll(io.LimitReader(in, longestFile+1))
	if err != nil {
		return Document{}, fmt.Errorf("reading the report: %w", err)
	}
	if len(raw) > longestFile {
		return Document{}, fmt.Errorf("reading the report: it has more than %d MB", longestFile>>20)
	}
	old, err := decode(raw)
	if err != nil {
		return Document{}, fmt.Errorf("reading the report: %w", err)
	}
	s, only := old.snapshot(causes)
	d := NewDocument(s, DocumentOptions{
		Options: Options{Started: old.Started, Ended: old.Started.Add(time.Duration(old.TookMs) * time.Millisecond), Only: only, Strict: strict, Causes: causes},
		Written: old.Written, Problem: old.Problem, Version: old.Program.Version,
	})
	if old.Program.Go != "" {
		d.Program = old.Program
	}
	d.Pins, d.Redacted = old.Pins, old.Redacted
	d.Changes = append(d.Changes, old.Changes...)
	d.Replaced = append(d.Replaced, old.Replaced...)
	d.keep(old)
	return d, nil
}

// decode reads either schema; the one of `check` has fewer members.
func decode(raw []byte) (Document, error) {
	var tree any
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&tree); err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Document{}, fmt.Errorf("%w: something follows it", ErrForeign)
	}
	clean, err := json.Marshal(walkTree(tree, nil, checks.Neutral))
	if err != nil {
		return Document{}, fmt.Errorf("encoding it: %w", err)
	}
	var d Document
	if err := json.Unmarshal(clean, &d); err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if d.Schema != Schema && d.Schema != DocumentSchema {
		return Document{}, fmt.Errorf("%w: its schema is %q", ErrForeign, d.Schema)
	}
	if len(d.Steps) == 0 && d.Problem == "" {
		return Document{}, fmt.Errorf("%w: it has no steps", ErrForeign)
	}
	return d, nil
}

// snapshot is the journey as a report has it, in today's order, and the steps
// that the report is about where those are not all.
func (d Document) snapshot(causes checks.Catalogue) (steps.Snapshot, []checks.StepID) {
	s := steps.Snapshot{Site: site.Site{Name: d.Site, Simulated: d.Simulated}}
	results := map[checks.ID]checks.Result{}
	var only []checks.StepID
	for _, st := range d.Steps {
		only = append(only, checks.StepID(st.ID))
		for _, c := range st.Checks {
			results[checks.ID(c.ID)] = c.result(causes)
		}
	}
	order := steps.Order(steps.Ports{})
	gates := steps.Judge(order, results, nil)
	if len(only) < len(order) {
		// The gates before it are not told: this one stands by itself.
		for i, st := range order {
			gates[i] = steps.Judge([]steps.Step{st}, results, nil)[0]
		}
	} else {
		only = nil
	}
	for i, st := range order {
		v := steps.StepView{Step: st, Gate: gates[i]}
		for _, c := range st.Checks {
			v.Checks = append(v.Checks, steps.CheckView{Check: c, Result: results[c.ID]})
		}
		s.Steps = append(s.Steps, v)
	}
	return s, only
}

// result is a finding as a report has it. Remedies are made anew where the
// names that they are filled with are known.
func (c DocumentCheck) result(causes checks.Catalogue) checks.Result {
	r := checks.Result{
		ID: checks.ID(c.ID), Status: c.Status, Cause: checks.CauseID(c.Cause), Reason: checks.Reason(c.Reason), Expected: c.Expected, Seen: c.Seen,
		Evidence: c.Evidence, Remedies: c.Remedies, Source: c.Source, At: c.At, Took: time.Duration(c.TookMs) * time.Millisecond,
	}
	if c.Ignored != "" && steps.MayIgnore(steps.Order(steps.Ports{}), site.Ignored{Check: c.ID, Reason: c.Ignored}) == nil {
		r.Ignored = c.Ignored
	}
	for k, v := range c.Vars {
		r = r.Var(k, v)
	}
	if why, known := causes[r.Cause]; known && len(c.Vars) > 0 {
		r.Remedies = why.Remedies(r.Vars())
	}
	if c.Table != nil {
		r.Table.Columns = c.Table.Columns
		for _, row := range c.Table.Rows {
			r.Table = r.Table.Row(row.Status, row.Cells...)
		}
	}
	return r
}

// keep takes over what cannot be made anew without the site.
func (d *Document) keep(old Document) {
	was := map[string]DocumentCheck{}
	for _, s := range old.Steps {
		for _, c := range s.Checks {
			was[c.ID] = c
		}
	}
	for i := range d.Steps {
		for j := range d.Steps[i].Checks {
			c := &d.Steps[i].Checks[j]
			before := was[c.ID]
			c.Proofs, c.foreign = before.Proofs, true
			if c.Because == "" || len(before.Vars) == 0 && before.Because != "" {
				c.Because = before.Because
			}
		}
	}
}
