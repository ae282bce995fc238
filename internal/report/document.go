package report

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// DocumentSchema names the JSON form of the evidence report; a field may be
// added, none changes meaning.
const DocumentSchema = "sensegate/report/v1"

// Document is the evidence report: everything that a run of checks brought,
// what was changed, and by which program.
type Document struct {
	Schema string `json:"schema"`
	// Title says SIMULATED where it was the practice lab.
	Title     string `json:"title"`
	Site      string `json:"site"`
	Simulated bool   `json:"simulated"`
	// Written is when the report was made; Started and TookMs are of its checks.
	Written time.Time `json:"written"`
	Started time.Time `json:"started"`
	TookMs  int64     `json:"tookMs"`
	Exit    int       `json:"exit"`
	// Problem says why the run is not complete: it was interrupted, it broke, it
	// could not begin. Empty when it is.
	Problem string   `json:"problem,omitempty"`
	Program Program  `json:"program"`
	Pins    []string `json:"pins,omitempty"`
	// Versions are what the systems said of themselves.
	Versions []checks.Evidence `json:"versions"`
	Steps    []DocumentStep    `json:"steps"`
	Changes  []DocumentChange  `json:"changes"`
	// Redacted says that names were replaced; Replaced counts them by kind.
	Redacted bool       `json:"redacted"`
	Replaced []Replaced `json:"replaced"`
}

// Program is what made the report.
type Program struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

// DocumentStep is one gate with its checks.
type DocumentStep struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	What  string `json:"what"`
	Gate  string `json:"gate"`
	// Why says what holds the gate closed.
	Why    string          `json:"why,omitempty"`
	Checks []DocumentCheck `json:"checks"`
}

// DocumentCheck is a check with all that explains it.
type DocumentCheck struct {
	Check

	// Matters says why the assertion matters.
	Matters string `json:"matters,omitempty"`
	// Table compares what is required with what is there.
	Table *DocumentTable `json:"table,omitempty"`
	// Vars are the names that the remedies were filled with.
	Vars map[string]string `json:"vars,omitempty"`
	// Proofs are commands whose output proves it from elsewhere.
	Proofs []Proof `json:"proofs,omitempty"`

	// foreign says that it was read from a file: commands in it are not ours.
	foreign bool
}

// DocumentTable is a comparison, one row for each thing that is compared.
type DocumentTable struct {
	Columns []string      `json:"columns"`
	Rows    []DocumentRow `json:"rows"`
}

// DocumentRow is a row with its verdict; pending is none.
type DocumentRow struct {
	Cells  []string      `json:"cells"`
	Status checks.Status `json:"status"`
}

// Proof is one command that somebody may run, and where.
type Proof struct {
	On      string       `json:"on"`
	Who     checks.Role  `json:"who"`
	Shell   checks.Shell `json:"shell"`
	Command string       `json:"command"`
	// File says that it writes a file to be imported, and prints nothing to paste.
	File bool `json:"file,omitempty"`
}

// DocumentChange is a change that is on record.
type DocumentChange struct {
	Number int       `json:"number"`
	Step   string    `json:"step"`
	ID     string    `json:"id"`
	Target string    `json:"target"`
	Field  string    `json:"field"`
	Before []string  `json:"before"`
	After  []string  `json:"after"`
	At     time.Time `json:"at"`
	// State is stands, taken back, or not recorded.
	State   string `json:"state"`
	Command string `json:"command,omitempty"`
	Undo    string `json:"undo,omitempty"`
}

// DocumentOptions say what an evidence report is made of.
type DocumentOptions struct {
	Options

	Version string
	Written time.Time
	Problem string
	Made    []steps.Made
	// Secrets must not be in it, whatever a server may have repeated.
	Secrets []string
}

// NewDocument makes an evidence report, with all names in it. Secrets are
// masked already.
func NewDocument(s steps.Snapshot, o DocumentOptions) Document {
	r := New(s, o.Options)
	d := Document{
		Schema: DocumentSchema, Site: r.Site, Simulated: r.Simulated, Written: o.Written.UTC(), Started: o.Started.UTC(), TookMs: max(r.TookMs, 0),
		Exit: r.Exit, Problem: checks.Neutral(o.Problem), Pins: r.Pins,
		Program:  Program{Version: o.Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH},
		Versions: []checks.Evidence{}, Steps: []DocumentStep{}, Changes: changesOf(o.Made), Replaced: []Replaced{},
	}
	results := map[checks.ID]checks.Result{}
	for _, v := range s.Steps {
		for _, c := range v.Checks {
			results[c.Check.ID] = c.Result
		}
	}
	env := checks.NewEnv(s.Site, func() time.Time { return o.Written }, results)
	views := map[string]steps.StepView{}
	for _, v := range s.Steps {
		views[string(v.ID)] = v
	}
	for _, step := range r.Steps {
		v := views[step.ID]
		out := DocumentStep{ID: step.ID, Title: step.Title, What: v.What, Gate: step.Gate, Why: step.Why, Checks: []DocumentCheck{}}
		for i, c := range step.Checks {
			out.Checks = append(out.Checks, documentCheck(c, v.Checks[i], env))
		}
		d.Steps = append(d.Steps, out)
	}
	d.Versions = versions(d.Steps)
	d.Title = title(d)
	return masked(d, o.Secrets)
}

