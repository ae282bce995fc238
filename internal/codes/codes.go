// Package codes decodes, offline, what the systems on the way print: Entra's
// AADSTS codes, Kerberos errors, NTSTATUS, Win32 and SSPI codes, connector
// events, HTTP and WebSocket refusals.
package codes

import (
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

// Find looks a code up as people type or paste it: by its symbol, with or
// without a prefix, decimal or hexadecimal. A bare number may mean several.
func Find(text string) []Code {
	key := normal(text)
	if key == "" {
		return nil
	}
	var out []Code
	for _, c := range all() {
		if c.matches(key) {
			out = append(out, c)
		}
	}
	return out
}

func (c Code) matches(key string) bool {
	if normal(c.Code) == key || normal(c.Name) == key {
		return true
	}
	for _, a := range c.also {
		if normal(a) == key {
			return true
		}
	}
	return false
}

// normal makes spellings comparable: case, blanks and the form of numbers.
func normal(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	for _, prefix := range []string{"krb5 ", "krb ", "kerberos error ", "event id ", "event ", "error ", "status ", "ntstatus ", "hresult "} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			s = rest
		}
	}
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		if n, err := strconv.ParseUint(hex, 16, 64); err == nil {
			return "0x" + strconv.FormatUint(n, 16)
		}
	}
	return s
}

func all() []Code {
	return concat(entra(), kerberos(), ntstatus(), windows(), events(), web())
}

func concat(lists ...[]Code) []Code {
	var out []Code
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
