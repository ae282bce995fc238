package netprobe

import (
	"html"
	"net/http"
	"strings"
)

// maxWords is how much of a page is looked at for what it says.
const maxWords = 8000

// PageText is what a person would read on an error page, without its markup,
// styles and scripts, cleaned and cut.
func PageText(p Page) string { return Clean(PageWords(p)) }

// PageWords is PageText at a length that holds an error page's foot too.
func PageWords(p Page) string {
	body := string(p.Body)
	if strings.Contains(strings.ToLower(p.Header.Get("Content-Type")), "html") || strings.HasPrefix(strings.TrimSpace(body), "<") {
		body = stripMarkup(body)
	}
	return cleanTo(body, maxWords)
}

// stripMarkup is for reading aloud, not for security: the result is cleaned
// and quoted like any other foreign text.
func stripMarkup(s string) string {
	var b strings.Builder
	for s != "" {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:open])
		b.WriteByte(' ')
		s = s[open:]
		if name := hidden(s); name != "" {
			end := indexFold(s, "</"+name)
			if end < 0 {
				break
			}
			s = s[end:]
		}
		end := strings.IndexByte(s, '>')
		if strings.HasPrefix(s, "<!--") {
			if end = strings.Index(s, "-->"); end >= 0 {
				end += len("-->") - 1
			}
		}
		if end < 0 {
			break
		}
		s = s[end+1:]
	}
	return html.UnescapeString(b.String())
}

// hidden is the name of the element s begins with, if its text is not shown.
func hidden(s string) string {
	for _, name := range []string{"script", "style", "head"} {
		if len(s) > len(name)+1 && strings.EqualFold(s[1:1+len(name)], name) && strings.ContainsRune(" >\t\r\n", rune(s[1+len(name)])) {
			return name
		}
	}
	return ""
}

func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// Schemes are the authentication schemes that an answer offers, in the order
// offered and each once, whether in headers of their own or in one list.
func Schemes(h http.Header) []string {
	var out []string
	seen := map[string]bool{}
	for _, value := range h.Values("WWW-Authenticate") {
		for _, item := range splitList(value) {
			name, rest, _ := strings.Cut(strings.TrimSpace(item), " ")
			// "realm=x" continues the scheme before it; "Negotiate" begins one,
			// and so does "Basic realm=x".
			if !isToken(name) || strings.HasPrefix(strings.TrimSpace(rest), "=") {
				continue
			}
			if key := strings.ToLower(name); !seen[key] {
				seen[key] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// isToken says that s is an RFC 9110 token, as a scheme's name must be.
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}) < 0
}

// splitList cuts a header's list at its commas, those in quotes excepted.
func splitList(s string) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}
