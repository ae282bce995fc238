package directory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
)

// populate gives the directory that many accounts, every second one with two
// names and the others with one, so that there are half as many names again.
func populate(store *lab.Store, accounts int) error {
	err := store.Update(func(tx *lab.Tx) error {
		for i := range accounts {
			names := []string{fmt.Sprintf("HTTP/host%06d.contoso.test", i)}
			if i%2 == 0 {
				names = append(names, fmt.Sprintf("HTTP/host%06d", i))
			}
			err := tx.Create(fmt.Sprintf("CN=svc%06d,OU=Services,%s", i, contoso.BaseDN), map[string][]string{
				"objectClass": {"user"}, "sAMAccountName": {fmt.Sprintf("svc%06d", i)}, "servicePrincipalName": names,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("filling the directory: %w", err)
	}
	return nil
}

// TestAudit finds what is held twice, in other letters and in look-alikes.
func TestAudit(t *testing.T) {
	d := start(t)
	if err := populate(d.store, 2500); err != nil {
		t.Fatal(err)
	}
	clean, err := d.client(t).Audit(t.Context())
	if err != nil || clean.Doubled != 0 || clean.Accounts < 2500 || clean.Names < 3750 {
		t.Fatalf("%+v, %v", clean, err)
	}
	err = d.store.Update(func(tx *lab.Tx) error {
		if err := tx.Add("svc000002", "servicePrincipalName", "http/HOST000001.contoso.test"); err != nil {
			return err
		}
		return tx.Add("svc000004", "servicePrincipalName", strings.Replace("HTTP/host000003.contoso.test", "o", "\u043e", 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.client(t).Audit(t.Context())
	if err != nil || got.Doubled != 2 || len(got.Groups) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, g := range got.Groups {
		if len(g.Holders) != 2 {
			t.Errorf("%+v", g)
		}
	}
}

// TestAuditManyNames counts the names that the server holds back at first, and
// finds a duplicate among them.
func TestAuditManyNames(t *testing.T) {
	d := start(t)
	var many []string
	for i := range 3200 {
		many = append(many, fmt.Sprintf("HTTP/many%d.contoso.test", i))
	}
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(tx.Set("qlik", "servicePrincipalName", many...), tx.Add("CONN01$", "servicePrincipalName", "http/MANY3100.contoso.test"))
	})
	got, err := d.client(t).Audit(t.Context())
	if err != nil || got.Names < len(many) || got.Doubled != 1 || len(got.Groups) != 1 || len(got.Groups[0].Holders) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAuditInterrupted loses the connection in the middle of a page, and is
// stopped there: the first is read once more, the second ends.
func TestAuditInterrupted(t *testing.T) {
	d := start(t)
	if err := populate(d.store, 4000); err != nil {
		t.Fatal(err)
	}
	box := between(t, d.ldap.AddrGCS())
	d.site.Pins[2].Address = box.addr
	c := d.client(t)
	answers := 0
	box.mu.Lock()
	box.cut = func() bool { answers++; return answers == 12 }
	box.mu.Unlock()
	got, err := c.Audit(t.Context())
	if err != nil || got.Accounts < 4000 || got.Doubled != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	box.mu.Lock()
	if answers < 12 {
		t.Errorf("the connection was not cut: %d answers", answers)
	}
	answers = 0
	box.cut = func() bool {
		if answers++; answers == 4 {
			cancel()
		}
		return false
	}
	box.mu.Unlock()
	if _, err := c.Audit(ctx); err == nil {
		t.Error("an audit that was stopped gave an answer")
	}
	d.ldap.Update(func(s *lab.State) { s.Busy = true })
	_, err = c.Audit(t.Context())
	kindAndCode(t, err, fact.Unreachable, "busy")
}
