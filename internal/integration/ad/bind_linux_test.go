package ad_test

import (
	"testing"
)

// TestDiscovered finds the domain controller by DNS and signs in.
func TestDiscovered(t *testing.T) {
	d := startDC(t)
	w := open(t, d, nil)
	root, err := w.directory.RootDSE(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if root.Host != dcHost || root.Realm != realmName || root.DefaultNC != baseDN || root.BoundAs == "" {
		t.Errorf("%+v", root)
	}
}
