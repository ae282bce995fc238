package directory_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/lab/dns"
	"sensegate/internal/site"
)

// emea is another domain of the forest.
func emea() lab.Home {
	return lab.Home{Host: "dc2.emea." + contoso.Domain, Domain: "emea." + contoso.Domain, NetBIOS: "EMEA"}
}

const emeaComputer = "CN=CONN09,CN=Computers,DC=emea," + contoso.BaseDN

// second gives the forest another domain with a connector and a service account
// in it, a domain controller of its own, and a name server that knows where.
func (d *dc) second(t *testing.T) *lab.Server {
	t.Helper()
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(
			tx.AddDomain(emea()),
			tx.Create(emeaComputer, map[string][]string{
				"objectClass": {"computer"}, "sAMAccountName": {"CONN09$"}, "dNSHostName": {"conn09.emea." + contoso.Domain},
				"servicePrincipalName": {"HOST/conn09.emea." + contoso.Domain}, "msDS-SupportedEncryptionTypes": {"24"},
				"msDS-AllowedToDelegateTo": {contoso.SPN},
			}),
			tx.Create("CN=svc-bi,CN=Users,DC=emea,"+contoso.BaseDN, map[string][]string{
				"objectClass": {"user"}, "sAMAccountName": {"svc-bi"}, "userAccountControl": {"512"},
				"servicePrincipalName": {"HTTP/bi.emea." + contoso.Domain}, "msDS-SupportedEncryptionTypes": {"24"},
			}),
			tx.AllowToActOnBehalf("svc-bi", "CONN09$"),
		)
	})
	server, err := lab.New(lab.Options{CA: d.ca, Store: d.store, Home: emea()})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	names := dns.New(dns.Zone{
		Apexes: []string{contoso.Domain, emea().Domain}, Hosts: map[string]netip.Addr{emea().Host: netip.AddrFrom4([4]byte{127, 0, 0, 1})},
		Services: map[string][]dns.Service{"_ldap._tcp.dc._msdcs." + emea().Domain: {{Host: emea().Host, Port: 389}}},
	}, "")
	if err := names.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = names.Close() })
	d.site.DNS = names.Addr()
	d.site.Pins = append(d.site.Pins,
		site.Pin{Name: emea().Host + ":636", Address: server.AddrLDAPS()}, site.Pin{Name: emea().Host + ":389", Address: server.AddrLDAP()})
	return server
}

// TestOtherDomain reads accounts of another domain at its own domain controller,
// where alone some of their attributes are, and changes them there.
func TestOtherDomain(t *testing.T) {
	d := start(t)
	server := d.second(t)
	c := d.client(t)
	root, err := c.RootDSE(t.Context())
	if err != nil || !slices.Equal(root.Domains, []fact.Domain{{NetBIOS: contoso.NetBIOS, DNS: contoso.Domain}, {NetBIOS: "EMEA", DNS: emea().Domain}}) {
		t.Errorf("%+v, %v", root.Domains, err)
	}
	conn, err := c.Account(t.Context(), "CONN09$")
	if err != nil || conn.Partial || conn.Domain != emea().Domain || !slices.Equal(conn.DelegateTo, []string{contoso.SPN}) || conn.EncTypes != 24 {
		t.Errorf("%+v, %v", conn, err)
	}
	held, err := c.Holders(t.Context(), "HTTP/bi.emea."+contoso.Domain)
	if err != nil || len(held) != 1 || held[0].Partial || !slices.Equal(held[0].ActOnBehalf, []string{conn.SID}) {
		t.Errorf("%+v, %v", held, err)
	}
	w := directory.NewWriter(c)
	if err := w.AddDelegation(t.Context(), emeaComputer, "HTTP/bi.emea."+contoso.Domain); err != nil {
		t.Error(err)
	}
	if err := w.SetProtocolTransition(t.Context(), emeaComputer, conn.UAC, true); err != nil {
		t.Error(err)
	}
	if again, err := c.Account(t.Context(), "CONN09$"); err != nil || len(again.DelegateTo) != 2 || !again.ProtocolTransition() {
		t.Errorf("%+v, %v", again, err)
	}
	// The first domain's controller does not hold it.
	var f *fact.Error
	if err := d.at(t, d.ldap, emeaComputer); !errors.As(err, &f) || f.Code != "referral" {
		t.Errorf("the other domain's controller took it: %v", err)
	}
	// Once it is out of reach only what the catalogue has is known, and said so.
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	poor, err := d.client(t).Account(t.Context(), "CONN09$")
	if err != nil || !poor.Partial || poor.SID != conn.SID || poor.DelegateTo != nil {
		t.Errorf("%+v, %v", poor, err)
	}
	held, err = d.client(t).Holders(t.Context(), "HTTP/bi.emea."+contoso.Domain)
	if err != nil || len(held) != 1 || !held[0].Partial {
		t.Errorf("%+v, %v", held, err)
	}
	if err := directory.NewWriter(d.client(t)).AddSPN(t.Context(), emeaComputer, "HTTP/x"); err == nil {
		t.Error("it was written nowhere")
	}
}

