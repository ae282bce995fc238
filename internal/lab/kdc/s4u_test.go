package kdc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
	"sensegate/internal/lab/kdc/wire"
)

// The rules of delegation, one row for each way the three settings and the
// user can stand to each other.
func TestDelegationMatrix(t *testing.T) {
	granted := failure{}
	bad := func(s wire.NTSTATUS) failure { return failure{errorcode.KDC_ERR_BADOPTION, s} }
	listed, other := []string{contoso.SPN}, []string{"HTTP/other.contoso.test"}
	sensitive := func(a *kdc.Account) { a.Sensitive = true }
	protected := func(a *kdc.Account) { a.ProtectedUser = true }
	tests := []struct {
		name        string
		transition  bool // T2A4D
		list        []string
		act         bool // the descriptor of the service names the connector
		user        func(*kdc.Account)
		forwardable bool
		classic     failure // without the resource-based option
		windows     failure // with it, as Windows asks
	}{
		{"any protocol, listed", true, listed, false, nil, true, granted, granted},
		{"listed in other case", true, []string{"http/SENSE.contoso.test"}, false, nil, true, granted, granted},
		{"Kerberos only, listed", false, listed, false, nil, false, bad(wire.StatusNoMatch), bad(wire.StatusAccountRestriction)},
		{"any protocol, empty list", true, nil, false, nil, true, bad(wire.StatusNotSupported), bad(wire.StatusNotFound)},
		{"nothing set", false, nil, false, nil, true, bad(wire.StatusNotSupported), bad(wire.StatusNotFound)},
		{"resource-based", false, nil, true, nil, true, bad(wire.StatusNotSupported), granted},
		{"other SPNs, resource-based", false, other, true, nil, false, bad(wire.StatusNoMatch), granted},
		{"other SPNs", true, other, false, nil, true, bad(wire.StatusNoMatch), bad(wire.StatusNotFound)},
		{"HOST does not cover HTTP", true, []string{"HOST/" + contoso.QlikHost}, false, nil, true, bad(wire.StatusNoMatch), bad(wire.StatusNotFound)},
		{"short name does not cover", true, []string{"HTTP/sense"}, false, nil, true, bad(wire.StatusNoMatch), bad(wire.StatusNotFound)},
		{"Kerberos only but resource-based", false, listed, true, nil, false, bad(wire.StatusNoMatch), granted},
		{"sensitive user, classic", true, listed, false, sensitive, false, bad(wire.StatusNoMatch), bad(wire.StatusAccountRestriction)},
		{"protected user, classic", true, listed, false, protected, false, bad(wire.StatusNoMatch), bad(wire.StatusAccountRestriction)},
		{"sensitive user, resource-based", false, nil, true, sensitive, false, bad(wire.StatusNotSupported), bad(wire.StatusAccountRestriction)},
		{"protected user, both", true, listed, true, protected, false, bad(wire.StatusNoMatch), bad(wire.StatusAccountRestriction)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := kdctest.Contoso()
			d.Change("CONN01$", func(a *kdc.Account) { a.TrustedToAuth, a.DelegateTo = tt.transition, tt.list })
			if tt.act {
				d.Change("qlik", func(a *kdc.Account) { a.ActOnBehalf = []string{"conn01$"} })
			}
			if tt.user != nil {
				d.Change("alice", tt.user)
			}
			c := connector(kdctest.Start(t, d, nil))
			ctx := t.Context()
			tgt, err := c.Login(ctx)
			if err != nil {
				t.Fatal(err)
			}
			evidence, err := c.S4U2Self(ctx, tgt, "alice@contoso.test")
			if err != nil {
				t.Fatal(err)
			}
			if evidence.Forwardable() != tt.forwardable {
				t.Errorf("forwardable is %v", evidence.Forwardable())
			}
			for option, want := range map[bool]failure{false: tt.classic, true: tt.windows} {
				tkt, err := c.S4U2Proxy(ctx, tgt, evidence, contoso.SPN, option)
				if diff := cmp.Diff(want, failureOf(err)); diff != "" || (want == granted && err != nil) {
					t.Errorf("resource-based option %v: %v\n%s", option, err, diff)
				}
				if want == granted && tkt.Client.PrincipalNameString() != "alice" {
					t.Errorf("ticket in the name of %v", tkt.Client)
				}
			}
		})
	}
}

