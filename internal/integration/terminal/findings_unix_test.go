//go:build unix

package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// findings are what the practice lab says in the states that the golden screens
// show: everything proved, one fault for each step, and nothing to be reached.
func findings() map[string][]string {
	out := map[string][]string{"finished": {"check", "--demo", "--finished", "--format", "json"}}
	for step, fault := range map[string]string{
		"site": "role-missing", "sync": "user-unsynchronised", "connector": "connector-stopped", "app": "app-internal-url",
		"allowlist": "allowlist-missing", "spn": "spn-missing", "kerberos": "kerberos-off", "delegation": "delegation-missing",
		"sso": "sso-other-spn", "verify": "upgrade-stripped",
	} {
		out[step] = []string{"check", "--demo", "--fault", fault, "--step", step, "--format", "json"}
	}
	return out
}

// stored is where the golden screens read them.
func stored(name string) string {
	return filepath.Join("..", "..", "..", "ui", "testdata", "lab", name+".json")
}

// finding is what of a check decides how its lines look.
type finding struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Status   string            `json:"status"`
	Cause    string            `json:"cause,omitempty"`
	Because  string            `json:"because,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Expected string            `json:"expected"`
	Seen     string            `json:"seen"`
	Remedies []json.RawMessage `json:"remedies"`
	Docs     string            `json:"docs,omitempty"`
	Needs    []string          `json:"needs,omitempty"`
}

type report struct {
	Steps []struct {
		ID     string    `json:"id"`
		Checks []finding `json:"checks"`
	} `json:"steps"`
}

// varies is what differs from run to run: ports, times, fingerprints.
var varies = regexp.MustCompile(`127\.0\.0\.1:\d+|:\d{4,5}\b|\d{4}-\d\d-\d\d[T ]?[0-9:.]*Z?|\b\d+(\.\d+)? ?(ms|s|µs|min)\b|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9A-Fa-f]{40}\b`)

func steady(text string) string {
	return varies.ReplaceAllStringFunc(text, func(s string) string {
		return regexp.MustCompile(`[0-9a-fA-F]`).ReplaceAllString(s, "0")
	})
}

func reported(t *testing.T, args []string) []byte {
	t.Helper()
	cmd := exec.Command(sensegate, args...)
	cmd.Env = environment(t)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return encoded(t, r)
}

func encoded(t *testing.T, r report) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return []byte(steady(b.String()))
}

// TestTheGoldenScreensShowWhatTheLabSays holds what the golden screens are drawn
// from against the lab as it is now: the screens show real findings of real
// steps. A check that came later, or was worded better, makes them no less so.
func TestTheGoldenScreensShowWhatTheLabSays(t *testing.T) {
	all := map[string][]byte{}
	for name, args := range findings() {
		all[name] = reported(t, args)
	}
	site, stop := startedLab(t)
	stop()
	all["gone"] = reported(t, []string{"check", "--site", site, "--format", "json"})
	for name, got := range all {
		if *update {
			if err := os.MkdirAll(filepath.Dir(stored(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(stored(name), got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(stored(name))
		if err != nil {
			t.Fatal(err)
		}
		if a := alike(lines(t, want), lines(t, got)); a < likeness {
			t.Errorf("%s: only %.0f %% of it is what the lab says (-update takes it anew)", stored(name), 100*a)
		}
	}
}

// lines are the findings of a report, one a line.
func lines(t *testing.T, text []byte) []string {
	t.Helper()
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			out = append(out, fmt.Sprint(c.ID, c.Status, c.Cause, c.Reason))
		}
	}
	return out
}
