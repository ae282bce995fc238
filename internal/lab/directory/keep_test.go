package directory

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// TestKeep changes, makes and removes entries, and takes all of it back as a
// change that readers notice.
func TestKeep(t *testing.T) {
	s, err := NewStore(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	before := s.shelf()
	changed := s.Keep()
	if n, _ := changed(); n != 0 {
		t.Fatalf("%d entries changed by themselves", n)
	}
	const made = "CN=made,OU=Services,DC=contoso,DC=test"
	must := func(change func(tx *Tx) error) {
		t.Helper()
		if err := s.Update(change); err != nil {
			t.Fatal(err)
		}
	}
	must(func(tx *Tx) error { return tx.Set("alice", "description", "changed") })
	must(func(tx *Tx) error { return tx.SetMember("Protected Users", "alice", true) })
	must(func(tx *Tx) error { return tx.SetPassword("qlik", "Another-One-2026") })
	must(func(tx *Tx) error {
		return tx.Create(made, map[string][]string{"objectClass": {"user"}, "sAMAccountName": {"made"}})
	})
	must(func(tx *Tx) error { return tx.Delete("svc-intranet") })
	usn := s.usn
	n, takeBack := changed()
	if n < 5 {
		t.Errorf("%d entries changed", n)
	}
	if err := takeBack(); err != nil {
		t.Fatal(err)
	}
	after := s.shelf()
	if !slices.Equal(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))) {
		t.Error("not the same entries")
	}
	for k, was := range before {
		is := after[k]
		if is == nil {
			continue
		}
		if is.secret != was.secret {
			t.Errorf("%s: another secret", k)
		}
		for a, v := range was.attrs {
			if a != "usnchanged" && a != "whenchanged" && !slices.Equal(is.attrs[a], v) {
				t.Errorf("%s: %s is %q, was %q", k, a, is.attrs[a], v)
			}
		}
	}
	if s.usn <= usn {
		t.Error("a reader of changes would not see it")
	}
}
