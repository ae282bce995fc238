package directory

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/site"
)

func TestClassify(t *testing.T) {
	ad := func(code uint16, text string) error { return &ldap.Error{ResultCode: code, Err: errors.New(text)} }
	tests := []struct {
		name string
		err  error
		kind fact.ErrorKind
		code string
	}{
		{"wrong password", ad(49, "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 52e, v4563\x00"), fact.NotSignedIn, "52e"},
		{"locked", ad(49, "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v4563"), fact.NotSignedIn, "775"},
		{"refused without a reason", ad(49, "no"), fact.NotSignedIn, "invalidCredentials"},
		{"no right", ad(50, "00002098: SecErr: DSID-031514A0, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0"), fact.NoRight, "insufficientAccessRights"},
		{"not unique", ad(19, "000021C7: AtrErr: DSID-03200E9D, #1"), fact.Refused, "8647"},
		{"constraint without a number", ad(19, "short"), fact.Refused, "constraintViolation"},
		{"unwilling", ad(53, "00002077: SvcErr: DSID-031907D0, problem 5003 (WILL_NOT_PERFORM), data 0"), fact.Refused, "8311"},
		{"signing demanded", ad(8, "00002028: LdapErr: DSID-0C090276, comment: The server requires binds to turn on integrity checking"), fact.NotSignedIn, "strongerAuthRequired"},
		{"bind first", ad(1, "000004DC: LdapErr: DSID-0C090A6E, comment: In order to perform this operation a successful bind must be completed"), fact.NotSignedIn, "operationsError"},
		{"absent", ad(32, "0000208D: NameErr"), fact.NotFound, "noSuchObject"},
		{"value there already", ad(20, "x"), fact.Conflict, "attributeOrValueExists"},
		{"value not there", ad(16, "x"), fact.Conflict, "noSuchAttribute"},
		{"elsewhere", ad(10, "x"), fact.Unsupported, "referral"},
		{"busy", ad(51, "x"), fact.Unreachable, "busy"},
		{"something rare", ad(71, "x"), fact.Refused, "LDAP 71"},
		{"connection lost", ldap.NewError(ldap.ErrorNetwork, errors.New("ldap: response channel closed")), fact.Unreachable, ""},
		{"end of file", ldap.NewError(ldap.ErrorNetwork, io.EOF), fact.Unreachable, ""},
		{"time is up", context.DeadlineExceeded, fact.TimedOut, ""},
		{"known", &fact.Error{Kind: fact.Conflict, Code: "x"}, fact.Conflict, "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f *fact.Error
			if !errors.As(classify("reading", tt.err), &f) || f.Kind != tt.kind || f.Code != tt.code {
				t.Errorf("got %+v", f)
			}
		})
	}
	if classify("x", nil) != nil {
		t.Error("nothing became an error")
	}
}

