package ad_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// manyAccounts is more than a page, and as many as this Samba takes in within a
// quarter of a minute: it writes some eighty a second. A hundred thousand are the
// benchmark's, on the lab's directory.
const manyAccounts = 1200

// TestAuditOfManyAccounts loads the real domain with accounts, half of them with
// two names, and holds the audit of the forest against ldapsearch, which reads
// the same attribute page by page: the same accounts, the same names, and the
// one duplicate that is there.
func TestAuditOfManyAccounts(t *testing.T) {
	d := startDC(t)
	var ldif strings.Builder
	for i := range manyAccounts {
		fmt.Fprintf(&ldif, "dn: CN=svc%05d,CN=Users,%s\nobjectClass: user\nsAMAccountName: svc%05d\nservicePrincipalName: HTTP/host%05d.%s\n", i, baseDN, i, i, domainName)
		if i%2 == 0 {
			fmt.Fprintf(&ldif, "servicePrincipalName: HTTP/host%05d\n", i)
		}
		ldif.WriteString("\n")
	}
	began := time.Now()
	if err := ldbadd(d.dir, ldif.String()); err != nil {
		t.Fatal(err)
	}
	loaded := time.Since(began)
	d.force(t, set("svc00002", "servicePrincipalName", "HTTP/HOST00001."+domainName))

	w := open(t, d, nil)
	if _, err := w.directory.RootDSE(t.Context()); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	audit, err := w.directory.Audit(t.Context())
	ours := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	read := d.must(t, "", "ldapsearch", "-LLL", "-x", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-H", "ldaps://"+dcHost+":3269", "-D", adminName+"@"+domainName, "-w", adminPass,
		"-b", "", "(servicePrincipalName=*)", "servicePrincipalName")
	theirs := time.Since(began)
	accounts, names := strings.Count(read, "dn: "), strings.Count(read, "servicePrincipalName: ")
	if audit.Accounts != accounts || audit.Names != names || accounts < manyAccounts || names < manyAccounts*3/2-1 {
		t.Errorf("we read %d names of %d accounts, ldapsearch %d of %d", audit.Names, audit.Accounts, names, accounts)
	}
	if audit.Doubled != 1 || len(audit.Groups) != 1 || len(audit.Groups[0].Holders) != 2 {
		t.Errorf("%+v", audit)
	}
	t.Logf("%d accounts loaded in %s; audited in %s, the second reading for the holders included; ldapsearch took %s", manyAccounts, loaded.Round(time.Second), ours.Round(time.Millisecond), theirs.Round(time.Millisecond))
}
