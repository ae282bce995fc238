package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/directory/wire"
)

// encodeFilter lets go-ldap write a filter.
func encodeFilter(tb testing.TB, text string) []byte {
	tb.Helper()
	p, err := ldap.CompileFilter(text)
	if err != nil {
		tb.Fatal(err)
	}
	return p.Bytes()
}

func TestParseFilter(t *testing.T) {
	tests := []struct {
		name, text string
		want       wire.Filter
	}{
		{"equality", "(cn=a)", wire.Filter{Kind: wire.Equal, Attr: "cn", Value: "a"}},
		{"binary", `(objectSid=\01\05)`, wire.Filter{Kind: wire.Equal, Attr: "objectSid", Value: "\x01\x05"}},
		{"presence", "(cn=*)", wire.Filter{Kind: wire.Present, Attr: "cn"}},
		{"parts", "(cn=a*b*c*d)", wire.Filter{Kind: wire.Substrings, Attr: "cn", Initial: "a", Any: []string{"b", "c"}, Final: "d"}},
		{"end", "(cn=*d)", wire.Filter{Kind: wire.Substrings, Attr: "cn", Final: "d"}},
		{"order", "(cn>=a)", wire.Filter{Kind: wire.GreaterOrEqual, Attr: "cn", Value: "a"}},
		{"approximate", "(cn~=a)", wire.Filter{Kind: wire.Approx, Attr: "cn", Value: "a"}},
		{
			"extensible", "(userAccountControl:1.2.840.113556.1.4.803:=2)",
			wire.Filter{Kind: wire.Extensible, Attr: "userAccountControl", Rule: "1.2.840.113556.1.4.803", Value: "2"},
		},
		{"tree", "(&(cn=a)(!(|(cn=b)(cn<=c))))", wire.Filter{Kind: wire.And, Children: []wire.Filter{
			{Kind: wire.Equal, Attr: "cn", Value: "a"},
			{Kind: wire.Not, Children: []wire.Filter{{Kind: wire.Or, Children: []wire.Filter{
				{Kind: wire.Equal, Attr: "cn", Value: "b"}, {Kind: wire.LessOrEqual, Attr: "cn", Value: "c"},
			}}}},
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wire.ParseFilter(encodeFilter(t, tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	nested := bytes.Repeat([]byte{0x30, 0x80}, 5)
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, io.EOF},
		{"half a header", []byte{0x30}, io.ErrUnexpectedEOF},
		{"half a message", []byte{0x30, 0x05, 0x02}, io.ErrUnexpectedEOF},
		{"a web request", []byte("GET / HTTP/1.1\r\n"), wire.ErrMalformed},
		{"open length", nested, wire.ErrMalformed},
		{"a length of eight bytes", []byte{0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1}, wire.ErrMalformed},
		{"too much", []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}, wire.ErrTooLarge},
		{"just too much", []byte{0x30, 0x83, 0x10, 0x00, 0x01}, wire.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := wire.Read(bytes.NewReader(tt.in)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReadStopsAtTheEnd(t *testing.T) {
	raw := message(t, "4203 0a0100")
	r := strings.NewReader(string(raw) + "rest")
	if _, err := wire.Read(r); err != nil {
		t.Fatal(err)
	}
	if r.Len() != len("rest") {
		t.Errorf("%d bytes left", r.Len())
	}
}

// message wraps an encoded operation, given in hexadecimal.
func message(tb testing.TB, op string) []byte {
	tb.Helper()
	body, err := hex.DecodeString(strings.ReplaceAll(op, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	body = append([]byte{0x02, 0x01, 0x07}, body...)
	return append([]byte{0x30, byte(len(body))}, body...)
}

func TestDecodeRefuses(t *testing.T) {
	deep := []byte{}
	for range 200 {
		deep = append([]byte{0xa2, byte(0x84), byte(len(deep) >> 24), byte(len(deep) >> 16), byte(len(deep) >> 8), byte(len(deep))}, deep...)
	}
	tests := []struct {
		name string
		in   []byte
	}{
		{"nothing", nil},
		{"an empty envelope", []byte{0x30, 0}},
		{"a number alone", []byte{0x30, 3, 2, 1, 1}},
		{"an unknown operation", message(t, "7e00")},
		{"a bind of two parts", message(t, "6005 020103 0400")},
		{"a search of nothing", message(t, "6300")},
		{"a modify of nothing", message(t, "6600")},
		{"nothing extended", message(t, "7700")},
		{"a filter in a deep hole", deep},
		{"a child longer than its parent", []byte{0x30, 4, 2, 9, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if m, err := wire.Decode(tt.in); !errors.Is(err, wire.ErrMalformed) {
				t.Errorf("got %+v, %v", m, err)
			}
		})
	}
}

func TestPaging(t *testing.T) {
	want := wire.Paging{Size: 1000, Cookie: []byte("\x00\x01cookie")}
	got, err := wire.ParsePaging(want.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := wire.ParsePaging([]byte{0x30, 0}); err == nil {
		t.Error("an empty control was accepted")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(message(f, "4200"))
	f.Add(message(f, "600c 020103 0400 a305 0403 415049"))
	f.Add(message(f, "4a03 636e3d"))
	search := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 3, nil, "")
	filter, err := ldap.CompileFilter("(&(cn=a*b)(!(x:1.2.3:=1)))")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range []*ber.Packet{
		ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "DC=a", ""),
		ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 2, ""),
		ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 0, ""),
		ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""),
		ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""),
		ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""),
		filter,
		ber.NewSequence(""),
	} {
		search.AppendChild(p)
	}
	f.Add(message(f, hex.EncodeToString(search.Bytes())))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		whole, err := wire.Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		m, err := wire.Decode(whole)
		if err != nil {
			return
		}
		if s, ok := m.Op.(wire.SearchRequest); ok {
			s.Filter.Attributes(func(string) {})
		}
	})
}
