package steps_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/steps"
)

// oneWay are the instructions that are done in one place, and why. They are
// named by how they begin.
func oneWay() map[string]string {
	return map[string]string{
		"Have an account":                  "it is had, not typed",
		"Apply and confirm":                "a question of the QMC; from Qlik-Cli the proxy restarts unasked",
		"Open {internal-url} in a browser": "what a person sees in a browser; klist is the same program in every shell",
		"Open {external-url}":              "what a person sees on a phone",
		"Install Entra Connect":            "an assistant on the server; Microsoft documents no unattended installation of it",
		"Start a cycle":                    "on the server alone; no page of the admin center starts one",
		"Download and install":             "the file comes from the admin center, where its terms are accepted",
		"What only the host can tell":      "this program's own command; --script is its PowerShell",
		"Look the file through":            "this program's own command, the same in every shell",
		"Leave single sign-on off":         "nothing is done",
		"Choose the delegated login":       "the command of the instruction before sets both",
	}
}

// TestInstructionsHaveTheirWays: what is to be done by hand can be clicked and
// can be typed, for all that Entra, Qlik and the directory offer both; what has
// one way only is listed with its reason, and nothing is listed for nothing.
func TestInstructionsHaveTheirWays(t *testing.T) {
	clicked := []checks.Shell{checks.Portal, checks.QMC}
	needed := map[string]bool{}
	for _, s := range steps.Order(steps.Ports{}) {
		for i := 0; i < len(s.Manual); {
			first := s.Manual[i]
			if strings.HasPrefix(first.Do, checks.Alternative) {
				t.Fatalf("%s: %q repeats nothing", s.ID, first.Do)
			}
			var ways []checks.Shell
			for ; i < len(s.Manual) && (len(ways) == 0 || strings.HasPrefix(s.Manual[i].Do, checks.Alternative)); i++ {
				if m := s.Manual[i]; m.Who != first.Who || len(ways) > 0 && m.Command == "" {
					t.Errorf("%s: %q is no other way of %q", s.ID, m.Do, first.Do)
				}
				ways = append(ways, s.Manual[i].Where)
			}
			reason := ""
			for begin, why := range oneWay() {
				if strings.HasPrefix(first.Do, begin) {
					reason, needed[begin] = why, true
				}
			}
			if reason != "" {
				if len(ways) > 1 {
					t.Errorf("%s: %q has the ways %v, though %s", s.ID, first.Do, ways, reason)
				}
				continue
			}
			if len(ways) < 2 || !slices.Contains(ways, checks.PowerShell) {
				t.Errorf("%s: %q is done in %v alone", s.ID, first.Do, ways)
			}
			// What is read or set in the console of its own system can be clicked.
			if who := first.Who; (who == checks.EntraAdmin || who == checks.QlikAdmin) && !slices.ContainsFunc(ways, func(w checks.Shell) bool { return slices.Contains(clicked, w) }) {
				t.Errorf("%s: %q cannot be clicked: %v", s.ID, first.Do, ways)
			}
		}
	}
	for begin := range oneWay() {
		if !needed[begin] {
			t.Errorf("no instruction begins with %q", begin)
		}
	}
}

// TestProxiesKeepTheirSwitches: Update-QlikProxy takes what it is not given for
// off, so every command of ours names both switches.
func TestProxiesKeepTheirSwitches(t *testing.T) {
	var commands []string
	for _, c := range catalogue(t) {
		for _, f := range c.Fixes {
			commands = append(commands, f.Command)
		}
	}
	for _, s := range steps.Order(steps.Ports{}) {
		for _, m := range s.Manual {
			commands = append(commands, m.Command)
		}
	}
	seen := 0
	for _, c := range commands {
		if !strings.Contains(c, "Update-QlikProxy ") {
			continue
		}
		seen++
		if !strings.Contains(c, "-KerberosAuthentication ") || !strings.Contains(c, "-AllowHttp ") {
			t.Errorf("switches something off: %s", c)
		}
	}
	if seen < 3 {
		t.Errorf("only %d commands were looked at", seen)
	}
}
