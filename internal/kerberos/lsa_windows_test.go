package kerberos

import (
	"strings"
	"testing"
	"time"
	"unsafe"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// These run on whatever Windows there is, joined to a domain or not, and on
// Wine, whose LSA knows little: each call answers, or says why it cannot.

func TestWindowsTicketCache(t *testing.T) {
	s := site.Site{Directory: site.Directory{Domain: "lab.test"}}
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	list, err := New(s, d, nil).CachedTickets(t.Context())
	var f *fact.Error
	switch {
	case err == nil:
		for _, c := range list {
			if c.Server == "" || c.Until.Before(time.Unix(0, 0)) {
				t.Errorf("%+v", c)
			}
		}
		t.Logf("the LSA showed %d tickets", len(list))
	case asFactError(err, &f) && (f.Kind == fact.Unsupported || f.Kind == fact.NotFound) && f.System == cacheSystem:
		t.Logf("the LSA showed none: %v", err)
	default:
		t.Errorf("got %v", err)
	}
}

func TestWindowsRehearsal(t *testing.T) {
	token, err := rehearseAsMachine("alice@lab.test", "LAB.TEST", "HTTP/sense.lab.test")
	if err == nil || token != "" {
		t.Fatalf("a machine outside of the domain rehearsed: %q", token)
	}
	t.Logf("said: %v", err)
	// Past the question who runs it, the LSA itself has to refuse.
	session, err := openLSA(true)
	if err != nil {
		t.Logf("the LSA lets nobody be trusted: %v", err)
		return
	}
	defer session.close()
	if user, err := session.logonFor("alice@lab.test", "LAB.TEST"); err == nil {
		_ = user.Close()
		t.Error("a logon was made for somebody of no domain")
	}
}

func TestWindowsLoggedOnUser(t *testing.T) {
	l, err := SASLAsLoggedOn(nil)
	if err != nil {
		if strings.TrimSpace(err.Error()) == "" {
			t.Error("it failed without a word")
		}
		return
	}
	if _, _, err := l.InitSecContext("ldap/nobody.lab.test", nil); err == nil {
		t.Error("there is a ticket to a server of no domain")
	}
	_ = l.DeleteSecContext()
}

// The layouts are those of 64-bit Windows, on either processor.
func TestWindowsLayouts(t *testing.T) {
	for what, sizes := range map[string][2]uintptr{
		"TOKEN_SOURCE": {unsafe.Sizeof(tokenSource{}), 16}, "QUOTA_LIMITS": {unsafe.Sizeof(quotas{}), 48}, "STRING": {unsafe.Sizeof(ansiString{}), 16},
	} {
		if sizes[0] != sizes[1] {
			t.Errorf("%s has %d bytes, want %d", what, sizes[0], sizes[1])
		}
	}
}

func asFactError(err error, into **fact.Error) bool {
	f, ok := err.(*fact.Error) //nolint:errorlint // the package hands out nothing else
	*into = f
	return ok
}
