package directory_test

import (
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/directory/security"
)

const (
	qlikDN   = "CN=Qlik Sense services,OU=Services," + contoso.BaseDN
	conn01DN = "CN=CONN01,OU=Servers," + contoso.BaseDN
	qlik01DN = "CN=QLIK01,OU=Servers," + contoso.BaseDN
	sqlDN    = "CN=SQL Server service,OU=Services," + contoso.BaseDN
	bobDN    = "CN=Bob Berger,OU=Staff," + contoso.BaseDN
	dc1DN    = "CN=DC1,OU=Domain Controllers," + contoso.BaseDN
	adminDN  = "CN=Ada Min,CN=Users," + contoso.BaseDN
)

// change is one part of a modification in a table.
type change struct {
	op     int
	attr   string
	values []string
}

func add(attr string, values ...string) change {
	return change{ldap.AddAttribute, attr, values}
}

func del(attr string, values ...string) change {
	return change{ldap.DeleteAttribute, attr, values}
}

func replace(attr string, values ...string) change {
	return change{ldap.ReplaceAttribute, attr, values}
}

func modification(dn string, permissive bool, changes ...change) *ldap.ModifyRequest {
	var ctl []ldap.Control
	if permissive {
		ctl = append(ctl, ldap.NewControlString("1.2.840.113556.1.4.1413", true, ""))
	}
	m := ldap.NewModifyRequest(dn, ctl)
	for _, c := range changes {
		m.Changes = append(m.Changes, ldap.Change{
			Operation: uint(c.op), Modification: ldap.PartialAttribute{Type: c.attr, Vals: c.values},
		})
	}
	return m
}