func TestS4U2SelfRefusals(t *testing.T) {
	tests := []struct {
		name   string
		user   string
		change func(*kdctest.Directory)
		want   failure
	}{
		{"by account name", "alice", nil, failure{}},
		{"password to be changed is no obstacle", "alice", func(d *kdctest.Directory) {
			d.Change("alice", func(a *kdc.Account) { a.MustChangePassword = true })
		}, failure{}},
		{"unknown user", "mallory@contoso.test", nil, failure{Code: errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN}},
		{"group memberships unreadable", "alice", func(d *kdctest.Directory) {
			d.Change("alice", func(a *kdc.Account) { a.TokenGroupsUnreadable = true })
		}, failure{Code: errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN}},
		{"disabled user", "alice", func(d *kdctest.Directory) {
			d.Change("alice", func(a *kdc.Account) { a.Disabled = true })
		}, failure{errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountDisabled}},
		{"caller without SPN", "alice", func(d *kdctest.Directory) {
			d.Change("CONN01$", func(a *kdc.Account) { a.HasSPN = false })
		}, failure{Code: errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := kdctest.Contoso()
			if tt.change != nil {
				tt.change(d)
			}
			c := connector(kdctest.Start(t, d, nil))
			tgt, err := c.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.S4U2Self(t.Context(), tgt, tt.user)
			if diff := cmp.Diff(tt.want, failureOf(err)); diff != "" || (tt.want == failure{} && err != nil) {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

// The name of the service must be the caller's own.
func TestS4U2SelfForAnotherService(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	c := connector(s)
	tgt, err := c.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Account = "CONN02$"
	_, err = c.S4U2Self(t.Context(), tgt, "alice")
	if got := failureOf(err).Code; got != errorcode.KRB_AP_ERR_BADMATCH {
		t.Errorf("got %v", err)
	}
}

// Somebody else's evidence is not the caller's to show.
func TestS4U2ProxyWithForeignEvidence(t *testing.T) {
	ctx := t.Context()
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	second := connector(s)
	h := contoso.Connectors()[1]
	second.Account, second.Password = h.Account, h.Password
	tgt2, err := second.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	evidence, err := second.S4U2Self(ctx, tgt2, "alice")
	if err != nil {
		t.Fatal(err)
	}
	first := connector(s)
	tgt, err := first.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = first.S4U2Proxy(ctx, tgt, evidence, contoso.SPN, true)
	if got := failureOf(err).Code; got != errorcode.KDC_ERR_SERVER_NOMATCH {
		t.Errorf("got %v", err)
	}
}

// A ticket a user got in person serves as evidence, so "Kerberos only" is
// enough for it.
func TestS4U2ProxyWithTheUsersOwnTicket(t *testing.T) {
	ctx := t.Context()
	d := kdctest.Contoso()
	d.Change("CONN01$", func(a *kdc.Account) { a.TrustedToAuth = false })
	s := kdctest.Start(t, d, nil)
	user := alice(s)
	userTGT, err := user.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	evidence, err := user.ServiceTicket(ctx, userTGT, "HTTP/"+contoso.Connectors()[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	c := connector(s)
	tgt, err := c.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.S4U2Proxy(ctx, tgt, evidence, contoso.SPN, false); err != nil {
		t.Error(err)
	}
}

// Accounts that may not be delegated do not even get a forwardable ticket of
// their own, and a connector without one gets no evidence it could use.
func TestSensitiveAccountsOwnTicket(t *testing.T) {
	for name, change := range map[string]func(*kdc.Account){
		"sensitive": func(a *kdc.Account) { a.Sensitive = true },
		"protected": func(a *kdc.Account) { a.ProtectedUser = true },
	} {
		t.Run(name, func(t *testing.T) {
			d := kdctest.Contoso()
			d.Change("CONN01$", change)
			c := connector(kdctest.Start(t, d, nil))
			tgt, err := c.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			evidence, err := c.S4U2Self(t.Context(), tgt, "alice")
			if err != nil {
				t.Fatal(err)
			}
			if tgt.Forwardable() || evidence.Forwardable() {
				t.Errorf("forwardable: own %v, evidence %v", tgt.Forwardable(), evidence.Forwardable())
			}
		})
	}
}
