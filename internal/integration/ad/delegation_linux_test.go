package ad_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/delegation"
	"sensegate/checks/spn"
	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	practice "sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/steps"
)

// kept forgets what a plan records: the journal has tests of its own.
type kept struct{}

func (kept) Intend(checks.StepID, steps.Change) error   { return nil }
func (kept) Outcome(checks.StepID, steps.Applied) error { return nil }

func (w *world) plan(t *testing.T, step checks.StepID) steps.Plan {
	t.Helper()
	order := steps.Order(steps.Ports{Directory: w.directory, Kerberos: w.kerberos, Resolver: w.resolver})
	i := slices.IndexFunc(order, func(s steps.Step) bool { return s.ID == step })
	plan, err := order[i].Plan(t.Context(), checks.NewEnv(w.site, nil, nil), steps.Writers{Directory: w.writer})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func (w *world) apply(t *testing.T, plan steps.Plan) []steps.Applied {
	t.Helper()
	done, err := plan.Apply(t.Context(), plan.Confirm(), kept{}, func(int, steps.Applied, bool) {})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// shown is what samba-tool shows of an account's delegation.
func (d *dc) shown(t *testing.T, account string) string {
	t.Helper()
	return d.tool(t, "delegation", "show", account)
}

// TestPlans walks from nothing to a rehearsal that succeeds by the plans alone,
// holds what they wrote against samba-tool, and takes everything back.
func TestPlans(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "msDS-SupportedEncryptionTypes", "4"))
	w := open(t, d, nil)

	names := w.plan(t, spn.Step)
	applied := w.apply(t, names)
	if got := d.spnsOf(t, qlikAccount); !slices.Equal(got, []string{webSPN}) {
		t.Errorf("samba-tool lists %v", got)
	}
	if out := d.must(t, "", "ldbsearch", "-H", d.path("private", "sam.ldb"), "(sAMAccountName="+qlikAccount+")", "msDS-SupportedEncryptionTypes"); !strings.Contains(out, ": 28") {
		t.Errorf("after the plan: %s", out)
	}
	d.setPassword(t, qlikAccount, secretOf(qlikAccount))
	trust := w.plan(t, delegation.Step)
	if len(trust.Changes) != 2 || !strings.HasSuffix(trust.Changes[0].Right, "(you are one)") {
		t.Errorf("%+v", trust.Changes)
	}
	applied = append(applied, w.apply(t, trust)...)
	if out := d.shown(t, connector); !strings.Contains(out, "Account-Trusted-For-Delegation-To-Any-Protocol") && !strings.Contains(out, "Account-With-Any-Protocol") && !strings.Contains(out, "True") || !strings.Contains(out, webSPN) {
		t.Errorf("samba-tool shows %s", out)
	}
	startApache(t, d.ca, d.keytab(t, webSPN), front{})
	if r := w.ask(t, w.delegationChecks(), "delegation.rehearsal"); r.Status != checks.Pass {
		t.Errorf("%s %s: %s", r.Status, r.Cause, r.Seen)
	}
	if again := slices.Concat(w.plan(t, spn.Step).Changes, w.plan(t, delegation.Step).Changes); len(again) != 0 {
		t.Errorf("still planned: %+v", again)
	}
	slices.Reverse(applied)
	for _, a := range applied {
		if err := a.Change.Revert(t.Context()); err != nil {
			t.Errorf("undoing %s: %v", a.Change.ID, err)
		}
	}
	if out := d.shown(t, connector); strings.Contains(out, webSPN) {
		t.Errorf("samba-tool still shows %s", out)
	}
	if got := d.spnsOf(t, qlikAccount); len(got) != 0 {
		t.Errorf("samba-tool still lists %v", got)
	}
	// What is shown as LDIF does the same, typed into OpenLDAP's program.
	byHand := 0
	for _, c := range slices.Concat(w.plan(t, spn.Step).Changes, w.plan(t, delegation.Step).Changes) {
		for _, e := range c.Also {
			if e.As == "LDIF" {
				byHand++
				d.must(t, strings.Join(e.Lines, "\n")+"\n", "ldapmodify", "-x", "-H", "ldaps://"+dcHost, "-D", adminName+"@"+domainName, "-w", adminPass)
			}
		}
	}
	if left := slices.Concat(w.plan(t, spn.Step).Changes, w.plan(t, delegation.Step).Changes); byHand != 4 || len(left) != 0 {
		t.Errorf("%d changes by hand, still planned: %+v", byHand, left)
	}
	if out := d.shown(t, connector); !strings.Contains(out, webSPN) {
		t.Errorf("samba-tool shows %s", out)
	}
}