func descriptorOf(t *testing.T, trustees ...security.SID) string {
	t.Helper()
	raw, err := security.AllowOnly(trustees...).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestModifyRules(t *testing.T) {
	const spn = "servicePrincipalName"
	admin, help, alice := contoso.Admin(), directory.Helpdesk(), contoso.TestUser()
	computer := contoso.Person{UPN: `CONTOSO\CONN01$`, Password: contoso.Connectors()[0].Password}
	sense := "HTTP/sense.contoso.test"
	tests := []struct {
		name       string
		who        contoso.Person
		dn         string
		permissive bool
		prepare    func(*directory.Tx) error
		changes    []change
		code       uint16
		part       string
	}{
		{name: "add a name", who: admin, dn: qlikDN, changes: []change{add(spn, sense)}},
		{name: "add two at once", who: admin, dn: qlikDN, changes: []change{add(spn, sense, "HTTP/sense")}},
		{name: "the same twice in one change", who: admin, dn: qlikDN, changes: []change{add(spn, sense, "http/SENSE.contoso.test")}, code: 20, part: "00002083"},
		{name: "held by another account", who: admin, dn: qlikDN, changes: []change{add(spn, "HTTP/intranet.contoso.test")}, code: 19, part: "000021C7"},
		{name: "held by another account in other letters", who: admin, dn: qlikDN, changes: []change{add(spn, "http/INTRÁNET.contoso.test")}, code: 19, part: "000021C7"},
		{name: "a look-alike slips through", who: admin, dn: qlikDN, changes: []change{add(spn, "HTTP/іntranet.contoso.test")}},
		{name: "another port is another name", who: admin, dn: qlikDN, changes: []change{add(spn, "HTTP/intranet.contoso.test:4244")}},
		{name: "one part", who: admin, dn: qlikDN, changes: []change{add(spn, "sense.contoso.test")}, code: 19, part: "0000200B"},
		{name: "four parts", who: admin, dn: qlikDN, changes: []change{add(spn, "HTTP/a/b/c")}, code: 19, part: "0000200B"},
		{name: "alias of another's HOST by an administrator", who: admin, dn: qlikDN, changes: []change{add(spn, "HTTP/qlik01.contoso.test")}},
		{name: "alias of a HOST the caller may write", who: help, dn: qlikDN, changes: []change{add(spn, "HTTP/qlik01.contoso.test")}},
		{name: "alias of a HOST the caller may not write", who: help, dn: qlikDN, changes: []change{add(spn, "HTTP/dc1.contoso.test")}, code: 50, part: "INSUFF_ACCESS_RIGHTS"},
		{name: "a class HOST does not cover", who: help, dn: qlikDN, changes: []change{add(spn, "MSSQLSvc/dc1.contoso.test")}},
		{name: "HOST over another's service", who: admin, dn: qlik01DN, changes: []change{add(spn, "HOST/intranet.contoso.test")}, code: 19, part: "000021C7"},
		{
			name: "HOST over another's service with the alias check off", who: admin, dn: qlik01DN,
			prepare: func(tx *directory.Tx) error {
				return tx.Set("CN=Directory Service,CN=Windows NT,CN=Services,"+configuration, "dSHeuristics", "000000000100000000024")
			},
			changes: []change{add(spn, "HOST/intranet.contoso.test")},
		},
		{
			name: "duplicate with the check off", who: admin, dn: qlikDN,
			prepare: func(tx *directory.Tx) error {
				return tx.Set("CN=Directory Service,CN=Windows NT,CN=Services,"+configuration, "dSHeuristics", "000000000100000000022")
			},
			changes: []change{add(spn, "HTTP/intranet.contoso.test")},
		},
		{name: "HOST and HTTP on one account", who: admin, dn: qlik01DN, changes: []change{add(spn, "HTTP/qlik01.contoso.test")}},
		{name: "value it has", who: admin, dn: sqlDN, changes: []change{add(spn, "MSSQLSvc/SQL01.contoso.test")}, code: 20, part: "ATT_OR_VALUE_EXISTS"},
		{name: "value it has, permissive", who: admin, dn: sqlDN, permissive: true, changes: []change{add(spn, "MSSQLSvc/SQL01.contoso.test")}},
		{name: "take a value away", who: admin, dn: sqlDN, changes: []change{del(spn, "mssqlsvc/sql01.contoso.test")}},
		{name: "take a missing value away", who: admin, dn: sqlDN, changes: []change{del(spn, sense)}, code: 16, part: "NO_ATTRIBUTE_OR_VAL"},
		{name: "take a missing value away, permissive", who: admin, dn: sqlDN, permissive: true, changes: []change{del(spn, sense)}},
		{name: "take an absent attribute away", who: admin, dn: qlikDN, changes: []change{del(spn)}, code: 16, part: "NO_ATTRIBUTE_OR_VAL"},
		{name: "replace by nothing", who: admin, dn: qlikDN, changes: []change{replace(spn)}},
		{name: "move a name in two requests' worth of one", who: admin, dn: sqlDN, changes: []change{del(spn, "MSSQLSvc/sql01.contoso.test"), add(spn, "MSSQLSvc/sql01.contoso.test")}},
		{name: "nothing without a right", who: alice, dn: qlikDN, changes: []change{add(spn, sense)}, code: 50, part: "INSUFF_ACCESS_RIGHTS"},
		{name: "account operators manage plain accounts", who: help, dn: qlikDN, changes: []change{add(spn, sense)}},
		{name: "account operators leave administrators alone", who: help, dn: adminDN, changes: []change{add(spn, sense)}, code: 50},
		{name: "account operators leave domain controllers alone", who: help, dn: dc1DN, changes: []change{add(spn, sense)}, code: 50},
		{name: "account operators leave the forest alone", who: help, dn: "CN=Directory Service,CN=Windows NT,CN=Services," + configuration, changes: []change{replace("dSHeuristics", "1")}, code: 50},
		{name: "a computer names itself", who: computer, dn: conn01DN, changes: []change{add(spn, "HTTP/conn01.contoso.test")}},
		{name: "a computer names itself with a port", who: computer, dn: conn01DN, changes: []change{add(spn, "HTTP/CONN01:8080")}},
		{name: "a computer names another", who: computer, dn: conn01DN, changes: []change{add(spn, sense)}, code: 19, part: "0000200B"},
		{name: "a computer names an instance", who: computer, dn: conn01DN, changes: []change{add(spn, "HTTP/conn01:inst")}, code: 19},
		{name: "a computer writes something else", who: computer, dn: conn01DN, changes: []change{add("description", "mine")}, code: 50},
		{name: "a computer writes elsewhere", who: computer, dn: qlik01DN, changes: []change{add(spn, "HTTP/qlik01")}, code: 50},

		{name: "protocol transition", who: admin, dn: conn01DN, changes: []change{replace("userAccountControl", "16781312")}},
		{name: "protocol transition, old value asserted", who: admin, dn: conn01DN, changes: []change{del("userAccountControl", "4096"), add("userAccountControl", "16781312")}},
		{name: "protocol transition, wrong old value", who: admin, dn: conn01DN, changes: []change{del("userAccountControl", "4128"), add("userAccountControl", "16781312")}, code: 16},
		{name: "protocol transition without the privilege", who: help, dn: conn01DN, changes: []change{replace("userAccountControl", "16781312")}, code: 50, part: "SeEnableDelegationPrivilege"},
		{name: "unconstrained without the privilege", who: help, dn: conn01DN, changes: []change{replace("userAccountControl", "528384")}, code: 50, part: "SeEnableDelegationPrivilege"},
		{name: "other flags need no privilege", who: help, dn: conn01DN, changes: []change{replace("userAccountControl", "4098")}},
		{name: "delegation list", who: admin, dn: conn01DN, changes: []change{add("msDS-AllowedToDelegateTo", sense, "HTTP/sense")}},
		{name: "delegation list without the privilege", who: help, dn: conn01DN, changes: []change{add("msDS-AllowedToDelegateTo", sense)}, code: 50, part: "SeEnableDelegationPrivilege"},
		{name: "resource-based delegation needs no privilege", who: help, dn: qlikDN, changes: []change{replace("msDS-AllowedToActOnBehalfOfOtherIdentity", descriptorOf(t, "S-1-5-21-1-2-3-1105"))}},
		{name: "a broken descriptor", who: admin, dn: qlikDN, changes: []change{replace("msDS-AllowedToActOnBehalfOfOtherIdentity", "\x01\x00\x04\x80")}, code: 21},
		{name: "flags that are no number", who: admin, dn: conn01DN, changes: []change{replace("userAccountControl", "many")}, code: 21},
		{name: "flags of another kind of account", who: admin, dn: conn01DN, changes: []change{replace("userAccountControl", "4608")}, code: 53},
		{name: "flags removed", who: admin, dn: conn01DN, changes: []change{del("userAccountControl")}, code: 65},

		{name: "unknown attribute", who: admin, dn: qlikDN, changes: []change{add("noSuchThing", "1")}, code: 16, part: "Error in attribute conversion operation"},
		{name: "attribute of another class", who: admin, dn: "CN=Finance,OU=Staff," + contoso.BaseDN, changes: []change{add(spn, sense)}, code: 65},
		{name: "system attribute", who: admin, dn: qlikDN, changes: []change{replace("objectSid", "S-1-5-21-1")}, code: 19},
		{name: "back link", who: admin, dn: qlikDN, changes: []change{add("memberOf", "CN=Finance,OU=Staff,"+contoso.BaseDN)}, code: 53},
		{name: "two values for one", who: admin, dn: qlikDN, changes: []change{replace("displayName", "a", "b")}, code: 19, part: "00002081"},
		{name: "a second value for one", who: admin, dn: qlikDN, changes: []change{add("displayName", "b")}, code: 20},
		{name: "principal name taken", who: admin, dn: qlikDN, changes: []change{replace("userPrincipalName", "ALICE@contoso.test")}, code: 19, part: "000021C8"},
		{name: "account name taken", who: admin, dn: qlikDN, changes: []change{replace("sAMAccountName", "Alice")}, code: 68},
		{name: "a new member", who: help, dn: "CN=Finance,OU=Staff," + contoso.BaseDN, changes: []change{add("member", qlikDN)}},
		{name: "a member that does not exist", who: admin, dn: "CN=Finance,OU=Staff," + contoso.BaseDN, changes: []change{add("member", "CN=Nobody,"+contoso.BaseDN)}, code: 32},
		{name: "an operator's way to the top", who: help, dn: "CN=Domain Admins,CN=Users," + contoso.BaseDN, changes: []change{add("member", bobDN)}, code: 50},
		{name: "missing entry", who: admin, dn: "CN=Nobody,OU=Services," + contoso.BaseDN, changes: []change{add("description", "x")}, code: 32, part: "best match"},
		{name: "date of a password", who: admin, dn: bobDN, changes: []change{replace("pwdLastSet", "0")}},
		{name: "any date of a password", who: admin, dn: bobDN, changes: []change{replace("pwdLastSet", "131000000000000000")}, code: 19},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t)
			if tt.prepare != nil {
				if err := l.Store().Update(tt.prepare); err != nil {
					t.Fatal(err)
				}
			}
			c := l.as(t, tt.who)
			err := c.Modify(modification(tt.dn, tt.permissive, tt.changes...))
			wantResult(t, err, tt.code, tt.part)
		})
	}
}

