package wire

import (
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Result is how an operation ended.
type Result struct {
	Code      int64
	MatchedDN string
	Text      string
	Referrals []string
}

// Response is an answer that carries a result.
type Response struct {
	ID   int64
	Tag  ber.Tag
	SASL []byte // server credentials of a bind, nil when there are none
	OID  string // name of an extended answer
	// Value is the content of an extended answer, nil when there is none.
	Value    []byte
	Controls []Control
	Result
}

// WriteTo sends the answer.
func (r Response) WriteTo(w io.Writer) (int64, error) {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, r.Tag, nil, "answer")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, r.Code, "result"))
	op.AppendChild(text(r.MatchedDN))
	op.AppendChild(text(r.Text))
	if len(r.Referrals) > 0 {
		refs := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "referral")
		for _, u := range r.Referrals {
			refs.AppendChild(text(u))
		}
		op.AppendChild(refs)
	}
	if r.SASL != nil {
		op.AppendChild(tagged(7, r.SASL))
	}
	if r.OID != "" {
		op.AppendChild(tagged(10, []byte(r.OID)))
	}
	if r.Value != nil {
		op.AppendChild(tagged(11, r.Value))
	}
	return send(w, r.ID, op, r.Controls)
}

// Entry is one hit of a search.
type Entry struct {
	ID         int64
	DN         string
	Attributes []Attribute
}

// Reference points a searcher to another naming context.
type Reference struct {
	ID  int64
	URL string
}

// WriteTo sends the reference.
func (r Reference) WriteTo(w io.Writer) (int64, error) {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, TagSearchReference, nil, "reference")
	op.AppendChild(text(r.URL))
	return send(w, r.ID, op, nil)
}

// Paging is the value of the paged-results control (RFC 2696).
type Paging struct {
	Size   int64
	Cookie []byte
}

// ParsePaging understands a paging control's value.
func ParsePaging(raw []byte) (Paging, error) {
	if err := checkNesting(raw, 0); err != nil {
		return Paging{}, err
	}
	p, err := ber.DecodePacketErr(raw)
	if err != nil || len(p.Children) != 2 {
		return Paging{}, fmt.Errorf("%w: paging control", ErrMalformed)
	}
	size, ok1 := integer(p.Children[0], ber.TagInteger)
	cookie, ok2 := octets(p.Children[1])
	if !ok1 || !ok2 || size < 0 {
		return Paging{}, fmt.Errorf("%w: paging control", ErrMalformed)
	}
	return Paging{Size: size, Cookie: cookie}, nil
}

// Bytes encodes the value.
func (p Paging) Bytes() []byte {
	seq := ber.NewSequence("paging")
	seq.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, p.Size, "size"))
	seq.AppendChild(text(string(p.Cookie)))
	return seq.Bytes()
}

func send(w io.Writer, id int64, op *ber.Packet, ctls []Control) (int64, error) {
	m := ber.NewSequence("message")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "message number"))
	m.AppendChild(op)
	if len(ctls) > 0 {
		all := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		for _, c := range ctls {
			one := ber.NewSequence("control")
			one.AppendChild(text(c.OID))
			if c.Critical {
				one.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, "critical"))
			}
			if c.Value != nil {
				one.AppendChild(text(string(c.Value)))
			}
			all.AppendChild(one)
		}
		m.AppendChild(all)
	}
	n, err := w.Write(m.Bytes())
	if err != nil {
		return int64(n), fmt.Errorf("sending an answer: %w", err)
	}
	return int64(n), nil
}

func text(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func tagged(tag ber.Tag, value []byte) *ber.Packet {
	p := ber.Encode(ber.ClassContext, ber.TypePrimitive, tag, nil, "")
	p.Data.Write(value)
	return p
}
