package wire

import (
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Application tags of the operations.
const (
	TagBindRequest      ber.Tag = 0
	TagBindResponse     ber.Tag = 1
	TagUnbindRequest    ber.Tag = 2
	TagSearchRequest    ber.Tag = 3
	TagSearchEntry      ber.Tag = 4
	TagSearchDone       ber.Tag = 5
	TagModifyRequest    ber.Tag = 6
	TagModifyResponse   ber.Tag = 7
	TagAddRequest       ber.Tag = 8
	TagAddResponse      ber.Tag = 9
	TagDelRequest       ber.Tag = 10
	TagDelResponse      ber.Tag = 11
	TagModifyDNRequest  ber.Tag = 12
	TagModifyDNResponse ber.Tag = 13
	TagCompareRequest   ber.Tag = 14
	TagCompareResponse  ber.Tag = 15
	TagAbandonRequest   ber.Tag = 16
	TagSearchReference  ber.Tag = 19
	TagExtendedRequest  ber.Tag = 23
	TagExtendedResponse ber.Tag = 24
)

// BindRequest proposes an identity. Mechanism is empty for a simple bind.
type BindRequest struct {
	Version     int64
	Name        string
	Simple      bool
	SASL        bool
	Mechanism   string
	Credentials []byte // the password, or the SASL token
}

// UnbindRequest ends the connection.
type UnbindRequest struct{}

// AbandonRequest asks to stop an earlier request; it has no answer.
type AbandonRequest struct{}

// Scope says how far below its base a search reaches.
type Scope int64

// The three scopes.
const (
	ScopeBase Scope = iota
	ScopeOne
	ScopeSub
)

// SearchRequest asks for entries.
type SearchRequest struct {
	Base       string
	Scope      Scope
	SizeLimit  int64
	TypesOnly  bool
	Filter     Filter
	Attributes []string
	// RawFilter is the filter as received: with base and scope it says which
	// search a paging cookie belongs to.
	RawFilter []byte
}

// ModifyRequest changes one entry.
type ModifyRequest struct {
	DN      string
	Changes []Change
}

// ChangeKind is what a change does to its attribute.
type ChangeKind int64

// The kinds of change.
const (
	ChangeAdd ChangeKind = iota
	ChangeDelete
	ChangeReplace
)

// Change is one part of a modification.
type Change struct {
	Kind ChangeKind
	Attribute
}

// Attribute is a name with its values, binary or text.
type Attribute struct {
	Name   string
	Values []string
}

// AddRequest makes an entry.
type AddRequest struct {
	DN         string
	Attributes []Attribute
}

// DelRequest removes an entry.
type DelRequest struct{ DN string }

// ModifyDNRequest renames or moves an entry.
type ModifyDNRequest struct {
	DN, NewRDN   string
	DeleteOld    bool
	NewSuperior  string
	HasNewParent bool
}

// CompareRequest asks whether an entry has a value.
type CompareRequest struct {
	DN, Name string
	Value    string
}

// ExtendedRequest names an operation by its OID.
type ExtendedRequest struct {
	OID   string
	Value []byte
}

func bindRequest(p *ber.Packet) (any, error) {
	if len(p.Children) != 3 {
		return nil, fmt.Errorf("%w: a bind of %d parts", ErrMalformed, len(p.Children))
	}
	version, ok := integer(p.Children[0], ber.TagInteger)
	name, ok2 := octets(p.Children[1])
	if !ok || !ok2 {
		return nil, fmt.Errorf("%w: bind", ErrMalformed)
	}
	req := BindRequest{Version: version, Name: string(name)}
	auth := p.Children[2]
	if auth.ClassType != ber.ClassContext {
		return nil, fmt.Errorf("%w: bind credentials", ErrMalformed)
	}
	switch auth.Tag {
	case 0:
		req.Simple, req.Credentials = true, auth.Data.Bytes()
	case 3:
		if len(auth.Children) == 0 || len(auth.Children) > 2 {
			return nil, fmt.Errorf("%w: SASL credentials", ErrMalformed)
		}
		mechanism, ok := octets(auth.Children[0])
		if !ok {
			return nil, fmt.Errorf("%w: SASL mechanism", ErrMalformed)
		}
		req.SASL, req.Mechanism = true, string(mechanism)
		if len(auth.Children) == 2 {
			if req.Credentials, ok = octets(auth.Children[1]); !ok {
				return nil, fmt.Errorf("%w: SASL token", ErrMalformed)
			}
		}
	}
	return req, nil
}

func searchRequest(p *ber.Packet) (any, error) {
	if len(p.Children) != 8 {
		return nil, fmt.Errorf("%w: a search of %d parts", ErrMalformed, len(p.Children))
	}
	base, ok1 := octets(p.Children[0])
	scope, ok2 := integer(p.Children[1], ber.TagEnumerated)
	_, ok3 := integer(p.Children[2], ber.TagEnumerated)
	size, ok4 := integer(p.Children[3], ber.TagInteger)
	_, ok5 := integer(p.Children[4], ber.TagInteger)
	types, ok6 := p.Children[5].Value.(bool)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || scope < 0 || scope > 2 || size < 0 {
		return nil, fmt.Errorf("%w: search", ErrMalformed)
	}
	req := SearchRequest{Base: string(base), Scope: Scope(scope), SizeLimit: size, TypesOnly: types}
	var err error
	if req.Filter, err = parseFilter(p.Children[6]); err != nil {
		return nil, err
	}
	req.RawFilter = p.Children[6].Bytes()
	for _, a := range p.Children[7].Children {
		name, ok := octets(a)
		if !ok {
			return nil, fmt.Errorf("%w: attribute selection", ErrMalformed)
		}
		req.Attributes = append(req.Attributes, string(name))
	}
	return req, nil
}

func modifyRequest(p *ber.Packet) (any, error) {
	if len(p.Children) != 2 {
		return nil, fmt.Errorf("%w: a modify of %d parts", ErrMalformed, len(p.Children))
	}
	dn, ok := octets(p.Children[0])
	if !ok {
		return nil, fmt.Errorf("%w: modify", ErrMalformed)
	}
	req := ModifyRequest{DN: string(dn)}
	for _, c := range p.Children[1].Children {
		if len(c.Children) != 2 {
			return nil, fmt.Errorf("%w: a change of %d parts", ErrMalformed, len(c.Children))
		}
		kind, ok := integer(c.Children[0], ber.TagEnumerated)
		if !ok || kind < 0 || kind > 2 {
			return nil, fmt.Errorf("%w: kind of change", ErrMalformed)
		}
		a, err := attribute(c.Children[1])
		if err != nil {
			return nil, err
		}
		req.Changes = append(req.Changes, Change{Kind: ChangeKind(kind), Attribute: a})
	}
	return req, nil
}

func addRequest(p *ber.Packet) (any, error) {
	if len(p.Children) != 2 {
		return nil, fmt.Errorf("%w: an add of %d parts", ErrMalformed, len(p.Children))
	}
	dn, ok := octets(p.Children[0])
	if !ok {
		return nil, fmt.Errorf("%w: add", ErrMalformed)
	}
	req := AddRequest{DN: string(dn)}
	for _, c := range p.Children[1].Children {
		a, err := attribute(c)
		if err != nil {
			return nil, err
		}
		req.Attributes = append(req.Attributes, a)
	}
	return req, nil
}

func attribute(p *ber.Packet) (Attribute, error) {
	if len(p.Children) != 2 {
		return Attribute{}, fmt.Errorf("%w: an attribute of %d parts", ErrMalformed, len(p.Children))
	}
	name, ok := octets(p.Children[0])
	if !ok {
		return Attribute{}, fmt.Errorf("%w: attribute name", ErrMalformed)
	}
	a := Attribute{Name: string(name)}
	for _, v := range p.Children[1].Children {
		value, ok := octets(v)
		if !ok {
			return Attribute{}, fmt.Errorf("%w: value of %s", ErrMalformed, a.Name)
		}
		a.Values = append(a.Values, string(value))
	}
	return a, nil
}

func modifyDNRequest(p *ber.Packet) (any, error) {
	if len(p.Children) < 3 || len(p.Children) > 4 {
		return nil, fmt.Errorf("%w: a rename of %d parts", ErrMalformed, len(p.Children))
	}
	dn, ok1 := octets(p.Children[0])
	rdn, ok2 := octets(p.Children[1])
	old, ok3 := p.Children[2].Value.(bool)
	if !ok1 || !ok2 || !ok3 {
		return nil, fmt.Errorf("%w: rename", ErrMalformed)
	}
	req := ModifyDNRequest{DN: string(dn), NewRDN: string(rdn), DeleteOld: old}
	if len(p.Children) == 4 {
		req.NewSuperior, req.HasNewParent = p.Children[3].Data.String(), true
	}
	return req, nil
}

func compareRequest(p *ber.Packet) (any, error) {
	if len(p.Children) != 2 || len(p.Children[1].Children) != 2 {
		return nil, fmt.Errorf("%w: compare", ErrMalformed)
	}
	dn, ok1 := octets(p.Children[0])
	name, ok2 := octets(p.Children[1].Children[0])
	value, ok3 := octets(p.Children[1].Children[1])
	if !ok1 || !ok2 || !ok3 {
		return nil, fmt.Errorf("%w: compare", ErrMalformed)
	}
	return CompareRequest{DN: string(dn), Name: string(name), Value: string(value)}, nil
}

func extendedRequest(p *ber.Packet) (any, error) {
	var req ExtendedRequest
	for _, c := range p.Children {
		if c.ClassType != ber.ClassContext {
			return nil, fmt.Errorf("%w: extended request", ErrMalformed)
		}
		switch c.Tag {
		case 0:
			req.OID = c.Data.String()
		case 1:
			req.Value = c.Data.Bytes()
		}
	}
	if req.OID == "" {
		return nil, fmt.Errorf("%w: an extended request without a name", ErrMalformed)
	}
	return req, nil
}
