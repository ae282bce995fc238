package wire

import (
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// FilterKind is the sort of a filter's node.
type FilterKind uint64

// The kinds of filter, by their context tags.
const (
	And FilterKind = iota
	Or
	Not
	Equal
	Substrings
	GreaterOrEqual
	LessOrEqual
	Present
	Approx
	Extensible
)

// Filter is a search filter as a tree.
type Filter struct {
	Kind     FilterKind
	Children []Filter // And, Or, Not
	Attr     string
	Value    string // the assertion, binary or text
	// Of Substrings: the first and last parts may be empty, meaning open.
	Initial, Final string
	Any            []string
	Rule           string // OID of an extensible match
}

// Attributes calls f for every attribute name the filter mentions.
func (f Filter) Attributes(visit func(string)) {
	if f.Attr != "" {
		visit(f.Attr)
	}
	for _, c := range f.Children {
		c.Attributes(visit)
	}
}

// ParseFilter understands an encoded filter on its own.
func ParseFilter(raw []byte) (Filter, error) {
	if err := checkNesting(raw, 0); err != nil {
		return Filter{}, err
	}
	p, err := ber.DecodePacketErr(raw)
	if err != nil {
		return Filter{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return parseFilter(p)
}

func parseFilter(p *ber.Packet) (Filter, error) {
	if p.ClassType != ber.ClassContext || p.Tag > ber.Tag(Extensible) {
		return Filter{}, fmt.Errorf("%w: filter of kind %d", ErrMalformed, p.Tag)
	}
	f := Filter{Kind: FilterKind(p.Tag)}
	switch f.Kind {
	case And, Or, Not:
		if f.Kind == Not && len(p.Children) != 1 {
			return Filter{}, fmt.Errorf("%w: negation of %d filters", ErrMalformed, len(p.Children))
		}
		for _, c := range p.Children {
			child, err := parseFilter(c)
			if err != nil {
				return Filter{}, err
			}
			f.Children = append(f.Children, child)
		}
		return f, nil
	case Present:
		f.Attr = p.Data.String()
		return f, named(f)
	case Substrings:
		return substrings(f, p)
	case Extensible:
		return extensible(f, p)
	}
	if len(p.Children) != 2 {
		return Filter{}, fmt.Errorf("%w: an assertion of %d parts", ErrMalformed, len(p.Children))
	}
	name, ok1 := octets(p.Children[0])
	value, ok2 := octets(p.Children[1])
	if !ok1 || !ok2 {
		return Filter{}, fmt.Errorf("%w: assertion", ErrMalformed)
	}
	f.Attr, f.Value = string(name), string(value)
	return f, named(f)
}

func substrings(f Filter, p *ber.Packet) (Filter, error) {
	if len(p.Children) != 2 || len(p.Children[1].Children) == 0 {
		return Filter{}, fmt.Errorf("%w: substring filter", ErrMalformed)
	}
	name, ok := octets(p.Children[0])
	if !ok {
		return Filter{}, fmt.Errorf("%w: substring filter", ErrMalformed)
	}
	f.Attr = string(name)
	parts := p.Children[1].Children
	for i, part := range parts {
		text := part.Data.String()
		switch {
		case part.ClassType != ber.ClassContext:
			return Filter{}, fmt.Errorf("%w: part of a substring filter", ErrMalformed)
		case part.Tag == 0 && i == 0:
			f.Initial = text
		case part.Tag == 1:
			f.Any = append(f.Any, text)
		case part.Tag == 2 && i == len(parts)-1:
			f.Final = text
		default:
			return Filter{}, fmt.Errorf("%w: order of a substring filter", ErrMalformed)
		}
	}
	return f, named(f)
}

func extensible(f Filter, p *ber.Packet) (Filter, error) {
	for _, c := range p.Children {
		if c.ClassType != ber.ClassContext {
			return Filter{}, fmt.Errorf("%w: extensible filter", ErrMalformed)
		}
		switch c.Tag {
		case 1:
			f.Rule = c.Data.String()
		case 2:
			f.Attr = c.Data.String()
		case 3:
			f.Value = c.Data.String()
		}
	}
	return f, nil
}

func named(f Filter) error {
	if f.Attr == "" {
		return fmt.Errorf("%w: a filter without an attribute", ErrMalformed)
	}
	return nil
}
