package gss_test

import (
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
	"sensegate/internal/lab/krbclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a directory, its KDC and an acceptor running as the Qlik account.
type bench struct {
	dir      *kdctest.Directory
	kdc      *kdc.Server
	acceptor *gss.Acceptor
}

func newBench(t *testing.T, account string, clock func() time.Time) *bench {
	t.Helper()
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	a, err := gss.New(gss.Options{Keys: s.Keys().KeySource(d, contoso.Realm, account), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{dir: d, kdc: s, acceptor: a}
}

func (b *bench) alice() *krbclient.Client {
	u := contoso.TestUser()
	return &krbclient.Client{KDC: b.kdc.Addr(), Realm: contoso.Realm, Account: u.SAM, Password: u.Password}
}

func (b *bench) connector() *krbclient.Client {
	h := contoso.Connectors()[0]
	return &krbclient.Client{KDC: b.kdc.Addr(), Realm: contoso.Realm, Account: h.Account, Password: h.Password}
}

func ticket(t *testing.T, c *krbclient.Client, spn string) krbclient.Ticket {
	t.Helper()
	tgt, err := c.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tkt, err := c.ServiceTicket(t.Context(), tgt, spn)
	if err != nil {
		t.Fatal(err)
	}
	return tkt
}

func decode(t *testing.T, header string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(header, "Negotiate "))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAcceptBothForms(t *testing.T) {
	b := newBench(t, "qlik", nil)
	c := b.connector()
	tkt, err := c.TicketFor(t.Context(), contoso.TestUser().UPN, contoso.SPN)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrapped := range []bool{false, true} {
		header, verify, err := c.Negotiate(tkt, wrapped)
		if err != nil {
			t.Fatal(err)
		}
		res, err := b.acceptor.Accept(decode(t, header))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := res.Principal(), "alice@CONTOSO.TEST"; got != want || res.SPNEGO != wrapped {
			t.Errorf("%s, SPNEGO %v", got, res.SPNEGO)
		}
		if kind := map[bool]byte{false: 0x60, true: 0xa1}[wrapped]; len(res.Reply) == 0 || res.Reply[0] != kind {
			t.Errorf("reply % x", res.Reply)
		}
		if err := verify(res.Reply); err != nil {
			t.Error(err)
		}
		_, other, err := c.Negotiate(tkt, wrapped)
		if err != nil {
			t.Fatal(err)
		}
		if err := other(res.Reply); !errors.Is(err, krbclient.ErrNotProven) {
			t.Errorf("the answer proves another request: %v", err)
		}
	}
}

func TestRefusals(t *testing.T) {
	now := time.Now()
	late := func(d time.Duration) func() time.Time { return func() time.Time { return now.Add(d) } }
	tests := []struct {
		name    string
		account string // whom the service runs as
		clock   func() time.Time
		twice   bool
		want    int32
	}{
		{"runs under the wrong account", "QLIK01$", nil, false, errorcode.KRB_AP_ERR_MODIFIED},
		{"account is gone", "gone", nil, false, errorcode.KRB_AP_ERR_NOKEY},
		{"service clock ahead", "qlik", late(6 * time.Minute), false, errorcode.KRB_AP_ERR_SKEW},
		{"service clock behind", "qlik", late(-6 * time.Minute), false, errorcode.KRB_AP_ERR_TKT_NYV},
		{"ticket expired", "qlik", late(11 * time.Hour), false, errorcode.KRB_AP_ERR_TKT_EXPIRED},
		{"within the limit", "qlik", late(4 * time.Minute), false, 0},
		{"replay", "qlik", nil, true, errorcode.KRB_AP_ERR_REPEAT},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.account, tt.clock)
			c := b.alice()
			tkt := ticket(t, c, contoso.SPN)
			for _, wrapped := range []bool{false, true} {
				header, verify, err := c.Negotiate(tkt, wrapped)
				if err != nil {
					t.Fatal(err)
				}
				_, err = b.acceptor.Accept(decode(t, header))
				if tt.twice {
					_, err = b.acceptor.Accept(decode(t, header))
				}
				if got := gss.Code(err); got != tt.want || (tt.want == 0 && err != nil) {
					t.Fatalf("code %d, want %d: %v", got, tt.want, err)
				}
				if tt.want == 0 {
					continue
				}
				e, _ := errors.AsType[*gss.Error](err)
				told, ok := errors.AsType[*krbclient.KDCError](verify(e.Reply))
				if !ok || told.Code != tt.want {
					t.Errorf("the client is told %v", told)
				}
			}
		})
	}
}

