package directory

import (
	"bytes"
	"slices"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"

	ldapwire "sensegate/internal/lab/directory/wire"
)

// written is an entry as a server sends it.
func written(tb testing.TB, attributes ...ldapwire.Attribute) []byte {
	tb.Helper()
	var b bytes.Buffer
	if _, err := (ldapwire.Entry{ID: 7, DN: "CN=a,DC=b", Attributes: attributes}).WriteTo(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestEachValue(t *testing.T) {
	message := written(t,
		ldapwire.Attribute{Name: "cn", Values: []string{"a"}},
		ldapwire.Attribute{Name: "serviceprincipalname;range=0-1", Values: []string{"HTTP/a", "HTTP/b"}})
	if n, ok := messageNumber(message[:min(len(message), longestHead)]); !ok || n != 7 {
		t.Errorf("number %d, %v", n, ok)
	}
	id, body, err := operation(message)
	if err != nil || id != elementEntry {
		t.Fatalf("%#x, %v", id, err)
	}
	var got []string
	dn, more, err := eachValue(body, attrSPN, func(v []byte) { got = append(got, string(v)) })
	if err != nil || string(dn) != "CN=a,DC=b" || !more || !slices.Equal(got, []string{"HTTP/a", "HTTP/b"}) {
		t.Errorf("%s %v %v %v", dn, more, got, err)
	}
	last := written(t, ldapwire.Attribute{Name: "servicePrincipalName;range=1500-*", Values: []string{"HTTP/c"}})
	if _, body, err = operation(last); err != nil {
		t.Fatal(err)
	}
	if _, more, err = eachValue(body, attrSPN, func([]byte) {}); more || err != nil {
		t.Errorf("%v %v", more, err)
	}
	for cut := range message {
		if _, _, err := operation(message[:cut]); err == nil {
			t.Errorf("%d bytes of %d were taken for a message", cut, len(message))
		}
	}
}

// FuzzEntry holds our reading of an entry against the library's tree.
func FuzzEntry(f *testing.F) {
	f.Add(written(f, ldapwire.Attribute{Name: attrSPN, Values: []string{"HTTP/a", "HTTP/b"}}))
	f.Add(written(f, ldapwire.Attribute{Name: attrSPN + ";range=0-1499", Values: []string{"x"}}, ldapwire.Attribute{Name: "cn"}))
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = messageNumber(b)
		id, body, err := operation(b)
		if err != nil || id != elementEntry {
			return
		}
		var got []string
		if _, _, err := eachValue(body, attrSPN, func(v []byte) { got = append(got, string(v)) }); err != nil {
			return
		}
		tree, err := ber.DecodePacketErr(b)
		if err != nil {
			return // stricter than we are about what we do not look at
		}
		for _, v := range got {
			if !holdsText(tree, v) {
				t.Errorf("%q is not in the message", v)
			}
		}
	})
}

func holdsText(p *ber.Packet, want string) bool {
	if bytes.Equal(p.ByteValue, []byte(want)) || p.Data != nil && p.Data.String() == want {
		return true
	}
	return slices.ContainsFunc(p.Children, func(c *ber.Packet) bool { return holdsText(c, want) })
}
