// Package codes decodes, offline, what the systems on the way print: Entra's
// AADSTS codes, Kerberos errors, NTSTATUS, Win32 and SSPI codes, connector
// events, HTTP and WebSocket refusals.
package codes

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Code is one code with its meaning on this way.
type Code struct {
	// Code is how the system prints it; Name its symbol.
	Code, Name string
	// Means says what it means here, Do what to do about it.
	Means, Do string
	// Cause is the cause of this program's catalogue it leads to, if any.
	Cause string
	// also are other spellings, lower case.
	also []string
}

// All is every code that is known.
func All() []Code {
	return slices.Concat(entra(), kerberos(), ntstatus(), windows(), events(), web())
}

// Find looks a code up as people type or paste it: by its symbol, with or
// without a prefix, decimal or hexadecimal, alone or in a line that a system
// printed. A bare number may mean several.
func Find(text string) []Code {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if found := find(text); len(found) > 0 {
		return found
	}
	var out []Code
	for _, word := range unmistakable.FindAllString(text, -1) {
		for _, c := range find(word) {
			if !slices.ContainsFunc(out, func(k Code) bool { return k.Code == c.Code && k.Name == c.Name }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// unmistakable is what can only be a code, wherever it stands in a text.
var unmistakable = regexp.MustCompile(`aadsts[0-9]+|[a-z]+(_[a-z0-9]+)+|0x[0-9a-f]{4,}`)

func find(key string) []Code {
	family := ""
	for _, p := range prefixes() {
		if rest, ok := strings.CutPrefix(key, p.word+" "); ok {
			key, family = rest, p.family
			break
		}
	}
	if key == "" {
		return nil
	}
	n, isNumber := number(key)
	var out []Code
	for _, c := range All() {
		if family != "" && c.family() != family {
			continue
		}
		own, hasOwn := number(strings.TrimPrefix(c.Code, "AADSTS"))
		if c.spelt(key) || isNumber && hasOwn && n == own && c.family() != ldap {
			out = append(out, c)
		}
	}
	return out
}

func (c Code) spelt(key string) bool {
	return strings.EqualFold(c.Code, key) || strings.EqualFold(c.Name, key) || slices.Contains(c.also, key)
}

// The families of codes that a word in front can mean.
const (
	krb    = "krb"
	status = "status"
	sspi   = "sspi"
	event  = "event"
	ldap   = "ldap"
)

func (c Code) family() string {
	for _, f := range []struct{ start, family string }{
		{"KDC_", krb}, {"KRB_", krb}, {"STATUS_", status}, {"SEC_E_", sspi}, {"connector event", event}, {"KDCSVC event", event}, {"LDAP 49", ldap},
	} {
		if strings.HasPrefix(c.Name, f.start) {
			return f.family
		}
	}
	return ""
}

type prefix struct{ word, family string }

// prefixes are the words that people and systems put in front of a number.
func prefixes() []prefix {
	return []prefix{
		{"kerberos error", krb},
		{"krb5", krb},
		{"krb", krb},
		{"event id", event},
		{"event", event},
		{"ntstatus", status},
		{"hresult", sspi},
		{"data", ldap},
		{"status", ""},
		{"error", ""},
	}
}

// number reads a code's number: decimal, signed as 32-bit systems print it,
// hexadecimal with 0x, or the eight digits of an NTSTATUS or HRESULT.
func number(s string) (uint32, bool) {
	s = strings.ToLower(s)
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return uint32(n), true //nolint:gosec // the bits are what counts
	}
	hex, marked := strings.CutPrefix(s, "0x")
	if !marked && (len(s) != 8 || s[0] != '8' && s[0] != 'c') {
		n, err := strconv.ParseUint(s, 10, 32)
		return uint32(n), err == nil
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	return uint32(n), err == nil
}
