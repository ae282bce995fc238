package directory_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/directory/security"
)

const configuration = "CN=Configuration," + contoso.BaseDN

func find(t *testing.T, c *ldap.Conn, base string, scope int, filter string, attrs ...string) []*ldap.Entry {
	t.Helper()
	res, err := c.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attrs, nil))
	if err != nil {
		t.Fatalf("searching %q for %s: %v", base, filter, err)
	}
	return res.Entries
}

// names lists the account names found, or else the names of the entries.
func names(entries []*ldap.Entry) []string {
	out := []string{}
	for _, e := range entries {
		n := e.GetAttributeValue("sAMAccountName")
		if n == "" {
			n = e.DN
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

func TestFilters(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.Admin())
	alice := find(t, c, contoso.BaseDN, ldap.ScopeWholeSubtree, "(sAMAccountName=alice)", "objectSid", "objectGUID")[0]
	sid, guid := alice.GetRawAttributeValue("objectSid"), alice.GetRawAttributeValue("objectGUID")
	text, _, err := security.ParseSID(sid)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, filter string
		want         []string
	}{
		{"account and category", "(&(sAMAccountName=QLIK)(objectCategory=person))", []string{"qlik"}},
		{"attribute names without case", "(&(SAMACCOUNTNAME=qlik)(ObjectClass=User))", []string{"qlik"}},
		{"computer by host", "(&(objectClass=computer)(dNSHostName=QLIK01.contoso.test))", []string{"QLIK01$"}},
		{"service name", "(servicePrincipalName=http/INTRANET.contoso.test)", []string{"svc-intranet"}},
		{"part of a service name", "(servicePrincipalName=*intranet*)", []string{"svc-intranet"}},
		{"start and end", "(servicePrincipalName=MSSQLSvc/*:1433)", []string{"svc-sql"}},
		{"nobody holds it", "(servicePrincipalName=HTTP/sense.contoso.test)", []string{}},
		{"alias owners", "(|(servicePrincipalName=HOST/qlik01.contoso.test)(servicePrincipalName=HTTP/intranet))", []string{"QLIK01$", "svc-intranet"}},
		{"all bits", "(userAccountControl:1.2.840.113556.1.4.803:=1048576)", []string{"cfo"}},
		{"any bit", "(userAccountControl:1.2.840.113556.1.4.804:=1572864)", []string{"DC1$", "cfo"}},
		{"members in chain", "(&(objectCategory=person)(memberOf:1.2.840.113556.1.4.1941:=CN=Qlik readers,OU=Staff,DC=contoso,DC=test))", []string{"alice", "bob", "cfo", "chloe"}},
		{"groups in chain", "(member:1.2.840.113556.1.4.1941:=CN=Alice Example,OU=Staff,DC=contoso,DC=test)", []string{"Qlik readers", "Qlik users"}},
		{"direct members", "(memberOf=cn=finance, ou=staff,dc=contoso,dc=test)", []string{"bob", "cfo", "chloe"}},
		{"binary identifier", "(objectSid=" + ldap.EscapeFilter(string(sid)) + ")", []string{"alice"}},
		{"identifier as text", "(objectSid=" + string(text) + ")", []string{"alice"}},
		{"binary guid", "(objectGUID=" + ldap.EscapeFilter(string(guid)) + ")", []string{"alice"}},
		{"principal name", "(userPrincipalName=alice@contoso.test)", []string{"alice"}},
		{"disabled people", "(&(objectCategory=person)(userAccountControl:1.2.840.113556.1.4.803:=2))", []string{"Guest", "former", "krbtgt"}},
		{"greater", "(&(sAMAccountName>=s)(sAMAccountName<=svc-a)(objectClass=user))", []string{"SQL01$", "secops"}},
		{"number order", "(&(adminCount>=1)(objectClass=user))", []string{"Administrator", "admin", "krbtgt"}},
		{"approximate", "(sAMAccountName~=ALICE)", []string{"alice"}},
		{"ambiguous name", "(anr=ali)", []string{"alice"}},
		{"negated unknown attribute", "(&(sAMAccountName=alice)(!(noSuchAttribute=1)))", []string{}},
		{"unknown attribute or known", "(|(noSuchAttribute=1)(sAMAccountName=alice))", []string{"alice"}},
		{"absent attribute negated", "(&(sAMAccountName=alice)(!(department=x)))", []string{"alice"}},
		{"identity by name", "(distinguishedName=CN=Alice Example,OU=Staff,DC=contoso,DC=test)", []string{"alice"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := names(find(t, c, contoso.BaseDN, ldap.ScopeWholeSubtree, tt.filter, "sAMAccountName"))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSearchAnswers(t *testing.T) {
	l := start(t)
	bound := l.as(t, contoso.Admin())
	anonymous := l.dial(t, l.AddrLDAPS())
	tests := []struct {
		name   string
		conn   *ldap.Conn
		base   string
		scope  int
		filter string
		ctl    []ldap.Control
		code   uint16
		part   string
	}{
		{"anonymous", anonymous, contoso.BaseDN, ldap.ScopeWholeSubtree, "(objectClass=*)", nil, 1, "000004DC"},
		{"empty base", bound, "", ldap.ScopeWholeSubtree, "(objectClass=*)", nil, 32, "NO_OBJECT"},
		{"missing entry", bound, "CN=Nobody,OU=Services,DC=contoso,DC=test", ldap.ScopeBaseObject, "(objectClass=*)", nil, 32, "best match of:\n\t'OU=Services,DC=contoso,DC=test'"},
		{"another forest", bound, "DC=fabrikam,DC=test", ldap.ScopeBaseObject, "(objectClass=*)", nil, 10, "fabrikam.test"},
		{"not a name", bound, "garbage", ldap.ScopeBaseObject, "(objectClass=*)", nil, 34, "BAD_NAME"},
		{"computed attribute in a filter", bound, contoso.BaseDN, ldap.ScopeWholeSubtree, "(tokenGroups=*)", nil, 18, ""},
		{"unknown critical control", bound, contoso.BaseDN, ldap.ScopeBaseObject, "(objectClass=*)", []ldap.Control{ldap.NewControlString("1.2.3.4", true, "")}, 12, "Error processing control"},
		{"unknown control", bound, contoso.BaseDN, ldap.ScopeBaseObject, "(objectClass=*)", []ldap.Control{ldap.NewControlString("1.2.3.4", false, "")}, 0, ""},
		{"descriptor flags", bound, contoso.BaseDN, ldap.ScopeBaseObject, "(objectClass=*)", []ldap.Control{ldap.NewControlMicrosoftSDFlags()}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.conn.Search(ldap.NewSearchRequest(tt.base, tt.scope, 0, 0, 0, false, tt.filter, nil, tt.ctl))
			wantResult(t, err, tt.code, tt.part)
		})
	}
}

func TestReferences(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.Admin())
	req := ldap.NewSearchRequest(contoso.BaseDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(sAMAccountName=alice)", nil, nil)
	res, err := c.Search(req)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Referrals) != 3 || !slices.Contains(res.Referrals, "ldap://contoso.test/"+configuration) {
		t.Errorf("references %v", res.Referrals)
	}
	req = ldap.NewSearchRequest(contoso.BaseDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=crossRef)", nil,
		[]ldap.Control{ldap.NewControlString("1.2.840.113556.1.4.1339", true, "")})
	res, err = c.Search(req)
	if err != nil || len(res.Referrals) != 0 || len(res.Entries) != 0 {
		t.Errorf("domain scope: %v, %v", res, err)
	}
}

func TestSelection(t *testing.T) {
	l := start(t)
	if err := l.Store().Update(func(tx *directory.Tx) error {
		if err := tx.AllowToActOnBehalf("qlik", "CONN01$"); err != nil {
			return err
		}
		return tx.Set("CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN)
	}); err != nil {
		t.Fatal(err)
	}
	c := l.as(t, contoso.Admin())
	qlik := "CN=Qlik Sense services,OU=Services," + contoso.BaseDN

	everything := find(t, c, qlik, ldap.ScopeBaseObject, "(objectClass=*)")[0]
	if got := everything.GetAttributeValues("objectClass"); !slices.Equal(got, []string{"top", "person", "organizationalPerson", "user"}) {
		t.Errorf("objectClass %v", got)
	}
	for _, hidden := range []string{"unicodePwd", "tokenGroups", "msDS-KeyVersionNumber", "canonicalName"} {
		if got := everything.GetAttributeValues(hidden); len(got) > 0 {
			t.Errorf("%s shown unasked: %q", hidden, got)
		}
	}
	nothing := find(t, c, qlik, ldap.ScopeBaseObject, "(objectClass=*)", "1.1")[0]
	if len(nothing.Attributes) != 0 {
		t.Errorf("1.1 shows %v", nothing.Attributes)
	}
	asked := find(t, c, qlik, ldap.ScopeBaseObject, "(objectClass=*)", "MSDS-KEYVERSIONNUMBER", "canonicalName",
		"msDS-User-Account-Control-Computed", "allowedAttributesEffective", "tokenGroups", "msDS-SupportedEncryptionTypes", "noSuchThing")[0]
	if got := asked.GetAttributeValue("msDS-KeyVersionNumber"); got != "2" {
		t.Errorf("key version %q", got)
	}
	if got := asked.GetAttributeValue("canonicalName"); got != "contoso.test/Services/Qlik Sense services" {
		t.Errorf("canonical name %q", got)
	}
	if got := asked.GetAttributeValue("msDS-User-Account-Control-Computed"); got != "0" {
		t.Errorf("computed control %q", got)
	}
	if got := asked.GetAttributeValue("msDS-SupportedEncryptionTypes"); got != "24" {
		t.Errorf("encryption types %q", got)
	}
	if !slices.Contains(asked.GetAttributeValues("allowedAttributesEffective"), "servicePrincipalName") {
		t.Error("an administrator may not write servicePrincipalName")
	}
	if got := asked.GetRawAttributeValues("tokenGroups"); len(got) != 2 {
		t.Errorf("%d token groups, want domain users and users", len(got))
	}
	reader := l.as(t, contoso.TestUser())
	if got := find(t, reader, qlik, ldap.ScopeBaseObject, "(objectClass=*)", "allowedAttributesEffective")[0].Attributes; len(got) != 0 {
		t.Errorf("a plain user may write %v", got)
	}
	sd, err := security.ParseDescriptor(everything.GetRawAttributeValue("msDS-AllowedToActOnBehalfOfOtherIdentity"))
	if err != nil || len(sd.Trustees()) != 1 {
		t.Errorf("descriptor %+v, %v", sd, err)
	}
}

func TestGlobalCatalogue(t *testing.T) {
	l := start(t)
	if err := l.Store().Update(func(tx *directory.Tx) error {
		return tx.Set("CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN)
	}); err != nil {
		t.Fatal(err)
	}
	c := l.dial(t, l.AddrGCS())
	if err := c.Bind(contoso.Admin().UPN, contoso.Admin().Password); err != nil {
		t.Fatal(err)
	}
	hits := find(t, c, "", ldap.ScopeWholeSubtree, "(sAMAccountName=CONN01$)")
	if len(hits) != 1 {
		t.Fatalf("%d hits", len(hits))
	}
	for _, local := range []string{"msDS-AllowedToDelegateTo", "msDS-SupportedEncryptionTypes", "pwdLastSet"} {
		if got := hits[0].GetAttributeValues(local); len(got) > 0 {
			t.Errorf("the catalogue shows %s: %q", local, got)
		}
	}
	if got := hits[0].GetAttributeValues("servicePrincipalName"); len(got) == 0 {
		t.Error("the catalogue has no service principal names")
	}
	if got := find(t, c, "", ldap.ScopeWholeSubtree, "(msDS-AllowedToDelegateTo=*)"); len(got) != 0 {
		t.Errorf("the catalogue searches what it does not hold: %v", got)
	}
	if got := find(t, c, "", ldap.ScopeWholeSubtree, "(objectClass=crossRef)"); len(got) != 5 {
		t.Errorf("%d cross references", len(got))
	}
	mod := ldap.NewModifyRequest(hits[0].DN, nil)
	mod.Add("servicePrincipalName", []string{"HTTP/new.contoso.test"})
	wantResult(t, c.Modify(mod), 53, "Operation not allowed through GC port")
}

func TestConfiguration(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.TestUser())
	mapping := find(t, c, "CN=Directory Service,CN=Windows NT,CN=Services,"+configuration, ldap.ScopeBaseObject, "(objectClass=*)", "sPNMappings", "dSHeuristics")
	if len(mapping) != 1 || len(mapping[0].GetAttributeValues("sPNMappings")) != 1 {
		t.Errorf("mappings %v", mapping)
	}
	refs := find(t, c, "CN=Partitions,"+configuration, ldap.ScopeSingleLevel, "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=3))", "nCName", "dnsRoot", "nETBIOSName")
	if len(refs) != 1 || refs[0].GetAttributeValue("nETBIOSName") != contoso.NetBIOS {
		t.Errorf("cross references %v", refs)
	}
}

func TestPaging(t *testing.T) {
	l := start(t)
	const extra = 1200
	if err := l.Store().Update(func(tx *directory.Tx) error {
		for i := range extra {
			n := fmt.Sprintf("bulk%04d", i)
			if err := tx.Create("CN="+n+",OU=Staff,"+contoso.BaseDN, map[string][]string{"objectClass": {"user"}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c := l.as(t, contoso.Admin())
	request := func() *ldap.SearchRequest {
		return ldap.NewSearchRequest("OU=Staff,"+contoso.BaseDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(sAMAccountName=bulk*)", []string{"sAMAccountName"}, nil)
	}
	whole, err := c.Search(request())
	wantResult(t, err, ldap.LDAPResultSizeLimitExceeded, "")
	if whole == nil || len(whole.Entries) != 1000 {
		t.Errorf("an unpaged search returned %v", whole)
	}
	for _, size := range []uint32{100, 500, 1000, 5000} {
		t.Run(strconv.Itoa(int(size)), func(t *testing.T) {
			res, err := c.SearchWithPaging(request(), size)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, e := range res.Entries {
				seen[e.DN] = true
			}
			if len(seen) != extra || len(res.Entries) != extra {
				t.Errorf("%d entries, %d different", len(res.Entries), len(seen))
			}
		})
	}
	limited := request()
	limited.SizeLimit = 3
	res, err := c.Search(limited)
	wantResult(t, err, ldap.LDAPResultSizeLimitExceeded, "")
	if res == nil || len(res.Entries) != 3 {
		t.Errorf("size limit of 3: %v", res)
	}
	stale := request()
	stale.Controls = []ldap.Control{&ldap.ControlPaging{PagingSize: 10, Cookie: []byte("not a cookie")}}
	_, err = c.Search(stale)
	wantResult(t, err, ldap.LDAPResultUnavailableCriticalExtension, "")
}

func TestRanges(t *testing.T) {
	l := start(t)
	if err := l.Store().Update(func(tx *directory.Tx) error {
		values := make([]string, 2000)
		for i := range values {
			values[i] = fmt.Sprintf("HTTP/h%04d.contoso.test", i)
		}
		return tx.Set("svc-backup", "servicePrincipalName", values...)
	}); err != nil {
		t.Fatal(err)
	}
	c := l.as(t, contoso.Admin())
	for _, tt := range []struct {
		ask, name string
		count     int
	}{
		{"servicePrincipalName", "servicePrincipalName;range=0-1499", 1500},
		{"servicePrincipalName;range=1500-*", "servicePrincipalName;range=1500-*", 500},
		{"servicePrincipalName;range=10-19", "servicePrincipalName;range=10-19", 10},
	} {
		e := find(t, c, contoso.BaseDN, ldap.ScopeWholeSubtree, "(sAMAccountName=svc-backup)", tt.ask)[0]
		if got := e.GetAttributeValues(tt.name); len(got) != tt.count {
			t.Errorf("%s: %d values under %v", tt.ask, len(got), e.Attributes)
		}
	}
}

func TestCompareAndStates(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.TestUser())
	alice := "CN=Alice Example,OU=Staff," + contoso.BaseDN
	if ok, err := c.Compare(alice, "sAMAccountName", "ALICE"); !ok || err != nil {
		t.Errorf("compare: %v, %v", ok, err)
	}
	if ok, err := c.Compare(alice, "sAMAccountName", "bob"); ok || err != nil {
		t.Errorf("compare: %v, %v", ok, err)
	}
	_, err := c.Compare(alice, "noSuchThing", "1")
	wantResult(t, err, 16, "")
	l.Update(func(s *directory.State) { s.Busy = true })
	_, err = c.Compare(alice, "sAMAccountName", "bob")
	wantResult(t, err, 51, "")
}