func TestPasswordChangeTakesEffect(t *testing.T) {
	b := newBench(t, "qlik", nil)
	c := b.alice()
	old := ticket(t, c, contoso.SPN)
	b.dir.Change("qlik", func(a *kdc.Account) { a.Password, a.KVNO = "another", a.KVNO+1 })
	for tkt, want := range map[*krbclient.Ticket]int32{&old: errorcode.KRB_AP_ERR_MODIFIED, new(ticket(t, c, contoso.SPN)): 0} {
		header, _, err := c.Negotiate(*tkt, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.acceptor.Accept(decode(t, header)); gss.Code(err) != want {
			t.Errorf("got %v, want code %d", err, want)
		}
	}
}

func TestOtherTokens(t *testing.T) {
	b := newBench(t, "qlik", nil)
	c := b.alice()
	header, _, err := c.Negotiate(ticket(t, c, contoso.SPN), false)
	if err != nil {
		t.Fatal(err)
	}
	raw := decode(t, header)
	ntlmssp := []byte("NTLMSSP\x00\x01\x00\x00\x00\x97\x82\x08\xe2")
	init := func(inner []byte, mechs ...asn1.ObjectIdentifier) []byte {
		b, err := gss.NegTokenInit(inner, mechs...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tests := []struct {
		name   string
		token  []byte
		reason gss.Reason
		more   bool
	}{
		{"bare NTLM", ntlmssp, gss.ReasonNTLM, false},
		{"NTLM in SPNEGO", init(ntlmssp, gss.OIDNTLM()), gss.ReasonNTLM, false},
		{"NTLM token though Kerberos is listed", init(ntlmssp, gss.OIDMicrosoft(), gss.OIDNTLM()), gss.ReasonNTLM, false},
		{"only NTLM listed, no token", init(nil, gss.OIDNTLM()), gss.ReasonNTLM, false},
		{"an unknown mechanism", init([]byte{1}, asn1.ObjectIdentifier{1, 2, 3}), gss.ReasonMechanism, false},
		{"Kerberos without a token", init(nil, gss.OIDKerberos()), 0, true},
		{"Kerberos second", init([]byte{1}, asn1.ObjectIdentifier{1, 2, 3}, gss.OIDKerberos()), 0, true},
		{"a Kerberos token that is none", init([]byte{1}, gss.OIDKerberos()), gss.ReasonMalformed, false},
		{"cut short", raw[:len(raw)-9], gss.ReasonMalformed, false},
		{"nothing", nil, gss.ReasonMalformed, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, err := b.acceptor.Accept(tt.token)
			var got gss.Reason
			if e, ok := errors.AsType[*gss.Error](err); ok {
				got = e.Reason
			}
			if got != tt.reason || res.Continue != tt.more {
				t.Errorf("reason %d, continue %v: %v", got, res.Continue, err)
			}
		})
	}
	t.Run("second leg", func(t *testing.T) {
		resp, err := gss.NegTokenResp(gss.StateIncomplete, nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := b.acceptor.Accept(resp); err != nil || res.Client.PrincipalNameString() != "alice" {
			t.Errorf("%+v, %v", res, err)
		}
	})
}

// web is a page behind the acceptor, as the Qlik front does it.
func (b *bench) web(t *testing.T) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Negotiate ")
		token, err := base64.StdEncoding.DecodeString(value)
		if !ok || err != nil {
			w.Header().Set("WWW-Authenticate", "Negotiate")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		res, err := b.acceptor.Accept(token)
		if err != nil {
			e, _ := errors.AsType[*gss.Error](err)
			w.Header().Set("WWW-Authenticate", strings.TrimSpace("Negotiate "+base64.StdEncoding.EncodeToString(e.Reply)))
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		w.Header().Set("WWW-Authenticate", "Negotiate "+base64.StdEncoding.EncodeToString(res.Reply))
		_, _ = w.Write([]byte("hello " + res.Principal())) // the client's own read reports a loss
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestForeignSPNEGOClient(t *testing.T) {
	b := newBench(t, "qlik", nil)
	srv := b.web(t)
	u := contoso.TestUser()
	cl := client.NewWithPassword(u.SAM, contoso.Realm, u.Password, b.config(), client.DisablePAFXFAST(true))
	defer cl.Destroy()
	if err := cl.Login(); err != nil {
		t.Fatal(err)
	}
	resp, err := spnego.NewClient(cl, srv.Client(), contoso.SPN).Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %s", resp.Status)
	}
}

func (b *bench) config() *config.Config {
	c := config.New()
	c.LibDefaults.DefaultRealm = contoso.Realm
	c.LibDefaults.NoAddresses = true
	c.LibDefaults.UDPPreferenceLimit = 1
	c.LibDefaults.DefaultTktEnctypeIDs = []int32{kdc.AES256, kdc.AES128}
	c.LibDefaults.DefaultTGSEnctypeIDs = []int32{kdc.AES256, kdc.AES128}
	c.Realms = []config.Realm{{Realm: contoso.Realm, KDC: []string{b.kdc.Addr()}}}
	return c
}

func FuzzParse(f *testing.F) {
	init, _ := gss.NegTokenInit([]byte("x"), gss.OIDKerberos(), gss.OIDNTLM())
	resp, _ := gss.NegTokenResp(gss.StateReject, gss.OIDKerberos(), []byte("y"))
	f.Add(init)
	f.Add(resp)
	f.Add([]byte("NTLMSSP\x00\x01"))
	f.Add([]byte{0x60, 0x84, 0xff, 0xff, 0xff, 0xff})
	a, err := gss.New(gss.Options{Keys: new(kdc.KeyCache).KeySource(kdctest.Contoso(), contoso.Realm, "qlik")})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := gss.Parse(b); err != nil && !errors.Is(err, gss.ErrMalformed) {
			t.Errorf("an error of another kind: %v", err)
		}
		if res, err := a.Accept(b); err == nil && !res.Continue {
			t.Errorf("accepted %x", b)
		}
	})
}
