package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/pasted"
	"sensegate/steps"
)

// TestWithoutTheDirectory goes the way of a consultant whom nobody gave an
// account of the domain: what the directory shows is pasted, as an
// administrator's console printed it, and every gate opens.
func TestWithoutTheDirectory(t *testing.T) {
	for _, language := range []string{"en", "de", "ja"} {
		t.Run(language, func(t *testing.T) {
			g, admin := stranger(t, language)
			ran := map[string]bool{}
			for {
				recheck(t, g, false)
				// Each paste lets those be judged that waited for it, and counts for
				// every check that asks for the same command.
				for pasteHere(t, g, admin, ran) {
					recheck(t, g, false)
				}
				if g.Snapshot().Finished {
					break
				}
				if err := g.Next(); err != nil {
					t.Fatalf("%v%s", err, complaints(g.Snapshot()))
				}
			}
			s := g.Snapshot()
			if s.Open != 10 {
				t.Errorf("%d gates open%s", s.Open, complaints(s))
			}
			proved := map[checks.ID]bool{}
			for _, v := range s.Steps {
				for _, c := range v.Checks {
					proved[c.Check.ID] = c.Result.Source == checks.Pasted && c.Result.Status == checks.Pass && c.Result.Row(checks.LineEvidence) != ""
				}
			}
			for _, id := range []checks.ID{
				"site.directory", "sync.joined", "spn.account", "spn.owner", "spn.unique", "spn.names", "spn.alias", "spn.forest",
				"delegation.computers", "delegation.constrained", "delegation.list", "delegation.transition", "delegation.user", "delegation.groups", "delegation.auditors",
				"sso.spn", "sso.mapping",
			} {
				if !proved[id] {
					t.Errorf("%s was not proved by a paste", id)
				}
			}
			if len(ran) > 11 {
				t.Errorf("%d commands had to be run", len(ran))
			}
		})
	}
}

// pasteHere pastes what the present step asks for and nobody ran before; it
// tells whether that was anything.
func pasteHere(t *testing.T, g *steps.Guide, admin *admin, ran map[string]bool) bool {
	t.Helper()
	some := false
	for _, c := range g.Snapshot().Here().Checks {
		if c.Result.Status != checks.Unknown {
			continue
		}
		for _, asked := range g.Asked(c.Check.ID) {
			if ran[asked.Command] || usersOwn(asked) {
				continue
			}
			ran[asked.Command], some = true, true
			if _, err := g.Paste(t.Context(), c.Check.ID, admin.answer(t, asked)); err != nil {
				t.Fatalf("%s: %v\n%s", c.Check.ID, err, asked.Command)
			}
		}
	}
	return some
}

// TestPastedTrouble breaks the domain, and wants what is pasted of it to name
// the same cause as the directory itself does.
func TestPastedTrouble(t *testing.T) {
	for fault, want := range map[string][2]string{
		"service-account-disabled": {"spn.account", "spn.account-disabled"},
		"spn-missing":              {"spn.owner", "spn.missing"},
		"spn-on-computer":          {"spn.owner", "spn.wrong-owner"},
		"spn-duplicate":            {"spn.unique", "spn.duplicate"},
		"spn-look-alike":           {"spn.unique", "spn.look-alike"},
		"spn-host-alias":           {"spn.alias", "spn.host-alias"},
		"delegation-unconstrained": {"delegation.constrained", "delegation.unconstrained"},
		"delegation-kerberos-only": {"delegation.transition", "delegation.kerberos-only"},
		"delegation-missing":       {"delegation.list", "delegation.missing"},
		"delegation-other-spn":     {"delegation.list", "delegation.other-spn"},
		"user-sensitive":           {"delegation.user", "delegation.user-sensitive"},
		"user-protected":           {"delegation.user", "delegation.user-protected"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			g, admin := stranger(t, "de", fault)
			id := checks.ID(want[0])
			r := proveUpTo(t, g, admin, id)
			if string(r.Cause) != want[1] || r.Source != checks.Pasted {
				t.Errorf("%s %s: %s\n%+v", r.Status, r.Cause, r.Seen, r.Evidence)
			}
		})
	}
}

