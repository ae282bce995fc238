package kdc_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"
	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
	"sensegate/internal/lab/kdc/wire"
	"sensegate/internal/lab/krbclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// foreignConfig is a gokrb5 configuration for the KDC, over TCP or UDP.
func foreignConfig(addr string, udp bool) *config.Config {
	c := config.New()
	c.LibDefaults.DefaultRealm = contoso.Realm
	c.LibDefaults.DNSLookupKDC = false
	c.LibDefaults.NoAddresses = true
	c.LibDefaults.Forwardable = true
	c.LibDefaults.UDPPreferenceLimit = 1
	if udp {
		c.LibDefaults.UDPPreferenceLimit = 4000
	}
	c.LibDefaults.DefaultTktEnctypeIDs = []int32{kdc.AES256, kdc.AES128}
	c.LibDefaults.DefaultTGSEnctypeIDs = []int32{kdc.AES256, kdc.AES128}
	c.Realms = []config.Realm{{Realm: contoso.Realm, KDC: []string{addr}}}
	return c
}

func TestForeignClient(t *testing.T) {
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	conn := contoso.Connectors()[0]
	keytabOf := func(sam string) *keytab.Keytab {
		a, _ := d.ByName(sam)
		b, err := kdc.Keytab(contoso.Realm, time.Now(), kdc.KeytabEntry{Account: a})
		if err != nil {
			t.Fatal(err)
		}
		kt := keytab.New()
		if err := kt.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		return kt
	}
	user := contoso.TestUser()
	tests := []struct {
		name string
		udp  bool
		make func(*config.Config) *client.Client
	}{
		{"user with a password", false, func(c *config.Config) *client.Client {
			return client.NewWithPassword(user.SAM, contoso.Realm, user.Password, c, client.DisablePAFXFAST(true))
		}},
		{"user with a password over UDP", true, func(c *config.Config) *client.Client {
			return client.NewWithPassword(user.SAM, contoso.Realm, user.Password, c, client.DisablePAFXFAST(true))
		}},
		{"user with a keytab", false, func(c *config.Config) *client.Client {
			return client.NewWithKeytab(user.SAM, contoso.Realm, keytabOf(user.SAM), c, client.DisablePAFXFAST(true))
		}},
		{"computer with a password", false, func(c *config.Config) *client.Client {
			return client.NewWithPassword(conn.Account, contoso.Realm, conn.Password, c, client.DisablePAFXFAST(true))
		}},
		{"computer with a keytab", false, func(c *config.Config) *client.Client {
			return client.NewWithKeytab(conn.Account, contoso.Realm, keytabOf(conn.Account), c, client.DisablePAFXFAST(true))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cl := tt.make(foreignConfig(s.Addr(), tt.udp))
			defer cl.Destroy()
			if err := cl.Login(); err != nil {
				t.Fatal(err)
			}
			tkt, _, err := cl.GetServiceTicket(contoso.SPN)
			if err != nil {
				t.Fatal(err)
			}
			kt := keytabOf(contoso.ServiceAccount)
			owner := types.PrincipalName{NameType: 1, NameString: []string{contoso.ServiceAccount}}
			if err := tkt.DecryptEncPart(kt, &owner); err != nil {
				t.Errorf("the service cannot open its ticket: %v", err)
			}
			if err := tkt.DecryptEncPart(keytabOf(user.SAM), &types.PrincipalName{NameType: 1, NameString: []string{user.SAM}}); err == nil {
				t.Error("the ticket opens under another account's key")
			}
		})
	}
}

// Windows answers a client that negotiates FAST without offering FAST, which
// the library takes for an attack; the lab must not be kinder than that.
func TestFASTNegotiationFailsAsOnWindows(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	user := contoso.TestUser()
	cl := client.NewWithPassword(user.SAM, contoso.Realm, user.Password, foreignConfig(s.Addr(), false))
	defer cl.Destroy()
	if err := cl.Login(); err == nil || !strings.Contains(err.Error(), "FAST negotiation") {
		t.Errorf("got %v", err)
	}
}