func TestModifyIsAtomicAndStamped(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.Admin())
	stamps := func() []string {
		e := find(t, c, qlikDN, ldap.ScopeBaseObject, "(objectClass=*)", "uSNChanged", "description", "servicePrincipalName")[0]
		return append([]string{e.GetAttributeValue("uSNChanged"), e.GetAttributeValue("description")}, e.GetAttributeValues("servicePrincipalName")...)
	}
	before := stamps()
	err := c.Modify(modification(qlikDN, false, replace("description", "changed"), add("servicePrincipalName", "HTTP/intranet.contoso.test")))
	wantResult(t, err, 19, "000021C7")
	if diff := cmp.Diff(before, stamps()); diff != "" {
		t.Errorf("a refused request left traces (-before +after)\n%s", diff)
	}
	if err := c.Modify(modification(qlikDN, false, add("servicePrincipalName", contoso.SPN))); err != nil {
		t.Fatal(err)
	}
	after := stamps()
	if after[0] == before[0] {
		t.Error("uSNChanged stayed the same")
	}
	if !slices.Contains(after, contoso.SPN) {
		t.Errorf("the name is missing: %v", after)
	}
	held := l.Store().BySPN("http/SENSE.contoso.test")
	if len(held) != 1 || held[0].SAM != "qlik" {
		t.Errorf("owner %v", held)
	}
}

