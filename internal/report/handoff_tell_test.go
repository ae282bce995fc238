package report_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/report"
)

// TestWhatCouldNotBeToldIsAskedFor shows that somebody who can show what nobody
// could tell is asked for it, and nobody else.
func TestWhatCouldNotBeToldIsAskedFor(t *testing.T) {
	const collects = "sensegate collect --output evidence.json"
	const command = "sc.exe query WAPCSvc"
	check := func(status checks.Status, who checks.Role) report.Document {
		c := report.DocumentCheck{Proofs: []report.Proof{
			{On: "conn01.contoso.test", Who: who, Shell: checks.Cmd, Command: command},
			{On: "conn01.contoso.test", Who: checks.HostAdmin, Shell: checks.Cmd, Command: collects, File: true},
		}}
		c.ID, c.Title, c.Status = "connector.services", "The connector and its updater run on every host", status
		return report.Document{Schema: report.DocumentSchema, Site: "contoso", Steps: []report.DocumentStep{{ID: "connector", Title: "Connector install", Checks: []report.DocumentCheck{c}}}}
	}
	for _, tt := range []struct {
		name           string
		document       report.Document
		role           string
		wants, refuses []string
	}{
		{"the host's administrator", check(checks.Unknown, checks.HostAdmin), report.RoleNetwork, []string{"could not be told", "Run on conn01.contoso.test", command, collects}, []string{"Nothing is wrong that you could mend"}},
		{"somebody else", check(checks.Unknown, checks.HostAdmin), report.RoleQlik, []string{"Nothing is wrong that you could mend", "--role network"}, []string{command}},
		{"the AD administrator, who has no such file", check(checks.Unknown, checks.ADAdmin), report.RoleAD, []string{"could not be told", command}, []string{collects}},
		{"what waits for something else", check(checks.Waiting, checks.HostAdmin), report.RoleNetwork, []string{"Nothing is wrong that you could mend"}, []string{command}},
		{"what passed", check(checks.Pass, checks.HostAdmin), report.RoleNetwork, []string{"Nothing is wrong that you could mend"}, []string{command}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := report.NewHandoff(tt.document, tt.role)
			text, script := h.Text(), h.Script()
			for _, want := range tt.wants {
				if !strings.Contains(text, want) {
					t.Errorf("the text lacks %q:\n%s", want, text)
				}
			}
			for _, never := range tt.refuses {
				if strings.Contains(text, never) {
					t.Errorf("the text holds %q:\n%s", never, text)
				}
			}
			// The program is not where the script runs.
			if strings.Contains(script, "Invoke-Line '"+collects) {
				t.Errorf("the script runs %q:\n%s", collects, script)
			}
			skeleton(t, strings.ReplaceAll(script, "\r\n", "\n"))
		})
	}
}