func connector(s *kdc.Server) *krbclient.Client {
	h := contoso.Connectors()[0]
	return &krbclient.Client{KDC: s.Addr(), Realm: contoso.Realm, Account: h.Account, Password: h.Password}
}

func alice(s *kdc.Server) *krbclient.Client {
	u := contoso.TestUser()
	return &krbclient.Client{KDC: s.Addr(), Realm: contoso.Realm, Account: u.SAM, Password: u.Password}
}

type failure struct {
	Code   int32
	Status wire.NTSTATUS
}

func failureOf(err error) failure {
	if e, ok := errors.AsType[*krbclient.KDCError](err); ok {
		return failure{e.Code, e.NTSTATUS}
	}
	return failure{}
}

func TestSignInRefusals(t *testing.T) {
	tests := []struct {
		name   string
		change func(*kdc.Account)
		client func(*krbclient.Client)
		want   failure
	}{
		{"wrong password", nil, func(c *krbclient.Client) { c.Password = "no" }, failure{Code: errorcode.KDC_ERR_PREAUTH_FAILED}},
		{"unknown", nil, func(c *krbclient.Client) { c.Account = "nobody" }, failure{Code: errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN}},
		{"other realm", nil, func(c *krbclient.Client) { c.Realm = "OTHER.TEST" }, failure{Code: errorcode.KDC_ERR_WRONG_REALM}},
		{"disabled", func(a *kdc.Account) { a.Disabled = true }, nil, failure{errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountDisabled}},
		{"locked", func(a *kdc.Account) { a.LockedOut = true }, nil, failure{errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountLockedOut}},
		{"expired", func(a *kdc.Account) { a.Expired = true }, nil, failure{errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountExpired}},
		{"must change", func(a *kdc.Account) { a.MustChangePassword = true }, nil, failure{errorcode.KDC_ERR_KEY_EXPIRED, wire.StatusPasswordMustChange}},
		{"RC4 only", func(a *kdc.Account) { a.ETypes = []int32{kdc.RC4} }, nil, failure{Code: errorcode.KDC_ERR_ETYPE_NOSUPP}},
		{"RC4 asked, AES held", nil, func(c *krbclient.Client) { c.ETypes = []int32{kdc.RC4} }, failure{Code: errorcode.KDC_ERR_ETYPE_NOSUPP}},
		{"client's clock", nil, func(c *krbclient.Client) {
			c.Clock = func() time.Time { return time.Now().Add(-6 * time.Minute) }
		}, failure{Code: errorcode.KRB_AP_ERR_SKEW}},
		{
			"RC4 allowed and asked", func(a *kdc.Account) { a.ETypes = []int32{kdc.AES256, kdc.RC4} },
			func(c *krbclient.Client) { c.ETypes = []int32{kdc.RC4} },
			failure{},
		},
		{"account name in capitals", nil, func(c *krbclient.Client) { c.Account = "ALICE" }, failure{}},
		{"UPN", nil, func(c *krbclient.Client) { c.Account = contoso.TestUser().UPN }, failure{}},
		{"AES128", nil, func(c *krbclient.Client) { c.ETypes = []int32{kdc.AES128} }, failure{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := kdctest.Contoso()
			if tt.change != nil {
				d.Change("alice", tt.change)
			}
			c := alice(kdctest.Start(t, d, nil))
			if tt.client != nil {
				tt.client(c)
			}
			_, err := c.Login(t.Context())
			if diff := cmp.Diff(tt.want, failureOf(err)); diff != "" || (tt.want.Code == 0 && err != nil) {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestErrorsCarryTheClockOfTheKDC(t *testing.T) {
	at := time.Date(2031, 5, 6, 7, 8, 9, 123456000, time.UTC)
	s := kdctest.Start(t, kdctest.Contoso(), func() time.Time { return at })
	s.Update(func(st *kdc.State) { st.ClockOffset = time.Hour })
	_, err := alice(s).Login(t.Context())
	e, ok := errors.AsType[*krbclient.KDCError](err)
	if !ok || e.Code != errorcode.KRB_AP_ERR_SKEW || !e.Time.Equal(at.Add(time.Hour)) {
		t.Errorf("got %v at %v", err, e)
	}
}

func TestServiceTicketRefusals(t *testing.T) {
	tests := []struct {
		name   string
		spn    string
		change func(*kdctest.Directory)
		want   int32
	}{
		{"literal", contoso.SPN, nil, 0},
		{"other case", "http/SENSE.contoso.test", nil, 0},
		{"by the HOST alias", "HTTP/" + contoso.QlikNode, nil, 0},
		{"unknown", "HTTP/nobody.contoso.test", nil, errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN},
		{"duplicate", contoso.SPN, func(d *kdctest.Directory) {
			d.Put(kdc.Account{SAM: "other", Password: "x"}, contoso.SPN)
		}, errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN},
		{"RC4 service", contoso.SPN, func(d *kdctest.Directory) {
			d.Change("qlik", func(a *kdc.Account) { a.ETypes = []int32{kdc.RC4} })
		}, errorcode.KDC_ERR_ETYPE_NOSUPP},
		{"service without keys", contoso.SPN, func(d *kdctest.Directory) {
			d.Change("qlik", func(a *kdc.Account) { a.ETypes = []int32{} })
		}, errorcode.KDC_ERR_NULL_KEY},
		{"disabled service", contoso.SPN, func(d *kdctest.Directory) {
			d.Change("qlik", func(a *kdc.Account) { a.Disabled = true })
		}, errorcode.KDC_ERR_SERVICE_REVOKED},
		{"a user without SPN", "admin", nil, errorcode.KDC_ERR_MUST_USE_USER2USER},
		{"client disabled since", contoso.SPN, func(d *kdctest.Directory) {
			d.Change("alice", func(a *kdc.Account) { a.Disabled = true })
		}, errorcode.KDC_ERR_CLIENT_REVOKED},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := kdctest.Contoso()
			c := alice(kdctest.Start(t, d, nil))
			tgt, err := c.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(d)
			}
			tkt, err := c.ServiceTicket(t.Context(), tgt, tt.spn)
			if got := failureOf(err).Code; got != tt.want {
				t.Fatalf("code %d, want %d (%v)", got, tt.want, err)
			}
			if tt.want == 0 && (err != nil || tkt.Client.PrincipalNameString() != "alice") {
				t.Errorf("%+v, %v", tkt, err)
			}
		})
	}
}

func TestExpiredTicket(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	s := kdctest.Start(t, kdctest.Contoso(), clock)
	c := alice(s)
	c.Clock = clock
	tgt, err := c.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Hour)
	_, err = c.ServiceTicket(t.Context(), tgt, contoso.SPN)
	if got := failureOf(err).Code; got != errorcode.KRB_AP_ERR_TKT_EXPIRED {
		t.Errorf("got %v", err)
	}
}

func TestUnavailable(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	s.Update(func(st *kdc.State) { st.Unavailable = true })
	_, err := alice(s).Login(t.Context())
	if got := failureOf(err).Code; got != errorcode.KDC_ERR_SVC_UNAVAILABLE {
		t.Errorf("got %v", err)
	}
}

func TestOversizedRequest(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte{0x7f, 0xff, 0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	b, err := wire.ReadFrame(conn, wire.MaxMessage)
	if err != nil || len(b) == 0 || b[0] != 0x7e {
		t.Errorf("got % x, %v", b, err)
	}
}

func TestCloseEndsIdleConnections(t *testing.T) {
	s, err := kdc.New(kdc.Options{Realm: contoso.Realm, Accounts: kdctest.Contoso()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	cancel()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection gave a byte")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
