package report

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	guidForm   = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	sidForm    = regexp.MustCompile(`(?i)\bS-1-5-21(-[0-9]{1,10}){1,12}\b`)
	dnForm     = regexp.MustCompile(`(?i)\b(?:CN|OU|DC)=(?:[^,=+<>#;"\\]|\\.)+(?:,(?:CN|OU|DC)=(?:[^,=+<>#;"\\() ]|\\.| [^(])+)+`)
	upnForm    = regexp.MustCompile(`(?i)[\pL0-9._%+'!#-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
	hostForm   = regexp.MustCompile(`(?i)(?:\*\.)?\b(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]\b`)
	downForm   = regexp.MustCompile(`([A-Za-z0-9][A-Za-z0-9.-]{0,30})\\([\pL0-9._$-]+)`)
	machine    = regexp.MustCompile(`(?i)\b[a-z0-9][a-z0-9_-]{1,30}\$`)
	v4Form     = regexp.MustCompile(`\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`)
	v6Form     = regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%[a-z0-9]+)?`)
	thumbForm  = regexp.MustCompile(`(?i)\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b`)
	homeForm   = regexp.MustCompile(`(?i)((?:/home/|/Users/|[A-Z]:\\Users\\))([^/\\\s]+)`)
	markForm   = regexp.MustCompile(string(markOpen) + `[0-9]+` + string(markClose))
	domainForm = regexp.MustCompile(`(?i)^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

// harvest learns the names that a text shows in a form that leaves no doubt.
func (r *redactor) harvest(text string) {
	for _, dn := range dnForm.FindAllString(text, -1) {
		parts := splitDN(dn)
		var domain []string
		for _, p := range parts {
			key, value, _ := strings.Cut(p, "=")
			switch strings.ToUpper(key) {
			case "DC":
				domain = append(domain, strings.ToLower(value))
			case "CN":
				if len(domain) == 0 && !builtinContainer(value) {
					r.person(value)
				}
			}
		}
		if len(domain) > 1 {
			r.domain(strings.Join(domain, "."))
		}
	}
	for _, m := range upnForm.FindAllString(text, -1) {
		name, domain, _ := strings.Cut(strings.ToLower(m), "@")
		if _, _, known := under(domain, public()); !known || strings.Contains(domain, "onmicrosoft") {
			r.word("user", name)
			r.domain(domain)
		}
	}
	for _, m := range downForm.FindAllStringSubmatch(text, -1) {
		if r.account(m[1]) {
			r.word(kindOfAccount(m[2]), m[2])
		}
	}
	for _, m := range machine.FindAllString(text, -1) {
		r.word("host", m)
	}
	for _, m := range hostForm.FindAllString(text, -1) {
		h := strings.ToLower(strings.TrimPrefix(m, "*."))
		if _, _, ok := under(h, r.domains); ok {
			r.host(h)
		}
	}
}

func kindOfAccount(name string) string {
	if strings.HasSuffix(name, "$") {
		return "host"
	}
	return "user"
}

func (r *redactor) person(value string) {
	value = strings.ReplaceAll(value, `\`, "")
	if strings.Contains(value, " ") {
		r.phrase("user", value)
		return
	}
	if kind, known := r.bare[strings.ToLower(value)]; known {
		r.word(kind, value)
		return
	}
	r.word("user", value)
}

func builtinContainer(v string) bool {
	return slices.Contains([]string{"users", "computers", "builtin", "configuration", "schema", "system", "domain controllers", "managed service accounts", "sites", "services"}, strings.ToLower(v))
}

// account says that a word before a backslash is a domain and no folder, hive
// or service.
func (r *redactor) account(v string) bool {
	low := strings.ToLower(v)
	if slices.Contains(r.netbios, low) || slices.Contains(r.domains, low) {
		return true
	}
	return v == strings.ToUpper(v) && len(v) > 2 && strings.IndexFunc(v, unicode.IsLetter) >= 0 &&
		!slices.Contains([]string{"hklm", "hkcu", "hkey_local_machine", "internal", "builtin", "authority", "service", "software", "system", "windows", "iis"}, low)
}

// text is a text with placeholders in the place of names.
func (r *redactor) text(in string) string {
	r.marks = r.marks[:0]
	if in == "" {
		return in
	}
	in = strings.Map(func(c rune) rune {
		if c == markOpen || c == markClose {
			return '?'
		}
		return c
	}, in)
	out := guidForm.ReplaceAllStringFunc(in, func(m string) string {
		if strings.ToLower(m) == r.tenant {
			return r.placed("tenant", r.name("tenant", m))
		}
		return r.placed("guid", r.name("guid", m))
	})
	out = sidForm.ReplaceAllStringFunc(out, func(m string) string { return r.placed("sid", r.name("sid", m)) })
	out = thumbForm.ReplaceAllStringFunc(out, func(m string) string { return r.placed("thumbprint", r.name("thumbprint", m)) })
	out = homeForm.ReplaceAllStringFunc(out, func(m string) string {
		p := homeForm.FindStringSubmatch(m)
		return p[1] + r.placed("user", r.name("user", p[2]))
	})
	for _, v := range r.order {
		if r.whole[v] == "folder" {
			out = r.swap(out, v, "folder")
		}
	}
	out = dnForm.ReplaceAllStringFunc(out, r.dn)
	out = upnForm.ReplaceAllStringFunc(out, r.upn)
	out = alone(out, v4Form, r.address)
	out = alone(out, v6Form, r.address)
	out = downForm.ReplaceAllStringFunc(out, func(m string) string {
		domain, name, _ := strings.Cut(m, `\`)
		if !r.account(domain) {
			return m
		}
		kind := kindOfAccount(name)
		return r.placed("domain", strings.ToUpper(r.domainOf(domain))) + `\` + r.placed(kind, r.name(kind, strings.TrimSuffix(name, "$"))+dollar(name))
	})
	out = hostForm.ReplaceAllStringFunc(out, r.hostname)
	out = machine.ReplaceAllStringFunc(out, func(m string) string { return r.placed("host", r.name("host", strings.TrimSuffix(m, "$"))+"$") })
	for _, v := range r.order {
		if kind := r.kindOf(v); kind != "folder" {
			out = r.swap(out, v, kind)
		}
	}
	for _, v := range r.labels {
		out = r.within(out, v)
	}
	return markForm.ReplaceAllStringFunc(out, func(m string) string {
		n, err := strconv.Atoi(strings.Trim(m, string(markOpen)+string(markClose)))
		if err != nil || n >= len(r.marks) {
			return "?"
		}
		return r.marks[n]
	})
}

func (r *redactor) kindOf(v string) string {
	if kind, ok := r.bare[v]; ok {
		return kind
	}
	return r.whole[v]
}

func dollar(name string) string {
	if strings.HasSuffix(name, "$") {
		return "$"
	}
	return ""
}

// domainOf is the placeholder of a domain in its short or its long form.
func (r *redactor) domainOf(v string) string {
	low := strings.ToLower(v)
	for _, d := range r.domains {
		if d == low || strings.HasPrefix(d, low+".") {
			return r.name("domain", d)
		}
	}
	return r.name("domain", low)
}

func (r *redactor) dn(m string) string {
	var out, domain []string
	for _, p := range splitDN(m) {
		key, value, _ := strings.Cut(p, "=")
		switch {
		case strings.EqualFold(key, "DC"):
			domain = append(domain, strings.ToLower(value))
			continue
		case strings.EqualFold(key, "CN") && builtinContainer(value):
			out = append(out, p)
		default:
			value = strings.ToLower(strings.ReplaceAll(value, `\`, ""))
			kind := r.kindOf(value)
			if kind == "" || kind == "folder" {
				kind = "user"
			}
			if strings.EqualFold(key, "OU") {
				kind = "org"
			}
			out = append(out, strings.ToUpper(key)+"="+r.placed(kind, r.name(kind, value)))
		}
	}
	if len(domain) > 0 {
		out = append(out, "DC="+r.placed("domain", r.name("domain", strings.Join(domain, "."))))
	}
	return strings.Join(out, ",")
}

func splitDN(dn string) []string {
	var out []string
	start := 0
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			out = append(out, dn[start:i])
			start = i + 1
		}
	}
	return append(out, dn[start:])
}

func (r *redactor) upn(m string) string {
	name, domain, _ := strings.Cut(m, "@")
	kind := "user"
	if k, ok := r.bare[strings.ToLower(name)]; ok {
		kind = k
	}
	return r.placed(kind, r.name(kind, name)) + "@" + r.hostname(domain)
}

func (r *redactor) address(m string) string {
	text, _, _ := strings.Cut(m, "%")
	if a, err := netip.ParseAddr(text); err != nil || a.IsUnspecified() || slices.Contains(r.versions, text) {
		return m
	}
	return r.placed("ip", r.name("ip", text))
}

// alone replaces what a form finds where it is no part of a longer word.
func alone(text string, form *regexp.Regexp, f func(string) string) string {
	var b strings.Builder
	done := 0
	for _, at := range form.FindAllStringIndex(text, -1) {
		if at[0] == at[1] || joined(text[:at[0]], text[at[1]:]) {
			continue
		}
		b.WriteString(text[done:at[0]])
		b.WriteString(f(text[at[0]:at[1]]))
		done = at[1]
	}
	b.WriteString(text[done:])
	return b.String()
}

// hostname is a host with its shape kept: host-1.domain-1, *.domain-1,
// host-2.msappproxy.net. Names that everybody talks to stay.
func (r *redactor) hostname(m string) string {
	h := strings.ToLower(m)
	star := ""
	if rest, ok := strings.CutPrefix(h, "*."); ok {
		star, h = "*.", rest
	}
	if prefix, suffix, ok := under(h, r.domains); ok {
		if prefix == "" {
			return star + r.placed("domain", r.name("domain", suffix))
		}
		return star + r.placed("host", r.name("host", prefix)+"."+r.name("domain", suffix))
	}
	if prefix, suffix, ok := under(h, shared()); ok && prefix != "" {
		return star + r.placed("host", r.name("host", prefix)+"."+suffix)
	}
	if _, _, ok := under(h, public()); ok || !likelyHost(h) {
		return m
	}
	return star + r.placed("host", r.name("host", h))
}

// likelyHost says that a word with dots is a host and no file, id or setting.
func likelyHost(h string) bool {
	if !domainForm.MatchString(h) || programWord(h) {
		return false
	}
	tld := afterLast(h, ".")
	return len(tld) == 2 && !slices.Contains([]string{"js", "md", "py", "ps", "sh", "go", "cs", "rs", "ok", "id"}, tld) ||
		slices.Contains([]string{"com", "net", "org", "info", "biz", "edu", "gov", "mil", "int", "local", "lan", "corp", "internal", "intra", "intranet", "private", "home", "test", "example", "invalid", "dev", "cloud", "online", "group", "tech", "global"}, tld)
}

// swap replaces a word or phrase where it stands alone, in any letter case.
func (r *redactor) swap(text, v, kind string) string {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		low = text // letters whose cases differ in length: only as it is written
	}
	var b strings.Builder
	done := 0
	for from := 0; ; {
		at := strings.Index(low[from:], v)
		if at < 0 {
			b.WriteString(text[done:])
			return b.String()
		}
		at += from
		from = at + len(v)
		if joined(text[:at], text[from:]) {
			continue
		}
		b.WriteString(text[done:at])
		b.WriteString(r.placed(kind, r.name(kind, v)))
		done = from
	}
}

// joined says that what was found is only part of a longer word.
func joined(before, after string) bool {
	a, _ := utf8.DecodeLastRuneInString(before)
	z, _ := utf8.DecodeRuneInString(after)
	inWord := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	return inWord(a) || inWord(z)
}

// within replaces the organisation's word wherever it is left, also inside of
// longer words.
func (r *redactor) within(text, v string) string {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		low = text
	}
	var b strings.Builder
	for at := strings.Index(low, v); at >= 0; at = strings.Index(low, v) {
		b.WriteString(text[:at])
		b.WriteString(r.placed("org", r.name("org", v)))
		text, low = text[at+len(v):], low[at+len(v):]
	}
	b.WriteString(text)
	return b.String()
}