func TestPasswordOverLDAP(t *testing.T) {
	quoted := func(s string) string {
		out := []byte{}
		for _, r := range `"` + s + `"` {
			out = append(out, byte(r), 0)
		}
		return string(out)
	}
	l := start(t)
	c := l.as(t, contoso.Admin())
	wantResult(t, c.Modify(modification(bobDN, false, replace("unicodePwd", quoted("short")))), 19, "0000052D")
	wantResult(t, c.Modify(modification(bobDN, false, replace("unicodePwd", "plain"))), 53, "")
	before, _ := l.Store().Find("bob")
	wantResult(t, c.Modify(modification(bobDN, false, replace("unicodePwd", quoted("A-new-Password-1")))), 0, "")
	after, _ := l.Store().Find("bob")
	if after.KVNO != before.KVNO+1 {
		t.Errorf("key version %d after %d", after.KVNO, before.KVNO)
	}
	wantResult(t, l.dial(t, l.AddrLDAPS()).Bind("bob", "A-new-Password-1"), 0, "")
}

func TestAddAndDelete(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.Admin())
	ou, dn := "OU=New,"+contoso.BaseDN, "CN=Rehearsal,OU=New,"+contoso.BaseDN
	request := func(dn string, attrs map[string][]string) *ldap.AddRequest {
		r := ldap.NewAddRequest(dn, nil)
		for k, v := range attrs {
			r.Attribute(k, v)
		}
		return r
	}
	user := map[string][]string{"objectClass": {"top", "user"}, "sAMAccountName": {"rehearsal"}, "servicePrincipalName": {"HTTP/rehearsal.contoso.test"}}
	wantResult(t, c.Add(request(dn, user)), 32, "best match")
	wantResult(t, c.Add(request(ou, map[string][]string{"objectClass": {"organizationalUnit"}})), 0, "")
	wantResult(t, l.as(t, contoso.TestUser()).Add(request(dn, user)), 50, "")
	wantResult(t, c.Add(request(dn, map[string][]string{"objectClass": {"unicorn"}})), 65, "")
	wantResult(t, c.Add(request(dn, map[string][]string{"objectClass": {"user"}, "noSuchThing": {"1"}})), 16, "")
	wantResult(t, c.Add(request(dn, map[string][]string{"objectClass": {"user"}, "sAMAccountName": {"alice"}})), 68, "00000524")
	wantResult(t, c.Add(request(dn, map[string][]string{"objectClass": {"user"}, "servicePrincipalName": {"HTTP/intranet"}})), 19, "000021C7")
	wantResult(t, c.Add(request(dn, user)), 0, "")
	wantResult(t, c.Add(request(dn, user)), 68, "ENTRY_EXISTS")

	e := find(t, c, dn, ldap.ScopeBaseObject, "(objectClass=*)")[0]
	for _, own := range []string{"objectSid", "objectGUID", "whenCreated", "uSNCreated", "primaryGroupID", "sAMAccountType", "objectCategory"} {
		if e.GetAttributeValue(own) == "" {
			t.Errorf("the new entry has no %s", own)
		}
	}
	group := "CN=Finance,OU=Staff," + contoso.BaseDN
	wantResult(t, c.Modify(modification(group, false, add("member", dn))), 0, "")
	wantResult(t, c.Del(ldap.NewDelRequest(ou, nil)), 66, "")
	wantResult(t, c.Del(ldap.NewDelRequest("CN=krbtgt,CN=Users,"+contoso.BaseDN, nil)), 53, "")
	wantResult(t, c.Del(ldap.NewDelRequest("CN=Domain Admins,CN=Users,"+contoso.BaseDN, nil)), 53, "")
	wantResult(t, c.Del(ldap.NewDelRequest(dn, nil)), 0, "")
	if got := find(t, c, group, ldap.ScopeBaseObject, "(objectClass=*)", "member")[0].GetAttributeValues("member"); slices.Contains(got, dn) {
		t.Errorf("the group still names the deleted entry: %v", got)
	}
	wantResult(t, c.Del(ldap.NewDelRequest(ou, nil)), 0, "")
	wantResult(t, c.ModifyDN(ldap.NewModifyDNRequest(group, "CN=Money", true, "")), 53, "")
}
