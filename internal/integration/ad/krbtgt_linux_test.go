package ad_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/delegation"
	"sensegate/internal/fact"
)

// TestTicketService reads the account of the ticket service as Samba holds it,
// against what ldapsearch shows of it, and warns once it is marked as sensitive.
func TestTicketService(t *testing.T) {
	d := startDC(t)
	list := func(w *world) []checks.Check { return delegation.Checks(delegation.Ports{Directory: w.directory}) }
	stands := func(w *world) (r checks.Result, row string) {
		t.Helper()
		r = w.ask(t, list(w), "delegation.user")
		for _, e := range r.Evidence {
			if e.Name == "account krbtgt" {
				row = e.Value
			}
		}
		return r, row
	}
	w := open(t, d, nil)
	shown := d.must(t, "", "ldapsearch", "-LLL", "-x", "-o", "ldif-wrap=no", "-H", "ldaps://"+dcHost, "-D", adminName+"@"+domainName, "-w", adminPass,
		"-b", "DC="+strings.ReplaceAll(domainName, ".", ",DC="), "(sAMAccountName=krbtgt)", "userAccountControl")
	theirs := valuesOf(shown, "userAccountControl")
	r, row := stands(w)
	a, err := w.directory.Account(t.Context(), "krbtgt")
	if err != nil || len(theirs) != 1 || strconv.FormatUint(uint64(a.UAC), 10) != theirs[0] {
		t.Errorf("we read %d, %v, and ldapsearch %v", a.UAC, err, theirs)
	}
	if r.Status != checks.Pass || !strings.HasPrefix(row, fmt.Sprintf("userAccountControl 0x%X, ", a.UAC)) || !strings.Contains(row, "password set ") || !strings.HasSuffix(row, "no mark for or against delegation") {
		t.Errorf("%s %s, %q", r.Status, r.Seen, row)
	}
	d.change(t, uac("krbtgt", int(a.UAC)|fact.UACNotDelegated)...)
	if r, row = stands(open(t, d, nil)); r.Status != checks.Warn || r.Cause != "delegation.krbtgt-sensitive" || !strings.HasSuffix(row, ", NOT_DELEGATED") {
		t.Errorf("%s %s %s, %q", r.Status, r.Cause, r.Seen, row)
	}
}