func title(d Document) string {
	t := "Sensegate report of " + orUnknown(d.Site)
	if d.Simulated {
		t = "SIMULATED: " + t + " (practice lab)"
	}
	return t
}

func orUnknown(v string) string {
	if strings.TrimSpace(v) == "" {
		return "a site without a name"
	}
	return v
}

func documentCheck(c Check, v steps.CheckView, env checks.Env) DocumentCheck {
	out := DocumentCheck{Check: c, Matters: v.Check.Why}
	if t := v.Result.Table; len(t.Rows) > 0 {
		out.Table = &DocumentTable{Columns: slices.Clone(t.Columns)}
		for _, r := range t.Rows {
			out.Table.Rows = append(out.Table.Rows, DocumentRow{Cells: slices.Clone(r.Cells), Status: r.Status})
		}
	}
	if c.Cause != "" {
		out.Vars = maps.Clone(v.Result.Vars())
	}
	if v.Check.Proof != nil && !v.Result.Status.Opens() {
		values := checks.Vars(env.Site)
		for _, a := range v.Check.Proof.Ask(env) {
			out.Proofs = append(out.Proofs, Proof{
				On: checks.Neutral(a.On), Who: a.Who, Shell: a.Shell,
				Command: checks.Neutral(checks.Fill(a.Command, values, a.Shell)),
			})
		}
		if on := collectedOn(v, env); on != "" {
			out.Proofs = append(out.Proofs, Proof{
				On: checks.Neutral(on), Who: checks.HostAdmin, Shell: checks.Cmd, File: true,
				Command: checks.Neutral(checks.Fill(checks.CollectCommand, values, checks.Cmd)),
			})
		}
	}
	return out
}

// collectedOn names the machines whose evidence would tell what could not be
// told from here; empty where that is no file's to tell.
func collectedOn(v steps.CheckView, env checks.Env) string {
	if v.Result.Status != checks.Unknown {
		return ""
	}
	var on []string
	for _, a := range v.Check.Proof.Ask(env) {
		if a.Who == checks.HostAdmin && !slices.Contains(on, a.On) {
			on = append(on, a.On)
		}
	}
	return strings.Join(on, ", ")
}

func changesOf(list []steps.Made) []DocumentChange {
	out := make([]DocumentChange, 0, len(list))
	for _, m := range list {
		c := DocumentChange{
			Number: m.Number, Step: string(m.Step), ID: m.Change.ID, Target: checks.Neutral(m.Change.Target), Field: m.Change.Field,
			Before: neutrals(m.Change.Before), After: neutrals(m.Change.After), At: m.At.UTC(), State: "stands",
			Command: checks.Neutral(m.Change.Command), Undo: checks.Neutral(m.Change.Undo),
		}
		switch {
		case !m.Undone.IsZero():
			c.State = "taken back"
		case m.Doubtful:
			c.State = "not recorded"
		}
		out = append(out, c)
	}
	return out
}

func neutrals(list []string) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, checks.Neutral(v))
	}
	return out
}

// versions are the pieces of evidence that name a version, each once.
func versions(list []DocumentStep) []checks.Evidence {
	out := []checks.Evidence{}
	for _, s := range list {
		for _, c := range s.Checks {
			for _, e := range c.Evidence {
				name := strings.ToLower(e.Name)
				if (strings.Contains(name, "version") || strings.Contains(name, "release") || strings.Contains(name, "build")) && !slices.Contains(out, e) {
					out = append(out, e)
				}
			}
		}
	}
	return out
}

// Counts says how many checks have each outcome, in the order of the statuses.
func (d Document) Counts() map[checks.Status]int {
	out := map[checks.Status]int{}
	for _, s := range d.Steps {
		for _, c := range s.Checks {
			out[c.Status]++
		}
	}
	return out
}

// Open counts the gates that let pass.
func (d Document) Open() int {
	n := 0
	for _, s := range d.Steps {
		if s.Gate != steps.GateClosed.String() {
			n++
		}
	}
	return n
}
