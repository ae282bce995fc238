package security_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/directory/security"
)

const vector = "01000480140000000000000000000000240000000102000000000005200000002002000004002c00" +
	"0100000000002400ff010f00010500000000000515000000dcf4dc3b833d2b46828ba62851040000"

const trustee security.SID = "S-1-5-21-1004336348-1177238915-682003330-1105"

func TestDescriptorVector(t *testing.T) {
	raw, err := hex.DecodeString(vector)
	if err != nil {
		t.Fatal(err)
	}
	want := security.AllowOnly(trustee)
	got, err := security.ParseDescriptor(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	written, err := want.Bytes()
	if err != nil || !bytes.Equal(written, raw) {
		t.Errorf("written % x, %v", written, err)
	}
}

func TestAllows(t *testing.T) {
	other := security.SID("S-1-5-21-1-2-3-4")
	ace := func(kind byte, mask uint32, sid security.SID) security.ACE {
		return security.ACE{Type: kind, Mask: mask, SID: sid}
	}
	tests := []struct {
		name string
		dacl []security.ACE
		want bool
	}{
		{"no list", nil, false},
		{"empty list", []security.ACE{}, false},
		{"full control", []security.ACE{ace(security.AllowType, security.FullControl, trustee)}, true},
		{"control access alone", []security.ACE{ace(security.AllowType, security.ControlAccess, trustee)}, true},
		{"generic all", []security.ACE{ace(security.AllowType, security.GenericAll, trustee)}, true},
		{"reading only", []security.ACE{ace(security.AllowType, security.ReadProperty, trustee)}, false},
		{"somebody else", []security.ACE{ace(security.AllowType, security.FullControl, other)}, false},
		{"denied first", []security.ACE{ace(security.DenyType, security.FullControl, trustee), ace(security.AllowType, security.FullControl, trustee)}, false},
		{"a condition grants nothing", []security.ACE{ace(security.AllowExpress, security.FullControl, trustee)}, false},
		{"everyone", []security.ACE{ace(security.AllowType, security.FullControl, security.Everyone)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := security.Descriptor{DACL: tt.dacl}
			if got := d.Allows([]security.SID{trustee, security.Everyone}); got != tt.want {
				t.Errorf("got %v", got)
			}
			if got := len(d.Trustees()) > 0; got && tt.name == "denied first" {
				t.Error("a denied trustee is listed")
			}
		})
	}
}

func TestSID(t *testing.T) {
	for _, s := range []security.SID{trustee, security.Administrators, security.Everyone, "S-1-5-32"} {
		raw, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		back, n, err := security.ParseSID(append(raw, 1, 2, 3))
		if err != nil || back != s || n != len(raw) {
			t.Errorf("%s came back as %s (%d of %d bytes), %v", s, back, n, len(raw), err)
		}
	}
	if trustee.RID() != 1105 || trustee != security.SID("S-1-5-21-1004336348-1177238915-682003330").Child(1105) {
		t.Errorf("rid %d", trustee.RID())
	}
	for _, bad := range []security.SID{"", "S-1", "S-2-5-18", "S-1-5-x", "S-1-5-21-99999999999"} {
		if _, err := bad.Bytes(); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParseDescriptor(f *testing.F) {
	raw, err := hex.DecodeString(vector)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:40])
	f.Add([]byte{1, 0, 4, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := security.ParseDescriptor(b)
		if err != nil {
			return
		}
		for _, s := range d.Trustees() {
			if !d.Allows([]security.SID{s}) && len(d.Trustees()) == 1 && len(d.DACL) == 1 {
				t.Errorf("%s is listed but not allowed", s)
			}
		}
	})
}
