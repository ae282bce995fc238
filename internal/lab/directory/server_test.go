package directory_test

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/pki"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab is a running directory and how to reach it.
type lab struct {
	*directory.Server
	tls *tls.Config
}

func start(t *testing.T, opts ...func(*directory.Options)) lab {
	t.Helper()
	ca, err := pki.NewCA("Contoso test CA")
	if err != nil {
		t.Fatal(err)
	}
	o := directory.Options{CA: ca}
	for _, opt := range opts {
		opt(&o)
	}
	s, err := directory.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return lab{Server: s, tls: &tls.Config{RootCAs: ca.Pool(), ServerName: contoso.DC, MinVersion: tls.VersionTLS12}}
}

// dial opens a connection to one of the addresses, inside TLS when the address
// is of a port that speaks it.
func (l lab) dial(t *testing.T, addr string) *ldap.Conn {
	t.Helper()
	scheme := "ldap://"
	if addr == l.AddrLDAPS() || addr == l.AddrGCS() {
		scheme = "ldaps://"
	}
	c, err := ldap.DialURL(scheme+addr, ldap.DialWithTLSConfig(l.tls), ldap.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}))
	if err != nil {
		t.Fatalf("connecting to %s: %v", addr, err)
	}
	c.SetTimeout(20 * time.Second)
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Log(err)
		}
	})
	return c
}

// as opens LDAPS and binds as somebody.
func (l lab) as(t *testing.T, p contoso.Person) *ldap.Conn {
	t.Helper()
	c := l.dial(t, l.AddrLDAPS())
	if err := c.Bind(p.UPN, p.Password); err != nil {
		t.Fatalf("binding as %s: %v", p.UPN, err)
	}
	return c
}

// wantResult checks the code of an LDAP error and a part of its text.
func wantResult(t *testing.T, err error, code uint16, part string) {
	t.Helper()
	if code == ldap.LDAPResultSuccess {
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if !ldap.IsErrorWithCode(err, code) {
		t.Fatalf("got %v, want result %d", err, code)
	}
	if !strings.Contains(err.Error(), part) {
		t.Errorf("text %q does not contain %q", err.Error(), part)
	}
}

func TestStarts(t *testing.T) {
	begin := time.Now()
	l := start(t)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("starting took %v", took)
	}
	for _, addr := range []string{l.AddrLDAP(), l.AddrLDAPS(), l.AddrGC(), l.AddrGCS()} {
		c := l.dial(t, addr)
		res, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, nil))
		if err != nil || len(res.Entries) != 1 {
			t.Fatalf("root entry at %s: %v, %v", addr, res, err)
		}
		if got := res.Entries[0].GetAttributeValue("dnsHostName"); got != contoso.DC {
			t.Errorf("dnsHostName %q", got)
		}
	}
}

func TestBind(t *testing.T) {
	l := start(t)
	admin := contoso.Admin()
	tests := []struct {
		name, who, password string
		code                uint16
		part                string
		prepare             func(*directory.Tx) error
	}{
		{name: "user principal name", who: admin.UPN, password: admin.Password},
		{name: "domain and account", who: `CONTOSO\admin`, password: admin.Password},
		{name: "distinguished name", who: "cn=ada min , cn=users,DC=CONTOSO,dc=test", password: admin.Password},
		{name: "account name alone", who: "admin", password: admin.Password},
		{name: "wrong password", who: admin.UPN, password: "x", code: 49, part: "data 52e"},
		{name: "nobody", who: "nobody@contoso.test", password: "x", code: 49, part: "data 525"},
		{name: "another domain", who: `OTHER\admin`, password: admin.Password, code: 49, part: "data 525"},
		{
			name: "disabled", who: "alice", password: contoso.TestUser().Password, code: 49, part: "data 533",
			prepare: func(tx *directory.Tx) error { return tx.SetFlag("alice", directory.AccountDisabled, true) },
		},
		{
			name: "disabled with a wrong password", who: "alice", password: "x", code: 49, part: "data 52e",
			prepare: func(tx *directory.Tx) error { return tx.SetFlag("alice", directory.AccountDisabled, true) },
		},
		{
			name: "must change", who: "alice", password: contoso.TestUser().Password, code: 49, part: "data 773",
			prepare: func(tx *directory.Tx) error { return tx.Set("alice", "pwdLastSet", "0") },
		},
		{
			name: "password expired", who: "alice", password: contoso.TestUser().Password, code: 49, part: "data 532",
			prepare: func(tx *directory.Tx) error { return tx.Set("alice", "pwdLastSet", "116444736000000001") },
		},
		{
			name: "account expired", who: "alice", password: contoso.TestUser().Password, code: 49, part: "data 701",
			prepare: func(tx *directory.Tx) error { return tx.Set("alice", "accountExpires", "116444736000000001") },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := l
			if tt.prepare != nil {
				l = start(t)
				if err := l.Store().Update(tt.prepare); err != nil {
					t.Fatal(err)
				}
			}
			wantResult(t, l.dial(t, l.AddrLDAPS()).Bind(tt.who, tt.password), tt.code, tt.part)
		})
	}
}

func TestBindNeedsEncryption(t *testing.T) {
	l := start(t)
	c := l.dial(t, l.AddrLDAP())
	admin := contoso.Admin()
	wantResult(t, c.Bind(admin.UPN, admin.Password), 8, "requires binds to turn on integrity checking")
	if err := c.StartTLS(l.tls); err != nil {
		t.Fatal(err)
	}
	wantResult(t, c.Bind(admin.UPN, admin.Password), 0, "")
	who, err := c.WhoAmI(nil)
	if err != nil || who.AuthzID != `u:CONTOSO\admin` {
		t.Errorf("who am I: %v, %v", who, err)
	}
	l.Update(func(s *directory.State) { s.RequireIntegrity = false })
	wantResult(t, l.dial(t, l.AddrLDAP()).Bind(admin.UPN, admin.Password), 0, "")
}

func TestLockout(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	var later atomic.Int64
	l := start(t, func(o *directory.Options) {
		o.Clock = func() time.Time { return now.Add(time.Duration(later.Load())) }
	})
	c := l.dial(t, l.AddrLDAPS())
	for range 10 {
		wantResult(t, c.Bind("alice", "wrong"), 49, "data 52e")
	}
	wantResult(t, c.Bind("alice", contoso.TestUser().Password), 49, "data 775")
	a, ok := l.Store().Find("alice")
	if !ok || !a.LockedOut {
		t.Errorf("alice is not locked out: %+v", a)
	}
	later.Store(int64(11 * time.Minute))
	wantResult(t, c.Bind("alice", contoso.TestUser().Password), 0, "")
}