// TestSameNameInTwoDomains tells accounts apart that bear one name, each in its
// own domain, by the domain in front of the name or by the principal name.
func TestSameNameInTwoDomains(t *testing.T) {
	d := start(t)
	d.second(t)
	const here, there = "CN=Twin Here,CN=Users," + contoso.BaseDN, "CN=Twin There,CN=Users,DC=emea," + contoso.BaseDN
	third := lab.Home{Host: "dc3.apac." + contoso.Domain, Domain: "apac." + contoso.Domain, NetBIOS: "APAC"}
	person := func(tx *lab.Tx, dn, sam, upn string) error {
		return tx.Create(dn, map[string][]string{"objectClass": {"user"}, "sAMAccountName": {sam}, "userPrincipalName": {upn}, "userAccountControl": {"512"}})
	}
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(tx.AddDomain(third),
			person(tx, here, "twin", "twin@"+contoso.Domain), person(tx, there, "twin", "twin@"+emea().Domain),
			person(tx, "CN=Away One,CN=Users,DC=emea,"+contoso.BaseDN, "away", "away@"+emea().Domain),
			person(tx, "CN=Away Two,CN=Users,DC=apac,"+contoso.BaseDN, "away", "away@"+third.Domain))
	})
	c := d.client(t)
	for name, want := range map[string]string{
		"twin": here, contoso.NetBIOS + `\twin`: here, "twin@" + contoso.Domain: here, contoso.Domain + `\twin`: here,
		`EMEA\twin`: there, `emea\TWIN`: there, emea().Domain + `\twin`: there, "twin@" + emea().Domain: there,
		`EMEA\away`: "CN=Away One,CN=Users,DC=emea," + contoso.BaseDN, `APAC\away`: "CN=Away Two,CN=Users,DC=apac," + contoso.BaseDN,
	} {
		if a, err := c.Account(t.Context(), name); err != nil || a.DN != want {
			t.Errorf("%s is %s, %v; want %s", name, a.DN, err, want)
		}
	}
	for name, code := range map[string]string{"away": "ambiguous", contoso.NetBIOS + `\away`: "", `APAC\twin`: ""} {
		var f *fact.Error
		_, err := c.Account(t.Context(), name)
		kind := fact.NotFound
		if code != "" {
			kind = fact.Refused
		}
		if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// at asks one domain controller alone to change an object.
func (d *dc) at(t *testing.T, s *lab.Server, dn string) error {
	t.Helper()
	was := d.site
	defer func() { d.site = was }()
	// Every name leads to that one.
	d.site.Pins = slices.Clone(was.Pins)
	for i, p := range d.site.Pins {
		if p.Name == emea().Host+":636" {
			d.site.Pins[i].Address = s.AddrLDAPS()
		}
	}
	d.ldap.Update(func(st *lab.State) { st.Certificate = nil })
	cert, err := d.ca.Server(emea().Host)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(func(st *lab.State) { st.Certificate = &cert })
	defer s.Update(func(st *lab.State) { st.Certificate = nil })
	c := d.client(t)
	return directory.NewWriter(c).AddSPN(t.Context(), dn, "HTTP/nowhere")
}