// TestActing composes the descriptor of resource-based delegation beside what
// samba-tool wrote, and has samba-tool read it. This Samba refuses the attribute
// over LDAP, where Windows takes it; so our own lab's directory takes the write,
// and the bytes are carried over.
func TestActing(t *testing.T) {
	d := startDC(t)
	w := open(t, d, nil)
	conn, err := w.directory.Account(t.Context(), connector)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.writer.AllowActing(t.Context(), dnOf(qlikAccount), conn.SID); checks.KindOf(err) != fact.Refused || checks.CodeOf(err) != "8239" {
		t.Errorf("written over LDAP: %v", err)
	}
	d.tool(t, "delegation", "add-principal", qlikAccount, second)
	l, err := practice.Start(t.Context(), practice.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	lab := &world{site: l.Site()}
	if lab.dialer, err = netprobe.New(lab.site); err != nil {
		t.Fatal(err)
	}
	lab.directory = directory.New(lab.site, lab.dialer, kerberos.New(lab.site, lab.dialer, nil), nil)
	t.Cleanup(func() { _ = lab.directory.Close() })
	account, err := lab.directory.Account(t.Context(), lab.site.ServiceAccountName())
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.directory.Account(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	writer := directory.NewWriter(lab.directory)
	for _, sid := range []string{other.SID, conn.SID} {
		if err := writer.AllowActing(t.Context(), account.DN, sid); err != nil {
			t.Fatal(err)
		}
	}
	d.carry(t, lab.site, account.DN)
	out := d.shown(t, qlikAccount)
	for _, c := range []string{connector, second} {
		if !strings.Contains(out, dnOf(c)) {
			t.Errorf("samba-tool does not show %s in\n%s", c, out)
		}
	}
	service, err := w.directory.Account(t.Context(), qlikAccount)
	if err != nil || len(service.ActOnBehalf) != 2 || !delegation.Acting(service, conn) {
		t.Errorf("%+v, %v", service.ActOnBehalf, err)
	}
	r := w.judge(t, append(w.spnChecks(), w.delegationChecks()...), "spn.account", "delegation.list", "delegation.transition")
	expect(t, r, "delegation.list", checks.Pass, "")
	expect(t, r, "delegation.transition", checks.Pass, "")
	if err := writer.DisallowActing(t.Context(), account.DN, conn.SID); err != nil {
		t.Fatal(err)
	}
	d.carry(t, lab.site, account.DN)
	if out = d.shown(t, qlikAccount); strings.Contains(out, dnOf(connector)) || !strings.Contains(out, dnOf(second)) {
		t.Errorf("samba-tool shows\n%s", out)
	}
}

// carry takes the descriptor that the lab's directory holds to Samba.
func (d *dc) carry(t *testing.T, from site.Site, dn string) {
	t.Helper()
	const attribute = "msDS-AllowedToActOnBehalfOfOtherIdentity"
	admin := contoso.Admin()
	env := d.env
	d.env = append(slices.Clone(env), "LDAPTLS_REQCERT=never")
	out := d.must(t, "", "ldapsearch", "-LLL", "-x", "-o", "ldif-wrap=no", "-H", "ldaps://"+from.Resolve(contoso.DC+":636"),
		"-D", admin.UPN, "-w", admin.Password, "-b", dn, "-s", "base", attribute)
	d.env = env
	_, value, ok := strings.Cut(out, attribute+":: ")
	if !ok {
		t.Fatalf("no descriptor in %s", out)
	}
	value, _, _ = strings.Cut(value, "\n")
	if err := ldbmodify(d.dir, "dn: "+dnOf(qlikAccount)+"\nchangetype: modify\nreplace: "+attribute+"\n"+attribute+":: "+value+"\n"); err != nil {
		t.Fatal(err)
	}
}

// TestTrust gives the verdicts about the accounts.
func TestTrust(t *testing.T) {
	d := startDC(t)
	tests := []struct {
		name   string
		spoil  func(*testing.T)
		check  checks.ID
		status checks.Status
		cause  checks.CauseID
	}{
		{"as it should be", nil, "delegation.list", checks.Pass, ""},
		{"groups are open", nil, "delegation.groups", checks.Pass, ""},
		{"auditors", nil, "delegation.auditors", checks.Pass, ""},
		{"anything", func(t *testing.T) { d.change(t, set(connector, "userAccountControl", "528384")) }, "delegation.constrained", checks.Fail, "delegation.unconstrained"},
		{"a name too many", func(t *testing.T) {
			d.change(t, set(connector, "msDS-AllowedToDelegateTo", webSPN, "HOST/print01."+domainName))
		}, "delegation.list", checks.Warn, "delegation.extra"},
		{"a ghost", func(t *testing.T) {
			d.change(t, set(connector, "msDS-AllowedToDelegateTo", webSPN, "MSSQLSvc/gone."+domainName))
		}, "delegation.list", checks.Warn, "delegation.ghost"},
		{"the domain controller", func(t *testing.T) { d.change(t, set(connector, "msDS-AllowedToDelegateTo", webSPN, "ldap/"+dcHost)) }, "delegation.list", checks.Fail, "delegation.domain-controller"},
		{"the ticket service", func(t *testing.T) {
			d.change(t, set(connector, "msDS-AllowedToDelegateTo", webSPN, "krbtgt/"+realmName))
		}, "delegation.list", checks.Fail, "delegation.domain-controller"},
		{"a protected user", func(t *testing.T) { d.tool(t, "group", "addmembers", "Protected Users", alice) }, "delegation.user", checks.Fail, "delegation.user-protected"},
		{"groups are closed", func(t *testing.T) {
			ldif := "dn: CN=Pre-Windows 2000 Compatible Access,CN=Builtin," + baseDN + "\nchangetype: modify\nreplace: member\n"
			if err := ldbmodify(d.dir, ldif); err != nil {
				t.Fatal(err)
			}
		}, "delegation.groups", checks.Warn, "delegation.groups-closed"},
		{"an administrator runs Qlik", func(t *testing.T) { d.tool(t, "group", "addmembers", "Domain Admins", qlikAccount) }, "delegation.auditors", checks.Warn, "delegation.service-privileged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ready(t, d)
			if tt.spoil != nil {
				tt.spoil(t)
			}
			w := open(t, d, nil)
			r := w.judge(t, append(w.spnChecks(), w.delegationChecks()...), "spn.account", tt.check)
			expect(t, r, tt.check, tt.status, tt.cause)
		})
	}
}

// TestRefusedWrites says why the domain controller refuses a write.
func TestRefusedWrites(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	admin := open(t, d, nil)
	helpless := open(t, d, func(s *site.Site, secrets map[string]string) {
		s.Directory.User, secrets["directory"] = "bob@"+domainName, secretOf("bob")
	})
	conn, err := admin.directory.Account(t.Context(), connector)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, tt := range []struct {
		name      string
		err       error
		kind      fact.ErrorKind
		code, why string
	}{
		{"a name that is taken", admin.writer.AddSPN(ctx, dnOf(intranet), webSPN), fact.Refused, "", "name"},
		{"a name without rights", helpless.writer.AddSPN(ctx, dnOf(qlikAccount), "HTTP/other."+domainName), fact.NoRight, "insufficientAccessRights", "you may not"},
		{"a list without rights", helpless.writer.AddDelegation(ctx, conn.DN, webSPN), fact.NoRight, "insufficientAccessRights", "you may"},
		{"a flag without rights", helpless.writer.SetProtocolTransition(ctx, conn.DN, conn.UAC, true), fact.NoRight, "insufficientAccessRights", "you may"},
		{"flags that changed meanwhile", admin.writer.SetProtocolTransition(ctx, conn.DN, conn.UAC|0x10000, true), fact.Conflict, "noSuchAttribute", ""},
	} {
		if checks.KindOf(tt.err) != tt.kind || tt.code != "" && checks.CodeOf(tt.err) != tt.code || !strings.Contains(tt.err.Error(), tt.why) {
			t.Errorf("%s: %v (kind %d, code %s)", tt.name, tt.err, checks.KindOf(tt.err), checks.CodeOf(tt.err))
		}
		t.Logf("%s: %v", tt.name, tt.err)
	}
}
