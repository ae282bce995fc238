// Package filter reads the filter expressions of the Qlik Repository Service:
// property, operator, value, joined by and / or, with parentheses.
package filter

import (
	"errors"
	"fmt"
	"strings"
)

// Source answers what an expression asks of one entity.
type Source interface {
	// Values are those found at a dotted path: several where the path crosses
	// an array, none where the array is empty. Known is false when the type
	// has no such property.
	Values(path string) (values []any, known bool)
	// Enum is the number of an enumeration value of the property at path.
	Enum(path, name string) (number int, ok bool)
}

// Expr is a parsed expression; the zero value matches everything.
type Expr struct {
	root node
}

type node interface {
	match(src Source) (bool, error)
}

type both struct{ left, right node }

type either struct{ left, right node }

type comparison struct {
	path, op string
	value    token
}

// maxDepth bounds nesting, so that no input can exhaust the stack.
const maxDepth = 64

// Parse reads an expression; blank text gives the one that matches everything.
func Parse(text string) (Expr, error) {
	tokens, err := lex(text)
	if err != nil {
		return Expr{}, err
	}
	if len(tokens) == 1 {
		return Expr{}, nil
	}
	p := parser{tokens: tokens}
	root, err := p.or(0)
	if err != nil {
		return Expr{}, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return Expr{}, fmt.Errorf("%q is one too many", t.text)
	}
	return Expr{root: root}, nil
}

// Match says whether the entity behind src satisfies the expression.
func (e Expr) Match(src Source) (bool, error) {
	if e.root == nil {
		return true, nil
	}
	return e.root.match(src)
}

type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

func (p *parser) keyword(word string) bool {
	t := p.peek()
	if t.kind != tokenWord || !strings.EqualFold(t.text, word) {
		return false
	}
	p.next()
	return true
}

func (p *parser) or(depth int) (node, error) {
	left, err := p.and(depth)
	if err != nil {
		return nil, err
	}
	for p.keyword("or") {
		right, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		left = either{left, right}
	}
	return left, nil
}

func (p *parser) and(depth int) (node, error) {
	left, err := p.term(depth)
	if err != nil {
		return nil, err
	}
	for p.keyword("and") {
		right, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		left = both{left, right}
	}
	return left, nil
}

func (p *parser) term(depth int) (node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d nested parentheses", maxDepth)
	}
	if p.peek().kind == tokenOpen {
		p.next()
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.next().kind != tokenClose {
			return nil, errors.New("a parenthesis is not closed")
		}
		return inner, nil
	}
	return p.comparison()
}

func (p *parser) comparison() (node, error) {
	path := p.next()
	if path.kind != tokenWord {
		return nil, fmt.Errorf("a property was expected, not %q", path.text)
	}
	op := p.next()
	name := strings.ToLower(op.text)
	if op.kind != tokenWord || !operators()[name] {
		return nil, fmt.Errorf("an operator was expected after %s, not %q", path.text, op.text)
	}
	value := p.next()
	if value.kind != tokenWord && value.kind != tokenString {
		return nil, fmt.Errorf("a value was expected after %s %s, not %q", path.text, op.text, value.text)
	}
	return comparison{path: path.text, op: name, value: value}, nil
}

func operators() map[string]bool {
	return map[string]bool{
		"eq": true, "ne": true, "gt": true, "ge": true, "lt": true, "le": true,
		"sw": true, "ew": true, "so": true,
	}
}
