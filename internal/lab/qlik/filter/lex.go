package filter

import (
	"fmt"
	"strings"
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenOpen
	tokenClose
)

type token struct {
	kind tokenKind
	text string
}

// lex cuts an expression into words, quoted strings and parentheses.
func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '(':
			out, i = append(out, token{tokenOpen, "("}), i+1
		case ')':
			out, i = append(out, token{tokenClose, ")"}), i+1
		case '\'':
			text, next, err := quoted(s, i)
			if err != nil {
				return nil, err
			}
			out, i = append(out, token{tokenString, text}), next
		default:
			end := i + strings.IndexAny(s[i:]+" ", " \t\r\n()'")
			out, i = append(out, token{tokenWord, s[i:end]}), end
		}
	}
	return append(out, token{kind: tokenEnd}), nil
}

// quoted reads the string that opens at start; a doubled quote stands for one.
func quoted(s string, start int) (text string, next int, err error) {
	var b strings.Builder
	for i := start + 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, nil
	}
	return "", 0, fmt.Errorf("the quote at position %d is not closed", start+1)
}
