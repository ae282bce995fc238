package directory

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// dn is a parsed distinguished name, most specific part first.
type dn []rdn

type rdn struct{ attr, value string }

// parseDN reads the string form (RFC 4514). Spaces around separators do not
// count; parts of several values are refused, as the directory does.
func parseDN(s string) (dn, error) {
	if strings.TrimSpace(s) == "" {
		return dn{}, nil
	}
	var out dn
	for rest := s; ; {
		attr, after, found := strings.Cut(rest, "=")
		attr = strings.TrimSpace(attr)
		if !found || !plausibleType(attr) {
			return nil, fmt.Errorf("%q is not a distinguished name", s)
		}
		value, tail, more, err := rdnValue(after)
		if err != nil {
			return nil, fmt.Errorf("%q is not a distinguished name: %w", s, err)
		}
		out = append(out, rdn{attr: attr, value: value})
		if !more {
			return out, nil
		}
		rest = tail
	}
}

func plausibleType(attr string) bool {
	if attr == "" {
		return false
	}
	for _, c := range attr {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// rdnValue takes one value off the front of s and tells whether more follows.
func rdnValue(s string) (value, tail string, more bool, err error) {
	s = strings.TrimLeft(s, " ")
	var b strings.Builder
	keep := 0 // length up to which trailing spaces are meant
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i+1 >= len(s) {
				return "", "", false, errors.New("it ends in a backslash")
			}
			if i+2 < len(s) {
				if raw, bad := hex.DecodeString(s[i+1 : i+3]); bad == nil {
					b.Write(raw)
					i += 2
					keep = b.Len()
					continue
				}
			}
			b.WriteByte(s[i+1])
			i++
			keep = b.Len()
		case ',', ';':
			return finished(b.String(), keep), s[i+1:], true, nonEmpty(b.String())
		case '+', '"', '<', '>':
			return "", "", false, fmt.Errorf("an unescaped %q", string(c))
		default:
			b.WriteByte(c)
			if c != ' ' {
				keep = b.Len()
			}
		}
	}
	return finished(b.String(), keep), "", false, nonEmpty(b.String())
}

func finished(s string, keep int) string { return s[:keep] }

func nonEmpty(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("an empty value")
	}
	return nil
}

// String is the form a client is shown.
func (d dn) String() string {
	parts := make([]string, len(d))
	for i, r := range d {
		parts[i] = r.attr + "=" + escapeValue(r.value)
	}
	return strings.Join(parts, ",")
}

func escapeValue(v string) string {
	var b strings.Builder
	for i := range len(v) {
		c := v[i]
		switch {
		case strings.IndexByte(`,+"\<>;=`, c) >= 0,
			c == '#' && i == 0, c == ' ' && (i == 0 || i == len(v)-1):
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			fmt.Fprintf(&b, "\\%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// key is the form two names are compared by.
func (d dn) key() string {
	parts := make([]string, len(d))
	for i, r := range d {
		value := strings.Join(strings.Fields(fold(r.value)), " ")
		// A comma inside a value must not look like a separator to isBelow.
		value = strings.ReplaceAll(strings.ReplaceAll(value, `\`, `\5c`), ",", `\2c`)
		parts[i] = strings.ToLower(r.attr) + "=" + value
	}
	return strings.Join(parts, ",")
}

// parent is the name one level up; of a top-level name, the empty one.
func (d dn) parent() dn {
	if len(d) == 0 {
		return d
	}
	return d[1:]
}

// isBelow says whether the key k names something strictly under base.
func isBelow(k, base string) bool {
	return base == "" && k != "" || strings.HasSuffix(k, ","+base)
}

// domainOf is the DNS name the trailing DC parts spell, empty when there are
// none.
func (d dn) domainOf() string {
	var labels []string
	for _, r := range d {
		if strings.EqualFold(r.attr, "DC") {
			labels = append(labels, strings.ToLower(r.value))
		} else {
			labels = nil
		}
	}
	return strings.Join(labels, ".")
}

// canonical is the path form: contoso.test/Users/Alice Example.
func (d dn) canonical() string {
	var b strings.Builder
	b.WriteString(d.domainOf())
	b.WriteByte('/')
	first := true
	for _, v := range slices.Backward(d) {
		if strings.EqualFold(v.attr, "DC") {
			continue
		}
		if !first {
			b.WriteByte('/')
		}
		b.WriteString(strings.ReplaceAll(v.value, "/", `\/`))
		first = false
	}
	return b.String()
}
