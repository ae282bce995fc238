package directory

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const connectorSID = "S-1-5-21-1004336348-1177238915-682003330-1105"

// windowsDescriptor is what Windows and Samba write for one computer.
const windowsDescriptor = "01000480140000000000000000000000240000000102000000000005200000002002000004002c000100000000002400ff010f00010500000000000515000000dcf4dc3b833d2b46828ba62851040000"

func raw(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseDescriptor(t *testing.T) {
	d, err := parseDescriptor(raw(t, windowsDescriptor))
	if err != nil {
		t.Fatal(err)
	}
	want := descriptor{Owner: "S-1-5-32-544", ACEs: []ace{{Type: aceAllow, Mask: 0xf01ff, SID: connectorSID}}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{connectorSID}, d.trustees()); diff != "" {
		t.Error(diff)
	}
}

// built makes a descriptor of entries that are given as type, mask and body.
func built(entries ...[]byte) []byte {
	list := []byte{4, 0, 0, 0, byte(len(entries)), 0, 0, 0}
	for _, e := range entries {
		list = append(list, e...)
	}
	binary.LittleEndian.PutUint16(list[2:], uint16(len(list)))
	head := make([]byte, 20)
	head[0] = 1
	binary.LittleEndian.PutUint16(head[2:], selfRelative|daclPresent)
	binary.LittleEndian.PutUint32(head[16:], 20)
	return append(head, list...)
}

func entry(kind byte, mask uint32, body []byte) []byte {
	b := []byte{kind, 0, 0, 0}
	b = append(binary.LittleEndian.AppendUint32(b, mask), body...)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func TestTrustees(t *testing.T) {
	sid := raw(t, "010500000000000515000000dcf4dc3b833d2b46828ba62851040000")
	everyone := raw(t, "010100000000000100000000")
	object := append(append([]byte{1, 0, 0, 0}, make([]byte, 16)...), sid...)
	tests := []struct {
		name string
		raw  []byte
		want []string
		bad  bool
	}{
		{"control access alone", built(entry(aceAllow, 0x100, sid)), []string{connectorSID}, false},
		{"generic all", built(entry(aceAllow, 0x10000000, sid)), []string{connectorSID}, false},
		{"reading is not enough", built(entry(aceAllow, 0x20, sid)), nil, false},
		{"twice", built(entry(aceAllow, 0x100, sid), entry(aceAllow, 0x100, sid)), []string{connectorSID}, false},
		{"denied", built(entry(aceAllow, 0x100, sid), entry(aceDeny, 0x100, sid)), nil, false},
		{"somebody else denied", built(entry(aceDeny, 0x100, everyone), entry(aceAllow, 0x100, sid)), []string{connectorSID}, false},
		{"for an object class", built(entry(aceAllowObject, 0x100, object)), []string{connectorSID}, false},
		{"under a condition", built(entry(aceAllowCallback, 0x100, append(append([]byte{}, sid...), "artx"...))), nil, false},
		{"auditing", built(entry(2, 0x100, sid), entry(aceAllow, 0x100, everyone)), []string{"S-1-1-0"}, false},
		{"empty list", built(), nil, false},
		{"no list", raw(t, "0100008000000000000000000000000000000000"), nil, false},
		{"not self-relative", raw(t, "0100040000000000000000000000000000000000"), nil, true},
		{"entry beyond the list", built(entry(aceAllow, 0x100, sid[:10])), nil, true},
		{"list beyond the end", raw(t, "01000480000000000000000000000000ff000000"), nil, true},
		{"empty", nil, nil, true},
		{"cut off", raw(t, windowsDescriptor)[:60], nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := parseDescriptor(tt.raw)
			if (err != nil) != tt.bad {
				t.Fatal(err)
			}
			got := d.trustees()
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSIDOf(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"everyone", "010100000000000100000000", "S-1-1-0"},
		{"administrators", "01020000000000052000000020020000", "S-1-5-32-544"},
		{"large authority", "010100000001000000000000", "S-1-65536-0"},
		{"something after it", "01010000000000010000000000", ""},
		{"too short", "0102000000000001", ""},
		{"another revision", "020100000000000100000000", ""},
		{"sixteen parts", "0110" + "000000000001", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sidOf(raw(t, tt.raw)); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func FuzzParseDescriptor(f *testing.F) {
	f.Add(raw(f, windowsDescriptor))
	f.Add(built(entry(aceAllowObject, 0x100, make([]byte, 40))))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseDescriptor(b)
		if err != nil {
			return
		}
		for _, sid := range d.trustees() {
			if sid == "" {
				t.Error("a trustee without a name")
			}
		}
	})
}
