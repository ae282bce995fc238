package netprobe

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is how long a foreign text may be after Clean, in characters.
const MaxText = 400

// Clean makes a foreign text harmless for terminals, reports and scripts:
// escape sequences, control and direction characters are removed, white space
// is folded, the length is bounded.
func Clean(s string) string { return cleanTo(s, MaxText) }

func cleanTo(s string, most int) string {
	var b strings.Builder
	n, space := 0, false
	for i := 0; i < len(s); {
		if skip := escape(s[i:]); skip > 0 {
			i += skip
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case r == utf8.RuneError && size <= 1, !unicode.IsGraphic(r), unicode.Is(unicode.Cf, r):
			continue
		}
		if n >= most {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			n++
			space = false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// escape is the length of the terminal sequence that s begins with, in its
// seven-bit form; the eight-bit introducers are control characters anyway.
func escape(s string) int {
	if len(s) < 1 || s[0] != 0x1b {
		return 0
	}
	if len(s) < 2 {
		return 1
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i
			}
		}
		return len(s)
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	}
	return 2
}

// CleanURL is Clean for addresses: the values of parameters that carry a
// ticket, a code or a token are taken out, for they would sign somebody in. A fragment goes too.
func CleanURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery == "" && u.Fragment == "" && u.User == nil {
		return Clean(raw)
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	u.Fragment, u.RawFragment = "", ""
	pairs := strings.Split(u.RawQuery, "&")
	for i, p := range pairs {
		name, _, found := strings.Cut(p, "=")
		if found && secretParameter(name) {
			pairs[i] = name + "=…"
		}
	}
	u.RawQuery = strings.Join(pairs, "&")
	return Clean(u.String())
}

func secretParameter(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	switch strings.ToLower(name) {
	case "qlikticket", "qlik-csrf-token", "code", "state", "nonce", "id_token", "access_token",
		"token", "client_info", "session_state", "code_challenge", "samlresponse", "samlrequest":
		return true
	}
	return false
}
