package directory

import (
	"crypto/rand"
	"iter"
	"maps"
	"strings"

	"sensegate/internal/lab/contoso"
)

// aes is what msDS-SupportedEncryptionTypes holds for both AES types.
const aes = "24"

// Helpdesk may manage ordinary accounts but lacks the right to trust one for
// delegation.
func Helpdesk() contoso.Person {
	return contoso.Person{SAM: "helpdesk", UPN: "helpdesk@contoso.test", Name: "Harriet Helpdesk", Password: "Practice-Help-1"}
}

// machine describes a computer account of the forest.
type machine struct {
	host, account, password, unit string
	rid                           uint32
	flags                         uint32
	extra                         []string // service principal names beside the usual ones
}

func seedMachines(tx *Tx) error {
	machines := []machine{{
		host: contoso.DC, account: "DC1$", password: rand.Text(), unit: "OU=Domain Controllers",
		rid: 1000, flags: ServerTrustAccount | TrustedForDelegation,
		extra: []string{
			"ldap/" + contoso.DC, "ldap/" + contoso.DC + "/" + contoso.Domain, "ldap/DC1", "ldap/" + contoso.DC + "/" + contoso.NetBIOS,
			"GC/" + contoso.DC + "/" + contoso.Domain, "DNS/" + contoso.DC,
		},
	}}
	qlik := contoso.QlikServer()
	machines = append(machines, machine{host: qlik.Name, account: qlik.Account, password: qlik.Password, unit: "OU=Servers"})
	for _, h := range contoso.Connectors() {
		machines = append(machines, machine{host: h.Name, account: h.Account, password: h.Password, unit: "OU=Servers"})
	}
	for _, n := range []string{"FILE01", "SQL01", "PRINT01"} {
		machines = append(machines, machine{
			host: strings.ToLower(n) + "." + contoso.Domain, account: n + "$", password: rand.Text(), unit: "CN=Computers",
		})
	}
	for _, m := range machines {
		if err := tx.createMachine(m); err != nil {
			return err
		}
	}
	return seedGroupReaders(tx)
}

