package directory_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
)

const connDN = "CN=CONN01,OU=Servers," + contoso.BaseDN

func TestWriteNames(t *testing.T) {
	d := start(t)
	c := d.client(t)
	w := directory.NewWriter(c)
	ctx := t.Context()
	has := func(attribute, name, value string) bool {
		return slices.Contains(d.store.Values(name, attribute), value)
	}
	tests := []struct {
		name   string
		do     func() error
		holder string
		attr   string
		value  string
		there  bool
	}{
		{"add a name", func() error { return w.AddSPN(ctx, qlikDN, contoso.SPN) }, "qlik", "servicePrincipalName", contoso.SPN, true},
		{"add it again", func() error { return w.AddSPN(ctx, qlikDN, contoso.SPN) }, "qlik", "servicePrincipalName", contoso.SPN, true},
		{"add another", func() error { return w.AddSPN(ctx, qlikDN, "HTTP/sense") }, "qlik", "servicePrincipalName", contoso.SPN, true},
		{"remove one", func() error { return w.RemoveSPN(ctx, qlikDN, contoso.SPN) }, "qlik", "servicePrincipalName", "HTTP/sense", true},
		{"remove it again", func() error { return w.RemoveSPN(ctx, qlikDN, contoso.SPN) }, "qlik", "servicePrincipalName", contoso.SPN, false},
		{"allow delegation", func() error { return w.AddDelegation(ctx, connDN, contoso.SPN) }, "CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN, true},
		{"withdraw it", func() error { return w.RemoveDelegation(ctx, connDN, contoso.SPN) }, "CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.do(); err != nil {
				t.Fatal(err)
			}
			if has(tt.attr, tt.holder, tt.value) != tt.there {
				t.Errorf("%s: %v", tt.attr, d.store.Values(tt.holder, tt.attr))
			}
		})
	}
}

func TestWriteRefused(t *testing.T) {
	asQlik := func(_ *testing.T, d *dc) {
		d.site.Directory.User, d.secrets["directory"] = "qlik@contoso.test", contoso.Qlik().Password
	}
	tests := []struct {
		name  string
		setup func(*testing.T, *dc)
		do    func(*directory.Writer) error
		kind  fact.ErrorKind
		code  string
		// why is part of the explanation that goes with it.
		why string
	}{
		{"no right to the name", asQlik, func(w *directory.Writer) error {
			return w.AddSPN(t.Context(), connDN, "HTTP/conn01")
		}, fact.NoRight, "insufficientAccessRights", "(8344)"},
		{"no right to trust", func(t *testing.T, d *dc) {
			d.change(t, func(tx *lab.Tx) error { return tx.SetMember("Account Operators", "qlik", true) })
			asQlik(t, d)
		}, func(w *directory.Writer) error {
			return w.AddDelegation(t.Context(), connDN, contoso.SPN)
		}, fact.NoRight, "insufficientAccessRights", "SeEnableDelegationPrivilege"},
		{"a name that is taken through HOST", func(t *testing.T, d *dc) {
			d.change(t, func(tx *lab.Tx) error { return tx.Add("svc-intranet", "servicePrincipalName", "HTTP/box.contoso.test") })
		}, func(w *directory.Writer) error { return w.AddSPN(t.Context(), connDN, "HOST/box.contoso.test") }, fact.Refused, "8647", "setspn -F -Q"},
		{"no right to delegate", asQlik, func(w *directory.Writer) error {
			return w.AddDelegation(t.Context(), connDN, contoso.SPN)
		}, fact.NoRight, "insufficientAccessRights", "may not"},
		{"taken elsewhere", func(t *testing.T, d *dc) {
			d.change(t, func(tx *lab.Tx) error { return tx.Add("CONN02$", "servicePrincipalName", contoso.SPN) })
		}, func(w *directory.Writer) error { return w.AddSPN(t.Context(), qlikDN, contoso.SPN) }, fact.Refused, "8647", "another account of the forest"},
		{"no such object", nil, func(w *directory.Writer) error {
			return w.AddSPN(t.Context(), "CN=nobody,"+contoso.BaseDN, contoso.SPN)
		}, fact.NotFound, "noSuchObject", ""},
		{"no object", nil, func(w *directory.Writer) error { return w.AddSPN(t.Context(), "", contoso.SPN) }, fact.NotFound, "", ""},
		{"look-alike", nil, func(w *directory.Writer) error {
			return w.AddSPN(t.Context(), qlikDN, "HTTP/s\u0435nse.contoso.test")
		}, fact.Refused, "syntax", "U+0435"},
		{"flags changed meanwhile", nil, func(w *directory.Writer) error {
			return w.SetProtocolTransition(t.Context(), connDN, 0x1234, true)
		}, fact.Conflict, "noSuchAttribute", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := start(t)
			if tt.setup != nil {
				tt.setup(t, d)
			}
			err := tt.do(directory.NewWriter(d.client(t)))
			kindAndCode(t, err, tt.kind, tt.code)
			if err != nil && !strings.Contains(err.Error(), tt.why) {
				t.Errorf("it explains nothing of %q: %v", tt.why, err)
			}
		})
	}
}

func TestProtocolTransition(t *testing.T) {
	d := start(t)
	c := d.client(t)
	w := directory.NewWriter(c)
	ctx := t.Context()
	for _, on := range []bool{true, true, false, false} {
		before, err := c.Account(ctx, "CONN01$")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetProtocolTransition(ctx, before.DN, before.UAC, on); err != nil {
			t.Fatal(err)
		}
		after, err := c.Account(ctx, "CONN01$")
		if err != nil {
			t.Fatal(err)
		}
		if after.ProtocolTransition() != on || after.UAC&^uint32(fact.UACTrustedToAuthDeleg) != before.UAC&^uint32(fact.UACTrustedToAuthDeleg) {
			t.Errorf("on %v: %#x became %#x", on, before.UAC, after.UAC)
		}
	}
}
