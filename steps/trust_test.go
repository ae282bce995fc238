package steps_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sensegate/checks/delegation"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
	"sensegate/steps"
)

func (d domain) AllowActing(_ context.Context, dn, sid string) error {
	return d.at(dn, func(a *fact.Account) { a.ActOnBehalf = append(slices.Clone(a.ActOnBehalf), sid) })
}

func (d domain) DisallowActing(_ context.Context, dn, sid string) error {
	return d.at(dn, func(a *fact.Account) { a.ActOnBehalf = drop(slices.Clone(a.ActOnBehalf), sid) })
}

func (d domain) ActingDescriptor(_ context.Context, _ string, sids ...string) ([]byte, error) {
	return []byte("\x01\x00" + strings.Join(sids, " ")), nil
}

func (d domain) SetEncryption(_ context.Context, dn string, before, after int) error {
	return d.at(dn, func(a *fact.Account) {
		if a.EncTypes == before {
			a.EncTypes = after
		}
	})
}

func (d domain) Rights(context.Context) ([]string, error) {
	return []string{"S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-512"}, d.fails["rights"]
}

// TestOtherDomain plans the descriptor of Qlik's account where a connector is
// in another domain, and takes back the one entry alone.
func TestOtherDomain(t *testing.T) {
	w := newWorld()
	for i := range w.accounts {
		a := &w.accounts[i]
		switch a.SAM {
		case "CONN01$":
			a.Domain, a.SID = "emea.contoso.test", "S-1-5-21-9-9-9-1105"
		case "svc-qlik":
			a.Domain, a.ActOnBehalf = "contoso.test", []string{"S-1-5-21-1-2-3-4711"}
		default:
			a.Domain = "contoso.test"
		}
	}
	plan, err := w.plan(t, delegation.Step)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(plan.Changes, func(c steps.Change) bool { return c.ID == "delegation.acting" })
	if i < 0 {
		t.Fatalf("no change of the descriptor among %+v", plan.Changes)
	}
	c := plan.Changes[i]
	if c.Danger != steps.Typed || !strings.Contains(c.Command, "PrincipalsAllowedToDelegateToAccount") || !slices.Contains(c.After, "S-1-5-21-1-2-3-4711") {
		t.Errorf("%+v", c)
	}
	if len(c.Also) != 1 || !slices.ContainsFunc(c.Also[0].Lines, func(l string) bool { return strings.HasPrefix(l, "msDS-AllowedToActOnBehalfOfOtherIdentity:: ") }) {
		t.Errorf("by hand: %+v", c.Also)
	}
	if slices.ContainsFunc(plan.Changes, func(c steps.Change) bool { return strings.Contains(c.Target, "CONN01$ (") }) {
		t.Error("a list that has no effect is planned for CONN01$")
	}
	for _, other := range plan.Changes {
		if other.ID == "delegation.allow" && !strings.HasSuffix(other.Right, "(you are one)") {
			t.Errorf("rights: %s", other.Right)
		}
	}
	if err := c.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := c.Read(t.Context()); err != nil || !slices.Equal(now, c.After) {
		t.Errorf("after: %v, %v", now, err)
	}
	if err := c.Revert(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := c.Read(t.Context()); err != nil || !slices.Equal(now, c.Before) {
		t.Errorf("undone: %v, %v", now, err)
	}
}

// TestEncryption plans AES where the account allows RC4 alone, and keeps the
// other bits.
func TestEncryption(t *testing.T) {
	w := newWorld()
	w.accounts[0].EncTypes = 0x10004
	plan, err := w.plan(t, spn.Step)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(plan.Changes, func(c steps.Change) bool { return c.ID == "spn.aes" })
	if i < 0 || !slices.Equal(plan.Changes[i].After, []string{"65564"}) {
		t.Fatalf("%+v", plan.Changes)
	}
	if err := plan.Changes[i].Do(t.Context()); err != nil || w.accounts[0].EncTypes != 0x1001c {
		t.Errorf("%x, %v", w.accounts[0].EncTypes, err)
	}
	if err := plan.Changes[i].Revert(t.Context()); err != nil || w.accounts[0].EncTypes != 0x10004 {
		t.Errorf("%x, %v", w.accounts[0].EncTypes, err)
	}
}
