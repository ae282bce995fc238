package directory_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/netprobe"
)

// TestLockout reads how near an account is to being locked out.
func TestLockout(t *testing.T) {
	d := start(t)
	c := d.client(t)
	state := func(bad int, ago time.Duration) func(*lab.Tx) error {
		return func(tx *lab.Tx) error {
			return errors.Join(tx.Set("alice", "badPwdCount", strconv.Itoa(bad)), tx.Set("alice", "badPasswordTime", strconv.FormatInt(lab.FileTime(time.Now().Add(-ago)), 10)))
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*lab.Tx) error
		want   fact.Lockout
		left   int
		code   string
	}{
		{"never a wrong one", func(*lab.Tx) error { return nil }, fact.Lockout{Threshold: 10}, 10, ""},
		{"a few", state(4, time.Minute), fact.Lockout{Bad: 4, Threshold: 10}, 6, ""},
		{"one more would do", state(9, time.Minute), fact.Lockout{Bad: 9, Threshold: 10}, 1, "lockout-near"},
		{"long ago", state(9, time.Hour), fact.Lockout{Threshold: 10}, 10, ""},
		{"locked", func(tx *lab.Tx) error {
			return tx.Set("alice", "lockoutTime", strconv.FormatInt(lab.FileTime(time.Now()), 10))
		}, fact.Lockout{Locked: true, Threshold: 10}, 0, "locked-out"},
		{"no limit", func(tx *lab.Tx) error {
			return errors.Join(tx.Set("alice", "lockoutTime"), state(9, time.Minute)(tx), tx.Set(contoso.BaseDN, "lockoutThreshold", "0"))
		}, fact.Lockout{Bad: 9}, -1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d.change(t, tt.change)
			got, err := c.Lockout(t.Context(), contoso.TestUser().UPN)
			if err != nil || got != tt.want || got.Left() != tt.left {
				t.Errorf("%+v, %d left, %v", got, got.Left(), err)
			}
			err = c.MayTry(t.Context(), "alice")
			if tt.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			kindAndCode(t, err, fact.NotSignedIn, tt.code)
		})
	}
	if _, err := c.Lockout(t.Context(), "nobody"); err == nil {
		t.Error("nobody has a state")
	}
}

// TestNoPasswordBeforeTheState shows wrong passwords to KDC and directory and
// counts what they cost: one each, and none where one more would lock the
// account.
func TestNoPasswordBeforeTheState(t *testing.T) {
	d := start(t)
	d.secrets["kerberos"] = "wrong"
	d.site.Kerberos.User = contoso.TestUser().SAM
	dialer, err := netprobe.New(d.site)
	if err != nil {
		t.Fatal(err)
	}
	secrets := func(name string) (string, bool) { s, ok := d.secrets[name]; return s, ok }
	count := func() string { return strings.Join(d.store.Values("alice", "badPwdCount"), "") }
	attempt := func() error {
		tickets := kerberos.New(d.site, dialer, secrets)
		c := directory.New(d.site, dialer, tickets, secrets)
		defer func() { _ = c.Close() }()
		tickets.BeforePassword(c.MayTry)
		var err error
		for range 3 {
			_, err = tickets.ServiceTicket(t.Context(), contoso.SPN)
		}
		return err
	}
	_ = attempt()
	if got := count(); got != "1" {
		t.Errorf("three questions cost %s attempts", got)
	}
	d.change(t, func(tx *lab.Tx) error { return tx.Set("alice", "badPwdCount", "9") })
	kindAndCode(t, attempt(), fact.NotSignedIn, "lockout-near")
	if got := count(); got != "9" {
		t.Errorf("the password was tried: %s", got)
	}
	d.change(t, func(tx *lab.Tx) error {
		return tx.Set("alice", "lockoutTime", strconv.FormatInt(lab.FileTime(time.Now()), 10))
	})
	kindAndCode(t, attempt(), fact.NotSignedIn, "locked-out")
	if got := count(); got != "9" {
		t.Errorf("a locked account was tried: %s", got)
	}
}
