package ad_test

import (
	"strconv"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/delegation"
	"sensegate/internal/site"
)

// ready gives the domain everything that delegation needs.
func ready(t *testing.T, d *dc) {
	t.Helper()
	const anyProtocol, computer, user = 0x1000000, 0x1000, 0x200
	d.change(t,
		set(intranet, "servicePrincipalName"),
		set(qlikAccount, "servicePrincipalName", webSPN),
		set(qlikAccount, "userAccountControl", "512"),
		set(qlikAccount, "msDS-SupportedEncryptionTypes", "24"),
		set(alice, "userAccountControl", "512"),
		set(connector, "userAccountControl", strconv.Itoa(computer|anyProtocol)),
		set(connector, "servicePrincipalName", "HOST/conn01."+domainName, "HOST/CONN01"),
		set(connector, "msDS-AllowedToDelegateTo", webSPN),
		set(rehearser, "userAccountControl", strconv.Itoa(user|anyProtocol)),
		set(rehearser, "servicePrincipalName", "rehearsal/conn01."+domainName),
		set(rehearser, "msDS-AllowedToDelegateTo", webSPN),
	)
}

func (w *world) delegationChecks() []checks.Check {
	return delegation.Checks(delegation.Ports{Directory: w.directory, Rehearser: w.kerberos})
}

// TestRehearsal is green with everything in place, red for each thing that is
// missing, with its cause, and agrees with MIT's kvno in every case.
func TestRehearsal(t *testing.T) {
	d := startDC(t)
	ready(t, d)
	startApache(t, d.ca, d.keytab(t, webSPN), front{})
	tests := []struct {
		name  string
		spoil func(*testing.T)
		edit  func(*site.Site, map[string]string)
		cause checks.CauseID
		// alone says that kvno cannot be asked the same.
		alone bool
	}{
		{name: "everything in place"},
		{name: "a rehearsal account", edit: func(s *site.Site, secrets map[string]string) {
			delete(secrets, "connector:"+connector)
			s.Connector.Rehearsal.Account = rehearser
			secrets["connector:"+rehearser] = secretOf(rehearser)
		}, alone: true},
		{name: "no list", spoil: func(t *testing.T) { d.change(t, set(connector, "msDS-AllowedToDelegateTo")) }, cause: "delegation.missing"},
		{name: "another name in the list", spoil: func(t *testing.T) { d.change(t, set(connector, "msDS-AllowedToDelegateTo", "HTTP/qlik01."+domainName)) }, cause: "delegation.other-spn"},
		{name: "Kerberos only", spoil: func(t *testing.T) { d.change(t, set(connector, "userAccountControl", "4096")) }, cause: "delegation.kerberos-only"},
		{name: "a sensitive user", spoil: func(t *testing.T) { d.change(t, set(alice, "userAccountControl", "1049088")) }, cause: "delegation.user-sensitive"},
		{name: "a disabled user", spoil: func(t *testing.T) { d.change(t, set(alice, "userAccountControl", "514")) }, cause: "delegation.user-disabled"},
		{name: "an unknown user", edit: func(s *site.Site, _ map[string]string) { s.TestUser.UPN = "nobody@" + domainName }, cause: "delegation.user-unknown", alone: true},
		{name: "a name nobody holds", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "servicePrincipalName")) }, cause: "spn.missing"},
		{name: "a name two hold", spoil: func(t *testing.T) { d.force(t, set(intranet, "servicePrincipalName", webSPN)) }, cause: "spn.duplicate"},
		// Unlike Windows, Samba makes tickets to disabled owners and asks for no
		// name of the connector; kvno agrees.
		{name: "a disabled owner", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "userAccountControl", "514")) }},
		{name: "no AES at the owner", spoil: func(t *testing.T) { d.change(t, set(qlikAccount, "msDS-SupportedEncryptionTypes", "4")) }, cause: "spn.no-aes"},
		{name: "a disabled connector", spoil: func(t *testing.T) { d.change(t, set(connector, "userAccountControl", "16781314")) }, cause: "delegation.no-computer"},
		{name: "a connector without a name", spoil: func(t *testing.T) { d.change(t, set(connector, "servicePrincipalName")) }},
		{name: "an old key of the connector", edit: func(_ *site.Site, secrets map[string]string) { secrets["connector:"+connector] = "not it" }, cause: "delegation.computer-refused", alone: true},
		{name: "no connector", edit: func(s *site.Site, secrets map[string]string) {
			s.Connector.Hosts[0].Account = "NOBODY$"
			secrets["connector:NOBODY$"] = "x"
		}, cause: "delegation.no-computer", alone: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.spoil != nil {
				tt.spoil(t)
				t.Cleanup(func() { ready(t, d) })
			}
			w := open(t, d, tt.edit)
			r := w.ask(t, w.delegationChecks(), "delegation.rehearsal")
			green := tt.cause == ""
			if r.Cause != tt.cause || green != (r.Status == checks.Pass) {
				t.Errorf("%s %s, want %q\nseen: %s\n%v", r.Status, r.Cause, tt.cause, r.Seen, r.Evidence)
			}
			if tt.alone {
				return
			}
			if out, code := d.kvno(t); (code == 0) != green {
				t.Errorf("the rehearsal says %s, kvno exits %d:\n%s", r.Status, code, out)
			}
		})
	}
}

// kvno does the same with MIT's programs.
func (d *dc) kvno(t *testing.T) (out string, code int) {
	t.Helper()
	cache := "FILE:" + t.TempDir() + "/cc"
	if out, code = d.client(t, secretOf(connector)+"\n", "kinit", "-f", "-c", cache, connector); code != 0 {
		return out, code
	}
	return d.client(t, "", "kvno", "-c", cache, "-I", alice, "-P", webSPN)
}

// TestNoSecret says by which ways the proof can be had.
func TestNoSecret(t *testing.T) {
	d := startDC(t)
	w := open(t, d, func(_ *site.Site, secrets map[string]string) { clear(secrets) })
	r := w.ask(t, w.delegationChecks(), "delegation.rehearsal")
	var ways []string
	for _, e := range r.Evidence {
		ways = append(ways, e.Name)
	}
	if r.Status != checks.Unknown || strings.Join(ways, ", ") != "way 1, way 2, way 3" {
		t.Errorf("%+v", r)
	}
}