// seedGroupReaders lets the connectors read users' groups, as an administrator
// does who emptied Pre-Windows 2000 Compatible Access.
func seedGroupReaders(tx *Tx) error {
	for _, h := range contoso.Connectors() {
		if err := tx.SetMember("Windows Authorization Access Group", h.Account, true); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) createMachine(m machine) error {
	cn := strings.TrimSuffix(m.account, "$")
	flags := m.flags
	if flags == 0 {
		flags = WorkstationAccount
	}
	spns := append([]string{}, m.extra...)
	for _, service := range []string{"HOST", "RestrictedKrbHost", "WSMAN", "TERMSRV"} {
		spns = append(spns, service+"/"+cn, service+"/"+m.host)
	}
	o := object{dn: "CN=" + cn + "," + m.unit + "," + contoso.BaseDN, kind: one("computer"), rid: m.rid, attrs: map[string][]string{
		"sAMAccountName": one(m.account), "dNSHostName": one(m.host), "userAccountControl": one(signed(flags)),
		"operatingSystem": one("Windows Server 2022 Standard"), "operatingSystemVersion": one("10.0 (20348)"),
		"servicePrincipalName": spns, "msDS-SupportedEncryptionTypes": one("28"),
	}}
	if err := tx.createAll([]object{o}); err != nil {
		return err
	}
	if m.rid != 0 {
		if err := tx.Set(m.account, "isCriticalSystemObject", "TRUE"); err != nil {
			return err
		}
	}
	return tx.SetPassword(m.account, m.password)
}

// person describes a user account of the forest.
type person struct {
	contoso.Person
	unit  string
	rid   uint32
	flags uint32 // beside NormalAccount
	attrs map[string][]string
}

func people() []person {
	// rest makes an account that only fills the room.
	rest := func(sam, name string, flags uint32) person {
		return person{
			Person: contoso.Person{SAM: sam, UPN: sam + "@" + contoso.Domain, Name: name, Password: rand.Text()},
			unit:   "OU=Staff", flags: flags,
		}
	}
	service := func(sam, name string, spns ...string) person {
		p := rest(sam, name, DoNotExpirePassword)
		p.unit = "OU=Services"
		p.attrs = map[string][]string{"servicePrincipalName": spns, "msDS-SupportedEncryptionTypes": one(aes)}
		return p
	}
	qlik := person{Person: contoso.Qlik(), unit: "OU=Services", flags: DoNotExpirePassword, attrs: map[string][]string{
		"msDS-SupportedEncryptionTypes": one(aes), "description": one("Runs the Qlik Sense services"),
	}}
	protected := map[string][]string{"adminCount": one("1")}
	out := []person{
		{Person: contoso.Person{SAM: "Administrator", Name: "Administrator", Password: rand.Text()}, unit: "CN=Users", rid: 500, attrs: protected},
		{Person: contoso.Person{SAM: "Guest", Name: "Guest"}, unit: "CN=Users", rid: 501, flags: AccountDisabled | PasswordNotRequired | DoNotExpirePassword},
		{Person: contoso.Person{SAM: "krbtgt", Name: "krbtgt", Password: rand.Text()}, unit: "CN=Users", rid: 502, flags: AccountDisabled, attrs: map[string][]string{
			"servicePrincipalName": one("kadmin/changepw"), "adminCount": one("1"),
			"showInAdvancedViewOnly": one("TRUE"), "description": one("Key Distribution Center Service Account"),
		}},
		{Person: contoso.Admin(), unit: "CN=Users", attrs: protected},
		{Person: contoso.TestUser(), unit: "OU=Staff"},
		qlik,
		{Person: Helpdesk(), unit: "OU=Staff"},
		service("svc-backup", "Backup service"),
		service("svc-sql", "SQL Server service", "MSSQLSvc/sql01."+contoso.Domain+":1433", "MSSQLSvc/sql01."+contoso.Domain),
		service("svc-intranet", "Intranet web service", "HTTP/intranet."+contoso.Domain, "HTTP/intranet"),
		rest("cfo", "Carla Fonseca", NotDelegated),
		rest("secops", "Sam Ops", 0),
		rest("former", "Frank Former", AccountDisabled),
	}
	for sam, name := range staff() {
		out = append(out, rest(sam, name, 0))
	}
	return out
}

// staff yields the account names and names of ordinary people, in order.
func staff() iter.Seq2[string, string] {
	names := []string{
		"Bob Berger", "Chloe Chen", "Dmitri Dahl", "Elena Evans", "Farid Faro", "Grace Gill", "Hugo Haas",
		"Ines Ibarra", "Jonas Juhl", "Kiri Kato", "Liam Lund", "Mona Maas", "Noor Nasr", "Olaf Orth",
	}
	return func(yield func(string, string) bool) {
		for _, n := range names {
			first, _, _ := strings.Cut(n, " ")
			if !yield(strings.ToLower(first), n) {
				return
			}
		}
	}
}

func seedPeople(tx *Tx) error {
	for _, p := range people() {
		attrs := map[string][]string{
			"sAMAccountName": one(p.SAM), "displayName": one(p.Name),
			"userAccountControl": one(signed(NormalAccount | p.flags)),
		}
		if p.UPN != "" {
			attrs["userPrincipalName"] = one(p.UPN)
			first, last, _ := strings.Cut(p.Name, " ")
			attrs["givenName"], attrs["mail"] = one(first), one(p.UPN)
			if last != "" {
				attrs["sn"] = one(last)
			}
		}
		if p.rid != 0 {
			attrs["isCriticalSystemObject"] = one("TRUE")
		}
		maps.Copy(attrs, p.attrs)
		o := object{dn: "CN=" + p.Name + "," + p.unit + "," + contoso.BaseDN, kind: one("user"), rid: p.rid, attrs: attrs}
		if err := tx.createAll([]object{o}); err != nil {
			return err
		}
		if p.Password == "" {
			continue
		}
		if err := tx.SetPassword(p.SAM, p.Password); err != nil {
			return err
		}
	}
	return nil
}

func seedMemberships(tx *Tx) error {
	memberships := []struct {
		group   string
		members []string
	}{
		{"Domain Admins", []string{"Administrator", contoso.Admin().SAM}},
		{"Enterprise Admins", []string{"Administrator"}},
		{"Schema Admins", []string{"Administrator"}},
		{"Administrators", []string{"Administrator", "Domain Admins", "Enterprise Admins"}},
		{"Users", []string{"Domain Users"}},
		{"Account Operators", []string{Helpdesk().SAM}},
		{"Protected Users", []string{"secops"}},
		{"Finance", []string{"cfo", "bob", "chloe"}},
		{"Qlik users", []string{contoso.TestUser().SAM, "Finance"}},
		{"Qlik readers", []string{"Qlik users"}},
	}
	for _, m := range memberships {
		for _, who := range m.members {
			if err := tx.SetMember(m.group, who, true); err != nil {
				return err
			}
		}
	}
	return nil
}
