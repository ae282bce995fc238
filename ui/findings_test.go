package ui

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// findings are what the practice lab said: for "finished" about every check, for
// each step about its checks while something there is broken. A test that runs
// the program keeps them (internal/integration/terminal, -update).
type findings map[string]map[checks.ID]labFinding

type labFinding struct {
	ID       checks.ID
	Title    string
	Status   checks.Status
	Cause    checks.CauseID
	Because  string
	Reason   checks.Reason
	Expected string
	Seen     string
	Remedies []checks.Remedy
	Docs     string
	Needs    []checks.ID
}

func (l labFinding) cause() checks.Cause {
	return checks.Cause{ID: l.Cause, Because: l.Because}
}

func (l labFinding) result(t *testing.T, id checks.ID, at time.Time) checks.Result {
	t.Helper()
	r := checks.Result{
		ID: id, Status: l.Status, Cause: l.Cause, Reason: l.Reason, Expected: l.Expected, Seen: l.Seen,
		Remedies: l.Remedies, At: at, Took: 40 * time.Millisecond, Source: checks.Live,
	}
	if l.Status == checks.Waiting {
		r.WaitsFor = l.Needs
	}
	if id == "spn.owner" {
		r = r.Compare(checks.Table{Columns: []string{"name", "needed by", "held by"}}.Row(l.Status, "HTTP/sense.contoso.test", `CONTOSO\qlik`, or(map[checks.Status]string{checks.Pass: `CONTOSO\qlik`}[l.Status], "nobody")))
	}
	return r
}

func labFindings(t *testing.T) findings {
	t.Helper()
	out := findings{}
	files, err := filepath.Glob(filepath.Join("testdata", "lab", "*.json"))
	if err != nil || len(files) < 11 {
		t.Fatalf("%d files of findings, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if name == "steps" {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Steps []struct{ Checks []labFinding }
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[name] = map[checks.ID]labFinding{}
		for _, s := range r.Steps {
			for _, c := range s.Checks {
				out[name][c.ID] = c
			}
		}
	}
	return out
}

// stepText is what a step's page says of its own accord.
type stepText struct {
	ID                     checks.StepID
	Title, Short           string
	What, Why              string
	Seed, SeedFrom         string
	Planned                bool
	Manual                 []steps.Instruction
	Checks                 []checks.ID
	CheckTitles, CheckWhys []string
}

// labSteps are the product's own steps as they were when the findings were
// taken: a word that is bettered later makes no screen untrue, and a test says
// when they have drifted too far apart.
func labSteps(t *testing.T, f findings) steps.Snapshot {
	t.Helper()
	now := make([]stepText, 0, 10)
	for _, s := range steps.Order(steps.Ports{}) {
		x := stepText{
			ID: s.ID, Title: s.Title, Short: s.Short, What: s.What, Why: s.Why, Seed: s.Seed, SeedFrom: s.SeedFrom,
			Planned: s.Plan != nil, Manual: s.Manual,
		}
		for _, c := range s.Checks {
			if _, known := f["finished"][c.ID]; known {
				x.Checks, x.CheckTitles, x.CheckWhys = append(x.Checks, c.ID), append(x.CheckTitles, c.Title), append(x.CheckWhys, c.Why)
			}
		}
		now = append(now, x)
	}
	path := filepath.Join("testdata", "lab", "steps.json")
	if *update {
		text, err := json.MarshalIndent(now, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept []stepText
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	if a := alike(kept, now); a < 0.8 {
		t.Errorf("%s: only %.0f %% of it is what the steps say now (-update takes it anew)", path, 100*a)
	}
	site := fakeSite()
	out := steps.Snapshot{Site: site}
	for _, x := range kept {
		v := steps.StepView{Step: steps.Step{ID: x.ID, Title: x.Title, Short: x.Short, What: x.What, Why: x.Why, Seed: x.Seed, SeedFrom: x.SeedFrom, Manual: x.Manual}}
		if x.Planned {
			v.Plan = brokenPlan
		}
		for _, in := range x.Manual {
			v.Instructions = append(v.Instructions, in.Filled(site))
		}
		for i, id := range x.Checks {
			known := f["finished"][id]
			v.Checks = append(v.Checks, steps.CheckView{Check: checks.Check{ID: id, Step: x.ID, Title: x.CheckTitles[i], Why: x.CheckWhys[i], Docs: known.Docs, Needs: known.Needs}})
		}
		out.Steps = append(out.Steps, v)
	}
	return out
}

// alike is how much of what is kept is still said.
func alike(kept, now []stepText) float64 {
	said := map[string]bool{}
	for _, l := range sentences(now) {
		said[l] = true
	}
	all, same := sentences(kept), 0
	for _, l := range all {
		if said[l] {
			same++
		}
	}
	return float64(same) / float64(max(len(all), 1))
}

func sentences(list []stepText) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Title, s.What, s.Why)
		for i, id := range s.Checks {
			out = append(out, fmt.Sprint(id, s.CheckTitles[i]))
		}
	}
	return out
}
