package ad_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

func (w *world) spnChecks() []checks.Check {
	return spn.Checks(spn.Ports{Directory: w.directory, KDC: w.kerberos, Resolver: w.resolver})
}

// resetNames puts the names back to one owner, as it should be.
func resetNames(t *testing.T, d *dc) {
	t.Helper()
	edits := []edit{set(intranet, "servicePrincipalName"), set(qlikAccount, "servicePrincipalName")}
	for _, c := range []string{qlikServer, printer} {
		short := strings.TrimSuffix(c, "$")
		host := strings.ToLower(short) + "." + domainName
		edits = append(edits, set(c, "dNSHostName", host), set(c, "servicePrincipalName", "HOST/"+host, "HOST/"+short))
	}
	d.change(t, append(edits, set(qlikAccount, "servicePrincipalName", webSPN),
		set(qlikAccount, "userAccountControl", "512"), set(qlikAccount, "msDS-SupportedEncryptionTypes", "24"))...)
}

// TestNames gives every verdict about names on the real domain.
func TestNames(t *testing.T) {
	d := startDC(t)
	tests := []struct {
		name   string
		spoil  func(*testing.T)
		edit   func(*site.Site)
		check  checks.ID
		status checks.Status
		cause  checks.CauseID
	}{
		{name: "as it should be", check: "spn.forest", status: checks.Pass},
		{name: "nobody", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "servicePrincipalName")) }, check: "spn.owner", status: checks.Fail, cause: "spn.missing"},
		{name: "the computer", spoil: func(t *testing.T) {
			d.change(t, set(qlikAccount, "servicePrincipalName"))
			d.change(t, set(qlikServer, "servicePrincipalName", "HOST/qlik01."+domainName, webSPN))
		}, check: "spn.owner", status: checks.Fail, cause: "spn.wrong-owner"},
		{name: "another case of letters", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "servicePrincipalName", strings.ToLower(webSPN))) }, check: "spn.owner", status: checks.Pass},
		{name: "two", spoil: func(t *testing.T) { d.force(t, set(intranet, "servicePrincipalName", webSPN)) }, check: "spn.unique", status: checks.Fail, cause: "spn.duplicate"},
		{name: "a look-alike", spoil: func(t *testing.T) {
			d.change(t, set(intranet, "servicePrincipalName", strings.Replace(webSPN, "e", "\u0435", 1)))
		}, check: "spn.unique", status: checks.Fail, cause: "spn.look-alike"},
		{name: "HOST of a computer", spoil: func(t *testing.T) { d.force(t, set(printer, "servicePrincipalName", "HOST/"+webHost)) }, check: "spn.alias", status: checks.Fail, cause: "spn.host-alias"},
		{name: "a computer of that name", spoil: func(t *testing.T) { d.force(t, set(printer, "dNSHostName", webHost)) }, check: "spn.alias", status: checks.Warn, cause: "spn.machine-name"},
		{name: "an alias in DNS", edit: func(s *site.Site) { s.Publish.InternalURL = "https://alias." + domainName + "/" }, spoil: func(t *testing.T) {
			d.change(t, set(qlikAccount, "servicePrincipalName", "HTTP/alias."+domainName))
		}, check: "spn.alias", status: checks.Warn, cause: "spn.cname"},
		{name: "the short name elsewhere", spoil: func(t *testing.T) { d.change(t, set(intranet, "servicePrincipalName", "HTTP/sense")) }, check: "spn.names", status: checks.Warn, cause: "spn.name-elsewhere"},
		{name: "a name in use that nobody holds", edit: func(s *site.Site) { s.Kerberos.Names = []string{"bi." + domainName} }, check: "spn.names", status: checks.Warn, cause: "spn.name-missing"},
		{name: "a name in use that a machine answers for", edit: func(s *site.Site) { s.Kerberos.Names = []string{"qlik01." + domainName} }, check: "spn.names", status: checks.Fail, cause: "spn.name-elsewhere"},
		{name: "another name twice", spoil: func(t *testing.T) { d.force(t, set(intranet, "servicePrincipalName", "HOST/print01."+domainName)) }, check: "spn.forest", status: checks.Warn, cause: "spn.forest-duplicates"},
		{name: "RC4 alone", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "msDS-SupportedEncryptionTypes", "4")) }, check: "spn.aes", status: checks.Fail, cause: "spn.no-aes"},
		{name: "disabled", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "userAccountControl", "514")) }, check: "spn.account", status: checks.Fail, cause: "spn.account-disabled"},
		{name: "no account", edit: func(s *site.Site) { s.Qlik.ServiceAccount = netbios + `\nobody` }, check: "spn.account", status: checks.Fail, cause: "spn.account-missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resetNames(t, d)
			if tt.spoil != nil {
				tt.spoil(t)
			}
			w := open(t, d, func(s *site.Site, _ map[string]string) {
				if tt.edit != nil {
					tt.edit(s)
				}
			})
			results := w.judge(t, w.spnChecks())
			expect(t, results, tt.check, tt.status, tt.cause)
			for id, r := range results {
				if id != tt.check && (r.Status == checks.Fail || r.Status == checks.Unknown || r.Status == checks.Crashed) {
					t.Errorf("%s: %s %s: %s", id, r.Status, r.Cause, r.Seen)
				}
			}
			agree(t, d, w)
		})
	}
}

// agree holds what we read against samba-tool and ldapsearch.
func agree(t *testing.T, d *dc, w *world) {
	t.Helper()
	// samba-tool is slow to start; the account that is most often at fault is
	// asked about in every case, the others by ldapsearch.
	for _, account := range []string{intranet} {
		a, err := w.directory.Account(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs := slices.Clone(a.SPNs), d.spnsOf(t, account)
		slices.Sort(ours)
		slices.Sort(theirs)
		if !slices.Equal(ours, theirs) {
			t.Errorf("%s holds %v, samba-tool lists %v", account, ours, theirs)
		}
	}
	holders, err := w.directory.Holders(t.Context(), w.site.SPN())
	if err != nil {
		t.Fatal(err)
	}
	found := d.must(t, "", "ldapsearch", "-LLL", "-x", "-o", "ldif-wrap=no", "-H", "ldaps://"+dcHost+":3269", "-D", adminName+"@"+domainName, "-w", adminPass,
		"-b", "", "(servicePrincipalName="+w.site.SPN()+")", "sAMAccountName")
	if ours, theirs := names(holders), valuesOf(found, "sAMAccountName"); !slices.Equal(ours, theirs) {
		t.Errorf("we find %v, ldapsearch %v", ours, theirs)
	}
}

func names(list []fact.Account) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.SAM)
	}
	slices.Sort(out)
	return out
}

// valuesOf are the values of an attribute in LDIF.
func valuesOf(ldif, attribute string) []string {
	var out []string
	for line := range strings.Lines(ldif) {
		if v, ok := strings.CutPrefix(line, attribute+": "); ok {
			out = append(out, strings.TrimSpace(v))
		}
	}
	slices.Sort(out)
	return out
}