func TestReadingValues(t *testing.T) {
	now := time.Date(2026, 11, 21, 20, 30, 0, 0, time.UTC)
	if got := generalized("20261121203000.0Z"); !got.Equal(now) {
		t.Errorf("time is %v", got)
	}
	if !generalized("soon").IsZero() {
		t.Error("nonsense became a time")
	}
	tests := []struct {
		name, raw string
		want      time.Time
		ok        bool
	}{
		{"a time", "134082306000000000", time.Date(2025, 11, 21, 20, 30, 0, 0, time.UTC), true},
		{"never", "9223372036854775807", time.Time{}, false},
		{"never, too", "0", time.Time{}, false},
		{"nonsense", "x", time.Time{}, false},
	}
	for _, tt := range tests {
		if got, ok := fileTime(tt.raw); ok != tt.ok || !got.Equal(tt.want) {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
	if flags("-2147483136") != 0x80000200 || flags("16781312") != 0x1001000 || flags("") != 0 {
		t.Error("flags are misread")
	}
	if signed(0x80000200) != "-2147483136" || signed(0x1001000) != "16781312" {
		t.Error("flags are miswritten")
	}
	if realmOf("contoso.test:dc1$@CONTOSO.TEST") != "CONTOSO.TEST" || realmOf("x") != "" {
		t.Error("the realm is misread")
	}
	if authzName(`u:CONTOSO\admin`) != `CONTOSO\admin` {
		t.Error("the name is misread")
	}
}

func TestDomains(t *testing.T) {
	const nc = "DC=contoso,DC=test"
	tests := []struct {
		name, dn, domain string
		in               bool
	}{
		{"user", "CN=Alice,OU=Staff,DC=contoso,DC=test", "contoso.test", true},
		{"case and space", "CN=Alice, dc=CONTOSO, dc=Test", "contoso.test", true},
		{"comma in the name", `CN=Example\, Alice,DC=contoso,DC=test`, "contoso.test", true},
		{"child domain", "CN=Bob,DC=emea,DC=contoso,DC=test", "emea.contoso.test", false},
		{"other tree", "CN=Eve,DC=fabrikam,DC=test", "fabrikam.test", false},
		{"nonsense", "nonsense", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := domainOf(tt.dn); got != tt.domain {
				t.Errorf("domain %q", got)
			}
			if got := inDomain(tt.dn, nc); got != tt.in {
				t.Errorf("in the domain: %v", got)
			}
		})
	}
}

func TestHostClasses(t *testing.T) {
	got := hostClasses([]string{"ldap=gc", "host=WWW, http,,w3svc"})
	if diff := cmp.Diff([]string{"www", "http", "w3svc"}, got); diff != "" {
		t.Error(diff)
	}
	if n := len(fact.HostClasses()); n != 53 {
		t.Errorf("%d classes as installed", n)
	}
}

func TestRanges(t *testing.T) {
	e := ldap.NewEntry("CN=x", map[string][]string{"servicePrincipalName;range=0-1": {"a", "b"}})
	got, last, ok := rangeOf(e, "serviceprincipalname")
	if !ok || last != 1 || len(got) != 2 {
		t.Errorf("got %v %d %v", got, last, ok)
	}
	e = ldap.NewEntry("CN=x", map[string][]string{"servicePrincipalName;range=2-*": {"c"}})
	if got, last, ok = rangeOf(e, "servicePrincipalName"); !ok || last != -1 || len(got) != 1 {
		t.Errorf("got %v %d %v", got, last, ok)
	}
	if _, _, ok = rangeOf(e, "principalName"); ok {
		t.Error("another attribute was taken")
	}
}

func TestCheckSPN(t *testing.T) {
	tests := []struct {
		spn string
		ok  bool
	}{
		{"HTTP/sense.contoso.test", true},
		{"HTTP/sense", true},
		{"HTTP/sense.contoso.test:4244", true},
		{"MSSQLSvc/db.contoso.test:instance", true},
		{"ldap/dc1.contoso.test/contoso.test", true},
		{"sense.contoso.test", false},
		{"HTTP/", false},
		{"/sense", false},
		{"HTTP/sense.contoso.test/", false},
		{"HTTP/a/b/c", false},
		{"HTTP/sense contoso", false},
		{"HTTP/s\u0435nse.contoso.test", false}, // a Cyrillic letter
		{"HTTP/sense\u200b.contoso.test", false},
		{"HTTP/sense.contoso.test:0", false},
		{"HTTP/sense.contoso.test:70000", false},
		{"HTTP/sense.contoso.test:", false},
		{"HTTPS://sense.contoso.test", false},
		{"HTTP/-sense", false},
		{"HTTP/sense..test", false},
		{"HTTP/*", false},
	}
	for _, tt := range tests {
		if err := checkSPN(tt.spn); (err == nil) != tt.ok {
			t.Errorf("%q: %v", tt.spn, err)
		}
	}
}

func TestServers(t *testing.T) {
	lookup := func(_ context.Context, service, _, name string) (string, []*net.SRV, error) {
		return "", []*net.SRV{{Target: service + "." + name + "."}}, nil
	}
	startTLSFirst := func(plain, secure string) []server {
		const host = "dc1.contoso.test"
		return []server{{host, plain, startingTLS}, {host, secure, overTLS}, {host, plain, sealing}}
	}
	inTurn := []server{
		{"dc1.contoso.test", "3269", overTLS},
		{"gc.contoso.test", "3269", overTLS},
		{"dc1.contoso.test", "3268", startingTLS},
		{"gc.contoso.test", "3268", startingTLS},
		{"dc1.contoso.test", "3268", sealing},
		{"gc.contoso.test", "3268", sealing},
	}
	ways := func(host, secure, plain string) []server {
		return []server{{host, secure, overTLS}, {host, plain, startingTLS}, {host, plain, sealing}}
	}
	tests := []struct {
		name            string
		directory       site.Directory
		domain, catalog []server
		bad             bool
	}{
		{"a port of its own", site.Directory{Server: "ldaps://dc1.contoso.test:1636", GlobalCatalog: "ldaps://dc2.contoso.test"}, []server{{"dc1.contoso.test", "1636", overTLS}}, ways("dc2.contoso.test", "3269", "3268"), false},
		{"named", site.Directory{Server: "ldaps://dc1.contoso.test:636", GlobalCatalog: "ldaps://dc1.contoso.test:3269"}, ways("dc1.contoso.test", "636", "389"), ways("dc1.contoso.test", "3269", "3268"), false},
		{"StartTLS first", site.Directory{Server: "ldap://dc1.contoso.test", GlobalCatalog: "ldap://dc1.contoso.test"}, startTLSFirst("389", "636"), startTLSFirst("3268", "3269"), false},
		{"found by DNS", site.Directory{Domain: "contoso.test"}, ways("ldap.dc._msdcs.contoso.test", "636", "389"), ways("gc.contoso.test", "3269", "3268"), false},
		{"catalogue not named", site.Directory{Server: "ldaps://dc1.contoso.test", Domain: "contoso.test"}, ways("dc1.contoso.test", "636", "389"), inTurn, false},
		{"not an address", site.Directory{Server: "dc1.contoso.test:636"}, nil, nil, true},
		{"in clear by name", site.Directory{Server: "http://dc1.contoso.test"}, nil, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := New(site.Site{Directory: tt.directory}, nil, nil, nil)
			c.srv = lookup
			got, err := c.domainServers(t.Context())
			if (err != nil) != tt.bad {
				t.Fatal(err)
			}
			if tt.bad {
				return
			}
			opt := cmp.AllowUnexported(server{})
			if diff := cmp.Diff(tt.domain, got, opt); diff != "" {
				t.Error(diff)
			}
			got, err = c.catalogServers(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.catalog, got, opt); diff != "" {
				t.Error(diff)
			}
		})
	}
}
