package kerberos_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/kdc"
)

// The library that is wrapped here has traps; those that a whole exchange can
// fall into are set here, the others are in trap_test.go and ccache_test.go.

// A site that names its realm in lower case still gets what a KDC gives, which
// answers in upper case.
func TestTrapLowerCaseRealm(t *testing.T) {
	for _, form := range []string{"lab.test", "Lab.Test", ""} {
		l := startLab(t)
		l.site.Kerberos.Realm = form
		got, err := l.client(t).ServiceTicket(t.Context(), webSPN)
		if err != nil || got.Realm != realm || got.Client != "alice@"+realm {
			t.Errorf("realm %q: %+v, %v", form, got, err)
		}
		l.site.Kerberos.Keytab = l.keytab(t, "alice")
		if _, err := l.client(t).ServiceTicket(t.Context(), webSPN+"@lab.test"); err != nil {
			t.Errorf("realm %q, with a keytab, and one in the name: %v", form, err)
		}
	}
}

// Negotiate is found wherever it stands among the offers, in whatever case.
func TestTrapFirstHeaderNTLM(t *testing.T) {
	for _, schemes := range [][]string{{"NTLM", "Negotiate"}, {"NTLM, Negotiate"}, {"Negotiate, NTLM"}, {"Basic realm=\"a, b\"", "NTLM", "negotiate"}} {
		l := startLab(t)
		l.front.schemes, l.front.unasked = schemes, false
		got, err := l.client(t).Negotiate(t.Context(), l.site.Publish.InternalURL, webSPN)
		if err != nil || got.Mechanism != "spnego-kerberos" || !got.Mutual || got.UserID != "alice" {
			t.Errorf("%q: %+v, %v", schemes, got, err)
		}
	}
}

// A cache that kinit has emptied, or that is of a kind nobody here can read, is
// an answer for whoever looks at the tickets, and no end of the program.
func TestTrapUnreadableCache(t *testing.T) {
	l := startLab(t)
	empty := filepath.Join(l.dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for cache, want := range map[string]fact.ErrorKind{
		empty: fact.Unsupported, filepath.Join(l.dir, "none"): fact.NotFound,
		"KCM:1000": fact.Unsupported, "KEYRING:persistent:1000": fact.Unsupported, "API:1": fact.Unsupported,
	} {
		l.site.Kerberos.CCache = cache
		if list, err := l.client(t).CachedTickets(t.Context()); checks.KindOf(err) != want || len(list) > 0 {
			t.Errorf("%s: %v, %v", cache, list, err)
		}
	}
}

// The code and the NTSTATUS of a refusal come through every layer, from the
// socket to the checks.
func TestTrapHiddenStatus(t *testing.T) {
	l := startLab(t)
	l.accounts.change("alice", func(a *kdc.Account) { a.MustChangePassword = true })
	_, err := l.client(t).ServiceTicket(t.Context(), webSPN)
	var k *kerberos.KDCError
	var f *fact.Error
	if !errors.As(err, &k) || k.Code != 23 || k.NTStatusName != "STATUS_PASSWORD_MUST_CHANGE" || !errors.As(err, &f) || !strings.Contains(err.Error(), "STATUS_PASSWORD_MUST_CHANGE") {
		t.Errorf("got %v", err)
	}
}

// A wrong password is offered to the KDC once, whatever is asked in its name:
// tickets, sessions, and by how many at the same time.
func TestTrapSecondBadPassword(t *testing.T) {
	l := startLab(t)
	l.secrets["kerberos"] = "not it"
	c := l.client(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { _, _ = c.ServiceTicket(t.Context(), webSPN) })
		all.Go(func() { _, _ = c.Negotiate(t.Context(), l.site.Publish.InternalURL, webSPN) })
	}
	all.Wait()
	if _, err := c.ServiceTicket(t.Context(), webSPN); checks.CodeOf(err) != "KDC_ERR_PREAUTH_FAILED" || !strings.Contains(err.Error(), "not tried again") {
		t.Errorf("got %v", err)
	}
	l.accounts.mu.Lock()
	defer l.accounts.mu.Unlock()
	if l.accounts.wrong != 1 {
		t.Errorf("%d wrong passwords reached the KDC", l.accounts.wrong)
	}
}
