package report_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/steps"
)

// skeleton reads PowerShell by its form (language specification, 2.3): comments
// are dropped, every string is one letter. It refuses what does not end.
func skeleton(t *testing.T, script string) string {
	t.Helper()
	const single, double = "'\u2018\u2019\u201a\u201b", "\"\u201c\u201d\u201e"
	in := []rune(strings.TrimPrefix(script, "\ufeff"))
	var out strings.Builder
	var open []rune
	for i := 0; i < len(in); i++ {
		c := in[i]
		switch {
		case c == '#' && (i == 0 || strings.ContainsRune(" \n\t;{(", in[i-1])):
			for i < len(in) && in[i] != '\n' {
				i++
			}
			out.WriteRune('\n')
		case strings.ContainsRune(single, c):
			for i++; ; i++ {
				if i >= len(in) || in[i] == '\n' {
					t.Fatalf("a string does not end in %q", script)
				}
				if strings.ContainsRune(single, in[i]) {
					if i+1 < len(in) && strings.ContainsRune(single, in[i+1]) {
						i++
						continue
					}
					break
				}
			}
			out.WriteRune('S')
		case strings.ContainsRune(double, c):
			for i++; i < len(in) && !strings.ContainsRune(double, in[i]); i++ {
				if in[i] == '`' {
					i++
				}
			}
			out.WriteRune('D')
		case strings.ContainsRune("({[", c):
			open = append(open, c)
			out.WriteRune(c)
		case strings.ContainsRune(")}]", c):
			if len(open) == 0 || open[len(open)-1] != map[rune]rune{')': '(', '}': '{', ']': '['}[c] {
				t.Fatalf("%c closes nothing in\n%s", c, script)
			}
			open = open[:len(open)-1]
			out.WriteRune(c)
		case c == '\r':
		default:
			out.WriteRune(c)
		}
	}
	if len(open) > 0 {
		t.Fatalf("%q is never closed in\n%s", string(open), script)
	}
	return out.String()
}

// everyCause is a document in which every cause of the catalogue was found, its
// placeholders filled with one value.
func everyCause(t *testing.T, value string) report.Document {
	t.Helper()
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	d := report.Document{Schema: report.DocumentSchema, Site: value}
	for _, s := range steps.Order(steps.Ports{}) {
		out := report.DocumentStep{ID: string(s.ID), Title: s.Title}
		for id, c := range causes {
			if !strings.HasPrefix(string(id), string(s.ID)+".") {
				continue
			}
			vars := map[string]string{}
			for _, f := range c.Fixes {
				for _, part := range strings.Split(f.Text+f.Command, "{")[1:] {
					if name, _, ok := strings.Cut(part, "}"); ok {
						vars[name] = value
					}
				}
			}
			// What PowerShell itself puts into braces is no placeholder.
			for name := range vars {
				if strings.IndexFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && c != '-' }) >= 0 {
					delete(vars, name)
				}
			}
			vars["spn"], vars["account-name"], vars["connector"] = value, value, value
			out.Checks = append(out.Checks, report.DocumentCheck{
				Check: report.Check{ID: string(id), Title: c.Title, Status: checks.Fail, Cause: string(id), Expected: value, Seen: value, Because: value, Remedies: c.Remedies(vars)},
				Vars:  vars,
			})
		}
		// The order of a map is not the same twice.
		for i := range out.Checks {
			for j := range i {
				if out.Checks[i].ID < out.Checks[j].ID {
					out.Checks[i], out.Checks[j] = out.Checks[j], out.Checks[i]
				}
			}
		}
		d.Steps = append(d.Steps, out)
	}
	return d
}