// TestTicketByPaste opens the gate of Kerberos where nobody's password is known:
// what klist and curl said somewhere else proves the ticket, and what they said
// of RC4 and of NTLM is named.
func TestTicketByPaste(t *testing.T) {
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true, finished: true}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, at.close) })
	at.site.Kerberos.Keytab, at.site.Kerberos.ServiceKeytab = "", ""
	g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, g.Close) })
	look(t, g)
	gate := func() steps.Gate {
		for _, v := range g.Snapshot().Steps {
			if v.ID == "kerberos" {
				return v.Gate
			}
		}
		t.Fatal("there is no step of Kerberos")
		return steps.Gate{}
	}
	if gate().State.Passes() {
		t.Fatal("the gate is open before anything is pasted")
	}
	head := pasted.Head + " " + p.Clock().Format(time.RFC3339) + " PC17\n"
	klist := head + pasted.Ask + " klist get HTTP/sense.contoso.test\nAktuelle Anmelde-ID ist 0:0x56ba3\nEin Ticket für HTTP/sense.contoso.test wurde erfolgreich abgerufen.\n" +
		"#0>     Client: alice @ CONTOSO.TEST\n        Server: HTTP/sense.contoso.test @ CONTOSO.TEST\n        KerbTicket (Verschlüsselungstyp): AES-256-CTS-HMAC-SHA1-96\n        Ticketkennzeichen 0x40a10000 -> forwardable\n" + pasted.End
	visit := head + pasted.Ask + " curl https://sense.contoso.test/\n> GET /hub/ HTTP/1.1\n> Host: sense.contoso.test\n> Authorization: Negotiate YIICWAYGKwYBBQUCoIICTDCCAkigDTALBgkqhkiG9xIBAgKiggI1BIICMWCCAi0GCSqGSIb3EgECAgEAboICHDCC\n" +
		"< HTTP/1.1 200 OK\n< WWW-Authenticate: Negotiate oYG3MIG0oAMKAQChCwYJKoZIhvcSAQIC\n{\"userDirectory\":\"CONTOSO\",\"userId\":\"alice\"}\n" + pasted.End
	const ntlm = "oTMwMaADCgEBoioEKE5UTE1TU1AAAQAAABeCCOIAAAAAAAAAAAAAAAAAAAAABgIAAAAAAA8="
	for _, tt := range []struct {
		id     checks.ID
		text   string
		status checks.Status
		cause  checks.CauseID
	}{
		{"kerberos.ticket", strings.Replace(klist, "AES-256-CTS-HMAC-SHA1-96", "RSADSI RC4-HMAC(NT)", 1), checks.Warn, "kerberos.weak-ticket"},
		{"kerberos.ticket", head + pasted.Ask + " klist get HTTP/sense.contoso.test\nklist 0xc000018b/-1073741429\n" + pasted.End, checks.Fail, "kerberos.no-ticket"},
		{"kerberos.ticket", klist, checks.Pass, ""},
		{"kerberos.accepted", strings.Replace(visit, "YIICWAYGKwYBBQUCoIICTDCCAkigDTALBgkqhkiG9xIBAgKiggI1BIICMWCCAi0GCSqGSIb3EgECAgEAboICHDCC", ntlm, 1), checks.Fail, "kerberos.ntlm-fallback"},
		{"kerberos.accepted", strings.Replace(visit, `"alice"`, `"bob"`, 1), checks.Fail, "kerberos.other-user"},
		{"kerberos.accepted", visit, checks.Pass, ""},
	} {
		r, err := g.Paste(t.Context(), tt.id, tt.text)
		if err != nil || r.Status != tt.status || r.Cause != tt.cause || r.Source != checks.Pasted || r.Row(checks.LineEvidence) == "" {
			t.Errorf("%s: %v, %s %s: %s %v", tt.id, err, r.Status, r.Cause, r.Seen, r.Evidence)
		}
		if tt.id == "kerberos.ticket" && r.Status == checks.Pass {
			look(t, g) // what waited for the ticket can be judged now
		}
	}
	look(t, g)
	if !gate().State.Passes() {
		t.Errorf("the gate of Kerberos is closed: %s", gate().Why)
		for _, v := range g.Snapshot().Steps {
			for _, c := range v.Checks {
				if !c.Result.Status.Opens() && c.Result.Status != checks.Waiting {
					t.Logf("%s %s: %s", c.Check.ID, c.Result.Status, c.Result.Seen)
				}
			}
		}
	}
}

