package report_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/report"
)

func TestExit(t *testing.T) {
	const p, w, f, u, s, c, wt, pd = checks.Pass, checks.Warn, checks.Fail, checks.Unknown, checks.Skipped, checks.Crashed, checks.Waiting, checks.Pending
	type found = [][]checks.Status
	tests := []struct {
		name   string
		found  found
		only   []checks.StepID
		lax    int
		strict int
	}{
		{"all open", found{{p, p}, {p}}, nil, 0, 0},
		{"a step that does not apply", found{{p}, {s}}, nil, 0, 0},
		{"warnings", found{{p, w}, {p}}, nil, 0, 4},
		{"a failure", found{{f}, {wt}}, nil, 3, 3},
		{"a failure and a warning", found{{f, w}}, nil, 3, 3},
		{"could not tell", found{{u}, {wt}}, nil, 5, 5},
		{"could not tell and a warning", found{{u, w}}, nil, 5, 5},
		{"a failure and could not tell", found{{u, f}}, nil, 3, 3},
		{"a failure later", found{{u}, {f}}, nil, 3, 3},
		{"our bug", found{{c}, {wt}}, nil, 1, 1},
		{"our bug and could not tell", found{{c, u}}, nil, 1, 1},
		{"our bug and a failure", found{{c, f}}, nil, 3, 3},
		{"nothing was run", found{{pd}}, nil, 3, 3},
		{"a step that waits for a failure before it", found{{f}, {wt}}, []checks.StepID{"step1"}, 3, 3},
		{"a step that waits for what could not be told", found{{u}, {wt}}, []checks.StepID{"step1"}, 5, 5},
		{"a step that waits for our bug", found{{c}, {wt}}, []checks.StepID{"step1"}, 1, 1},
		{"a step that is right behind a failure", found{{f}, {p}}, []checks.StepID{"step1"}, 3, 3},
		{"a failure in a step that was not asked for", found{{p}, {f}}, []checks.StepID{"step0"}, 0, 0},
		{"a later step does not explain a closed gate", found{{pd}, {u}}, []checks.StepID{"step0"}, 3, 3},
		{"a warning in a step that was not asked for", found{{w}, {p}}, []checks.StepID{"step1"}, 0, 0},
		{"two steps were asked for", found{{p}, {w}, {f}}, []checks.StepID{"step0", "step1"}, 0, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for strict, want := range map[bool]int{false: tt.lax, true: tt.strict} {
				r := report.New(journey(tt.found...), report.Options{Only: tt.only, Strict: strict})
				if r.Exit != want {
					t.Errorf("strict %v: exit %d, want %d", strict, r.Exit, want)
				}
				if len(tt.only) > 0 && len(r.Steps) != len(tt.only) {
					t.Errorf("%d steps are reported, %d were asked for", len(r.Steps), len(tt.only))
				}
			}
		})
	}
}

// fields are the names of the schema sensegate/check/v1, and of what was added
// to it since.
func fields() map[string][]string {
	return map[string][]string{
		"report":   {"schema", "site", "simulated", "started", "tookMs", "exit", "steps", "pins"},
		"step":     {"id", "title", "gate", "checks", "why"},
		"check":    {"id", "title", "status", "cause", "expected", "seen", "evidence", "remedies", "source", "at", "tookMs", "needs", "docs", "because", "reason"},
		"evidence": {"name", "value"},
		"remedy":   {"who", "text", "command", "shell"},
	}
}

// absent are fields that are left out when they have nothing to say; every
// other one is always there.
func absent() []string { return []string{"pins", "why", "because", "reason", "command", "shell"} }

func TestJSON(t *testing.T) {
	s, causes := full()
	r := report.New(s, report.Options{Started: begun(), Ended: begun().Add(2 * time.Second), Causes: causes})
	raw := written(t, r, "json")
	seen := map[string]map[string]bool{}
	look := func(kind string, v any) map[string]any {
		t.Helper()
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("a %s is %T", kind, v)
		}
		for _, want := range fields()[kind] {
			if _, there := m[want]; !there && !slices.Contains(absent(), want) {
				t.Errorf("a %s lacks %q", kind, want)
			}
		}
		if seen[kind] == nil {
			seen[kind] = map[string]bool{}
		}
		for key := range m {
			seen[kind][key] = true
		}
		return m
	}
	var whole any
	if err := json.Unmarshal([]byte(raw), &whole); err != nil {
		t.Fatal(err)
	}
	top := look("report", whole)
	if top["schema"] != "sensegate/check/v1" || top["simulated"] != true || top["tookMs"] != 2000.0 || top["started"] != "2026-11-21T14:02:00Z" || top["exit"] != 3.0 {
		t.Errorf("%v", top)
	}
	for _, st := range listed(t, top["steps"]) {
		step := look("step", st)
		if g := step["gate"]; g != "open" && g != "closed" && g != "skipped" {
			t.Errorf("a gate is %v", g)
		}
		for _, ch := range listed(t, step["checks"]) {
			c := look("check", ch)
			for _, e := range listed(t, c["evidence"]) {
				look("evidence", e)
			}
			for _, m := range listed(t, c["remedies"]) {
				look("remedy", m)
			}
			listed(t, c["needs"])
		}
	}
	for kind, keys := range seen {
		want := slices.Sorted(slices.Values(fields()[kind]))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(keys))); diff != "" {
			t.Errorf("the fields of a %s: %s", kind, diff)
		}
	}
	if !strings.HasSuffix(raw, "}\n") || strings.Count(raw, "\n{") != 0 {
		t.Error("it is not one object and a line end")
	}
}

// listed is a JSON array; nothing is an empty one, never null.
func listed(t *testing.T, v any) []any {
	t.Helper()
	l, ok := v.([]any)
	if !ok {
		t.Errorf("a list is %T", v)
	}
	return l
}

// TestJSONOfNothing has the same lists, empty.
func TestJSONOfNothing(t *testing.T) {
	raw := written(t, report.New(journey(), report.Options{}), "json")
	if !strings.Contains(raw, `"steps": []`) {
		t.Error(raw)
	}
	raw = written(t, report.New(journey([]checks.Status{checks.Pass}), report.Options{}), "json")
	if strings.Contains(raw, "null") {
		t.Error(raw)
	}
}

func TestBecauseIsFilled(t *testing.T) {
	s, causes := full()
	c := report.New(s, report.Options{Causes: causes}).Steps[0].Checks[0]
	if c.Because != "Nobody set the thing." || c.Remedies[0].Command != "set 'the thing'" || c.TookMs != 1500 {
		t.Errorf("%+v", c)
	}
}

func TestFirstClosed(t *testing.T) {
	r := report.New(journey([]checks.Status{checks.Pass}, []checks.Status{checks.Skipped}, []checks.Status{checks.Fail}, []checks.Status{checks.Fail}), report.Options{})
	if s, ok := r.FirstClosed(); !ok || s.ID != "step2" {
		t.Errorf("%v %v", s.ID, ok)
	}
	if _, ok := report.New(journey([]checks.Status{checks.Warn}), report.Options{}).FirstClosed(); ok {
		t.Error("an open gate is called closed")
	}
}

func written(t *testing.T, r report.Report, format string) string {
	t.Helper()
	var b strings.Builder
	if err := report.Write(&b, r, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
