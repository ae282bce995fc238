package directory_test

import (
	"slices"
	"testing"

	lab "sensegate/internal/lab/directory"
)

// TestActingDescriptor composes what would be written: whoever is in the
// descriptor stays, and nobody is in it twice. Typed in by hand it does the same.
func TestActingDescriptor(t *testing.T) {
	d := start(t)
	d.change(t, func(tx *lab.Tx) error { return tx.AllowToActOnBehalf("qlik", "PRINT01$") })
	c := d.client(t)
	sid := func(name string) string {
		a, err := c.Account(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return a.SID
	}
	want := []string{sid("PRINT01$"), sid("CONN01$"), sid("CONN02$")}
	raw, err := c.ActingDescriptor(t.Context(), qlikDN, want...)
	if err != nil {
		t.Fatal(err)
	}
	d.change(t, func(tx *lab.Tx) error {
		return tx.Set("qlik", "msDS-AllowedToActOnBehalfOfOtherIdentity", string(raw))
	})
	a, err := c.Account(t.Context(), "qlik")
	if err != nil || !slices.Equal(a.ActOnBehalf, want) {
		t.Errorf("%v, want %v (%v)", a.ActOnBehalf, want, err)
	}
	if _, err := c.ActingDescriptor(t.Context(), qlikDN, "not a SID"); err == nil {
		t.Error("nonsense was composed")
	}
}
