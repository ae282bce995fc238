package wine_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestLSACalls runs what the Kerberos package does on Windows alone (the LSA's
// ticket cache, the rehearsal as LocalSystem, the logged-on user's bind) on a
// machine whose LSA knows no domain: every call answers, or says why it cannot.
func TestLSACalls(t *testing.T) {
	p := bare(t)
	program := filepath.Join(p.work, "kerberos.test.exe")
	p.host(t, []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}, "go", "test", "-c", "-o", program, "sensegate/internal/kerberos")
	out := p.wine(t, program, "-test.v", "-test.run", "^TestWindows")
	for _, name := range []string{"TestWindowsTicketCache", "TestWindowsRehearsal", "TestWindowsLoggedOnUser", "TestWindowsLayouts"} {
		if !strings.Contains(out, "--- PASS: "+name) {
			t.Errorf("%s did not pass:\n%s", name, out)
		}
	}
	t.Log(out)
}
