package entra

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// record is an object as Graph shows it.
type record map[string]any

// predicate is a parsed $filter.
type predicate func(record) (bool, error)

// parseFilter reads the subset of $filter that Graph's directory answers
// without advanced query headers: eq, startswith, and, or, any, parentheses.
func parseFilter(text string) (predicate, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens}
	pred, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek() != "" {
		return nil, fmt.Errorf("syntax error at '%s'", p.peek())
	}
	return pred, nil
}

type filterParser struct {
	tokens []string
	at     int
}

func (p *filterParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *filterParser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *filterParser) expect(want string) error {
	if got := p.next(); !strings.EqualFold(got, want) {
		return fmt.Errorf("expected '%s' but found '%s'", want, got)
	}
	return nil
}

func (p *filterParser) or() (predicate, error) {
	return p.chain("or", p.and, func(a, b bool) bool { return a || b })
}

func (p *filterParser) and() (predicate, error) {
	return p.chain("and", p.term, func(a, b bool) bool { return a && b })
}

func (p *filterParser) chain(word string, part func() (predicate, error), join func(a, b bool) bool) (predicate, error) {
	left, err := part()
	if err != nil {
		return nil, err
	}
	for strings.EqualFold(p.peek(), word) {
		p.next()
		right, err := part()
		if err != nil {
			return nil, err
		}
		l := left
		left = func(r record) (bool, error) {
			a, errA := l(r)
			b, errB := right(r)
			return join(a, b), errors.Join(errA, errB)
		}
	}
	return left, nil
}

func (p *filterParser) term() (predicate, error) {
	switch word := p.next(); {
	case word == "":
		return nil, errors.New("the expression ends too early")
	case word == "(":
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case strings.EqualFold(word, "startswith"):
		return p.startsWith()
	case strings.HasSuffix(strings.ToLower(word), "/any"):
		return p.any(word[:len(word)-len("/any")])
	case p.peek() == "(" || strings.EqualFold(word, "not"):
		return nil, fmt.Errorf("the function or operator '%s' is not supported", word)
	default:
		return p.comparison(word)
	}
}

func (p *filterParser) comparison(path string) (predicate, error) {
	if op := p.next(); !strings.EqualFold(op, "eq") {
		return nil, fmt.Errorf("the operator '%s' is not supported", op)
	}
	want, err := literal(p.next())
	if err != nil {
		return nil, err
	}
	return func(r record) (bool, error) {
		got, err := r.at(path)
		return err == nil && equalValues(got, want), err
	}, nil
}

func (p *filterParser) startsWith() (predicate, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	path := p.next()
	if err := p.expect(","); err != nil {
		return nil, err
	}
	want, err := literal(p.next())
	if err != nil {
		return nil, err
	}
	prefix, isText := want.(string)
	if !isText {
		return nil, errors.New("startswith needs a string")
	}
	return func(r record) (bool, error) {
		got, err := r.at(path)
		text, _ := got.(string)
		return err == nil && len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix), err
	}, p.expect(")")
}

// any reads path/any(x:x eq 'value') over a collection of strings.
func (p *filterParser) any(path string) (predicate, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	variable := p.next()
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	element, err := p.term()
	if err != nil {
		return nil, err
	}
	return func(r record) (bool, error) {
		got, err := r.at(path)
		if err != nil {
			return false, err
		}
		list, isList := got.([]string)
		if !isList {
			return false, fmt.Errorf("the property '%s' is not a collection of strings", path)
		}
		for _, v := range list {
			if hit, err := element(record{variable: v}); hit || err != nil {
				return hit, err
			}
		}
		return false, nil
	}, p.expect(")")
}

// at follows a path like web/homePageUrl.
func (r record) at(path string) (any, error) {
	name, rest, deeper := strings.Cut(path, "/")
	v, known := r[name]
	if !known {
		return nil, fmt.Errorf("could not find a property named '%s'", name)
	}
	if !deeper {
		return v, nil
	}
	inner, isRecord := v.(record)
	if !isRecord {
		return nil, fmt.Errorf("the property '%s' has no part '%s'", name, rest)
	}
	return inner.at(rest)
}

func equalValues(a, b any) bool {
	x, isText := a.(string)
	y, wantsText := b.(string)
	if isText && wantsText {
		return strings.EqualFold(x, y)
	}
	return a == b
}

// literal reads 'text', true, false, null, a number, or a bare GUID.
func literal(t string) (any, error) {
	switch {
	case len(t) >= 2 && t[0] == '\'' && t[len(t)-1] == '\'':
		return strings.ReplaceAll(t[1:len(t)-1], "''", "'"), nil
	case strings.EqualFold(t, "true"), strings.EqualFold(t, "false"):
		return strings.EqualFold(t, "true"), nil
	case strings.EqualFold(t, "null"):
		return nil, nil //nolint:nilnil // null is a value here
	case len(t) == 36 && strings.Count(t, "-") == 4:
		return t, nil
	}
	if n, err := strconv.Atoi(t); err == nil {
		return n, nil
	}
	return nil, fmt.Errorf("invalid literal '%s'", t)
}

// tokenize cuts a filter into words, quoted strings and punctuation.
func tokenize(text string) ([]string, error) {
	var out []string
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case ch == ' ' || ch == '\t':
			i++
		case strings.ContainsRune("(),:", rune(ch)):
			out = append(out, text[i:i+1])
			i++
		case ch == '\'':
			end := i + 1
			for ; end < len(text); end++ {
				if text[end] != '\'' {
					continue
				}
				if end+1 < len(text) && text[end+1] == '\'' {
					end++
					continue
				}
				break
			}
			if end >= len(text) {
				return nil, errors.New("there is an unterminated string literal")
			}
			out = append(out, text[i:end+1])
			i = end + 1
		default:
			end := i
			for end < len(text) && !strings.ContainsRune(" \t(),:'", rune(text[end])) {
				end++
			}
			out = append(out, text[i:end])
			i = end
		}
	}
	return out, nil
}
