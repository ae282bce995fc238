package wine_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// calls runs what two packages do on Windows alone, on a machine whose
// LSA knows no domain: the Kerberos package asks the LSA's ticket cache, rehearses
// as LocalSystem and binds as the logged-on user, the collector reads the machine.
// Every call answers, or says why it cannot.
func (p *prefix) calls(t *testing.T) {
	for of, tests := range map[string][]string{
		"kerberos": {"TicketCache", "Rehearsal", "LoggedOnUser", "Layouts"},
		"collect":  {"Layouts", "States", "Accounts", "Programs", "Verdicts", "Machine"},
	} {
		t.Run(of, func(t *testing.T) {
			program := filepath.Join(p.work, of+".test.exe")
			p.host(t, []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}, "go", "test", "-c", "-o", program, "sensegate/internal/"+of)
			out := p.wine(t, program, "-test.v", "-test.run", "^TestWindows")
			for _, name := range tests {
				if !strings.Contains(out, "--- PASS: TestWindows"+name) {
					t.Errorf("TestWindows%s did not pass:\n%s", name, out)
				}
			}
			t.Log(out)
		})
	}
}
