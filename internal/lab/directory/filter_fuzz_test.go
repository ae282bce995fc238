package directory

import (
	"testing"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/lab/directory/wire"
)

// FuzzMatch holds the evaluation of filters to the laws of three-valued logic.
func FuzzMatch(f *testing.F) {
	store, err := NewStore(nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		"(objectClass=*)", "(servicePrincipalName=HTTP/*contoso*)", "(&(a=1)(!(cn=Alice*)))",
		"(userAccountControl:1.2.840.113556.1.4.803:=2)", "(memberOf:1.2.840.113556.1.4.1941:=CN=Finance,OU=Staff,DC=contoso,DC=test)",
		"(whenChanged>=20200101000000.0Z)", `(objectSid=S-1-5-32-544)`, "(objectCategory=person)", "(|(anr=a)(member=<SID=S-1-5-18>))",
	} {
		p, err := ldap.CompileFilter(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.Bytes())
	}
	m := matcher{store: store, rights: rights{admin: true}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		filter, err := wire.ParseFilter(raw)
		if err != nil {
			return
		}
		not := wire.Filter{Kind: wire.Not, Children: []wire.Filter{filter}}
		both := wire.Filter{Kind: wire.And, Children: []wire.Filter{filter, not}}
		for _, who := range []string{"alice", "DC1$", "Finance"} {
			e, ok := store.lookup(who)
			if !ok {
				t.Fatalf("%s is missing", who)
			}
			v, n := m.matches(e, filter), m.matches(e, not)
			if (v == undefined) != (n == undefined) || v != undefined && v == n {
				t.Errorf("%s: %v, negated %v", who, v, n)
			}
			if m.matches(e, both) == yes {
				t.Errorf("%s satisfies a filter and its negation", who)
			}
		}
	})
}

// FuzzName holds the parser of names to its own writer.
func FuzzName(f *testing.F) {
	for _, s := range []string{"CN=a,DC=b", `CN=a\, b \2c c,DC=x`, " cn = a , dc = b ", `CN=\20a\ ,DC=b`, "CN=é", `O=\#x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDN(s)
		if err != nil {
			return
		}
		again, err := parseDN(d.String())
		if err != nil {
			t.Fatalf("%q was written as %q, which is no name: %v", s, d.String(), err)
		}
		if again.key() != d.key() {
			t.Errorf("%q has the key %q, rewritten %q", s, d.key(), again.key())
		}
	})
}
