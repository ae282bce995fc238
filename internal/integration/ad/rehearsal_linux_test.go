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
		set(connector, "msDS-SupportedEncryptionTypes", "28"),
		set(connector, "msDS-AllowedToDelegateTo", webSPN),
		set(rehearser, "userAccountControl", strconv.Itoa(user|anyProtocol)),
		set(rehearser, "servicePrincipalName", "rehearsal/conn01."+domainName),
		set(rehearser, "msDS-AllowedToDelegateTo", webSPN),
	)
}

func (w *world) delegationChecks() []checks.Check {
	return delegation.Checks(delegation.Ports{Directory: w.directory, Rehearser: w.kerberos})
}

// TestPreconditionsOnSamba is green with everything in place, red for each thing
// that is missing, with its cause, and agrees with MIT's kvno in every case.
func TestPreconditionsOnSamba(t *testing.T) {
	d := startDC(t)
	ready(t, d)
	startApache(t, d.ca, d.keytab(t, webSPN), front{})
	at := place{spn: webSPN, domain: domainName}
	for _, p := range preconditions() {
		if !p.onSamba() {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Cleanup(func() { ready(t, d) })
			if p.edits != nil {
				d.change(t, p.edits(at)...)
			}
			if p.twice != "" {
				d.force(t, set(p.twice, "servicePrincipalName", webSPN))
			}
			w := open(t, d, func(s *site.Site, secrets map[string]string) {
				if p.site != nil {
					p.site(at, s, secrets)
				}
			})
			want := p.cause
			if p.lenient {
				want = ""
			}
			green := want == ""
			r := w.ask(t, w.delegationChecks(), "delegation.rehearsal")
			if r.Cause != want || green != (r.Status == checks.Pass) {
				t.Errorf("%s %s, want %q\nseen: %s\n%v", r.Status, r.Cause, want, r.Seen, r.Evidence)
			}
			if p.alone {
				return
			}
			if out, code := d.kvno(t); (code == 0) != green {
				t.Errorf("the rehearsal says %s, kvno exits %d:\n%s", r.Status, code, out)
			}
		})
	}
}

// TestRehearsalAccount has an account of known password do it in the connector's
// place, and shows the ticket to the web server in both forms.
func TestRehearsalAccount(t *testing.T) {
	d := startDC(t)
	ready(t, d)
	startApache(t, d.ca, d.keytab(t, webSPN), front{})
	w := open(t, d, func(s *site.Site, secrets map[string]string) {
		delete(secrets, "connector:"+connector)
		s.Connector.Rehearsal.Account = rehearser
		secrets["connector:"+rehearser] = secretOf(rehearser)
	})
	x, err := w.kerberos.Rehearse(t.Context(), connector, alice+"@"+domainName, webSPN, w.site.Publish.InternalURL)
	if err != nil || x.As != rehearser || x.Classic != "granted" || strings.Join(x.Accepted, ", ") != "kerberos, spnego-kerberos" || len(x.Refused) > 0 {
		t.Errorf("%+v, %v", x, err)
	}
	expect(t, map[checks.ID]checks.Result{"delegation.rehearsal": w.ask(t, w.delegationChecks(), "delegation.rehearsal")}, "delegation.rehearsal", checks.Pass, "")
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