// TestScriptsHoldWhatServersSay writes every cause's script with values that try
// to leave their strings: its statements stay the same.
func TestScriptsHoldWhatServersSay(t *testing.T) {
	hostiles := []string{
		`O'Brien`, `'; Remove-Item C:\ -Recurse; '`, "\u2019; calc; \u2018", `$(calc)`, "`calc`", `"; calc; "`, `%COMSPEC% & calc`, "a\nRemove-Item C:\\", "}) ; calc ; ({", "#> calc <#", "<#", "{spn}", hostile,
	}
	for _, role := range report.HandoffRoles() {
		want := skeleton(t, report.NewHandoff(everyCause(t, "plain"), role).Script())
		if strings.Count(want, "ShouldProcess(S, S)") == 0 {
			t.Errorf("%s: nothing asks before it changes", role)
		}
		for _, v := range hostiles {
			if got := skeleton(t, report.NewHandoff(everyCause(t, checks.Neutral(v)), role).Script()); got != want {
				t.Errorf("%s: %q changes the script:\n%s", role, v, firstDifference(want, got))
			}
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one is longer"
}

// TestScriptForm has what Windows PowerShell 5.1 needs.
func TestScriptForm(t *testing.T) {
	s := report.NewHandoff(everyCause(t, "plain"), report.RoleAD).Script()
	if !strings.HasPrefix(s, "\ufeff#") || strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\n") {
		t.Error("no byte order mark, or another line end")
	}
	for _, want := range []string{"SupportsShouldProcess = $true", "ConfirmImpact = 'High'", "----- BEGIN PROOF -----", "Invoke-Line 'setspn.exe -D", "-WhatIf"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q", want)
		}
	}
	// Whatever changes something stands in a question.
	for l := range strings.Lines(s) {
		for _, verb := range []string{"Set-", "New-", "Remove-", "Add-", "Enable-", "Restart-", "Invoke-Line 'setspn.exe -D"} {
			if strings.HasPrefix(l, verb) && !strings.HasPrefix(l, "Set-StrictMode") {
				t.Errorf("nobody is asked before %s", l)
			}
		}
	}
}

// TestHandoffIsForOneRole divides all work, and says who has the rest.
func TestHandoffIsForOneRole(t *testing.T) {
	d := everyCause(t, "plain")
	for _, role := range report.HandoffRoles() {
		h := report.NewHandoff(d, role)
		if len(h.Items) == 0 || len(h.Others) != 3 {
			t.Errorf("%s: %d items, others %v", role, len(h.Items), h.Others)
		}
		text := h.Text()
		for _, i := range h.Items {
			if len(i.Fixes) == 0 || i.Wrong == "" || i.More == "" {
				t.Errorf("%s: %+v", role, i)
			}
		}
		for _, other := range report.HandoffRoles() {
			if other != role && !strings.Contains(text, "--role "+other) {
				t.Errorf("%s does not say that %s has work too", role, other)
			}
		}
	}
	if text := report.NewHandoff(report.Document{}, report.RoleQlik).Text(); !strings.Contains(text, "Nothing is wrong that you could mend.") {
		t.Error(text)
	}
	skeleton(t, report.NewHandoff(report.Document{}, report.RoleQlik).Script())
}

// TestForeignCommandsAreOnlyShown runs nothing that a file brought along, and
// nothing that was made from placeholders.
func TestForeignCommandsAreOnlyShown(t *testing.T) {
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	in := `{"schema":"sensegate/report/v1","steps":[{"id":"spn","checks":[
		{"id":"spn.owner","status":"fail","cause":"spn.missing","remedies":[{"who":"AD administrator","text":"Do.","command":"Remove-Item C:\\ -Recurse","shell":"powershell"}],
		 "proofs":[{"on":"here","who":"AD administrator","shell":"powershell","command":"Format-Volume C"}]},
		{"id":"spn.unique","status":"fail","cause":"spn.duplicate","vars":{"spn":"HTTP/'; calc; '","holder":"x'; calc; '","domain":"d","connector":"c","account-name":"q"}}]}]}`
	d, err := report.Reread(strings.NewReader(in), causes, false)
	if err != nil {
		t.Fatal(err)
	}
	script := report.NewHandoff(d, report.RoleAD).Script()
	s := skeleton(t, script)
	for _, bad := range []string{"Remove-Item", "Format-Volume", "calc"} {
		if strings.Contains(s, bad) {
			t.Errorf("%s can be run:\n%s", bad, s)
		}
		if !strings.Contains(script, bad) {
			t.Errorf("%s is not even shown", bad)
		}
	}
	if !strings.Contains(s, "Invoke-Line S") {
		t.Error("what the catalogue says about it is not run either")
	}
	d.Redacted = true
	if s := skeleton(t, report.NewHandoff(d, report.RoleAD).Script()); strings.Contains(s, "    Invoke-Line S") {
		t.Errorf("placeholders can be run:\n%s", s)
	}
}