// TestWithoutADomainController sits where no domain controller is reached at
// all: not even its clock and its keys can be asked. What is pasted opens every
// gate up to the rehearsal, which nobody can paste.
func TestWithoutADomainController(t *testing.T) {
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true, finished: true}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, at.close) })
	them := newAdmin(t, at.site, "de")
	at.site.Kerberos.Keytab, at.site.Kerberos.ServiceKeytab, at.site.DNS = "", "", ""
	at.site.Pins = slices.Clone(at.site.Pins)
	for i := range at.site.Pins {
		if strings.HasPrefix(at.site.Pins[i].Name, "dc1.") {
			at.site.Pins[i].Address = "127.0.0.1:1"
		}
	}
	g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, g.Close) })
	ran := map[string]bool{}
	var last checks.StepID
	for {
		recheck(t, g, false)
		for pasteHere(t, g, them, ran) {
			recheck(t, g, false)
		}
		last = g.Snapshot().Here().ID
		if err := g.Next(); err != nil {
			break
		}
	}
	if last != "delegation" {
		t.Fatalf("it ends at %s%s", last, complaints(g.Snapshot()))
	}
	for _, c := range g.Snapshot().Here().Checks {
		if open := c.Result.Status.Opens() || c.Result.Status == checks.Skipped; !open && c.Check.ID != "delegation.rehearsal" {
			t.Errorf("%s: %s %s", c.Check.ID, c.Result.Status, c.Result.Seen)
		}
	}
}

// proveUpTo pastes what is asked until the check itself is judged.
func proveUpTo(t *testing.T, g *steps.Guide, admin *admin, last checks.ID) (out checks.Result) {
	t.Helper()
	look(t, g)
	for _, id := range g.Set().Closure([]checks.ID{last}) {
		c, _ := g.Set().Find(id)
		if c.Proof == nil || id != last && opens(g, id) {
			continue // what was looked at needs no paste
		}
		for _, asked := range g.Asked(id) {
			if usersOwn(asked) {
				continue
			}
			r, err := g.Paste(t.Context(), id, admin.answer(t, asked))
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			out = r
		}
		if id != last && !out.Status.Opens() {
			t.Fatalf("%s: %s %s: %s", id, out.Status, out.Cause, out.Seen)
		}
		if id != last {
			look(t, g) // what has no proof of its own can be looked at now
		}
	}
	return out
}

// opens says that a check holds nothing up.
func opens(g *steps.Guide, id checks.ID) bool {
	for _, v := range g.Snapshot().Steps {
		for _, c := range v.Checks {
			if c.Check.ID == id {
				return c.Result.Status.Opens()
			}
		}
	}
	return false
}

// usersOwn is what the test user runs instead of an administrator.
func usersOwn(a checks.Asked) bool { return strings.Contains(a.Command, "whoami") }

// stranger opens the practice lab for somebody without an account of the
// domain, and gives an administrator who has one.
func stranger(t *testing.T, language string, faults ...string) (*steps.Guide, *admin) {
	t.Helper()
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true, finished: true, faults: faults}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, at.close) })
	them := newAdmin(t, at.site, language)
	at.site.Directory.Keytab, at.site.Directory.User = "", `CONTOSO\nobody`
	g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, g.Close) })
	return g, them
}
