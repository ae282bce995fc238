package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sensegate/internal/site"
)

// Replaced counts what a redacted report holds placeholders for.
type Replaced struct {
	// Kind is hosts, users, tenants and so on; Names are the different ones and
	// Times how often one of them stood in the report.
	Kind  string `json:"kind"`
	Names int    `json:"names"`
	Times int    `json:"times"`
}

// Redact replaces hosts, users, tenants, identifiers and addresses by
// placeholders that are the same wherever the name stood, and counts them. The
// site tells the names that are known; the others are found by their form.
func Redact(d Document, s site.Site) (Document, error) {
	r := newRedactor(s)
	for _, v := range d.Versions {
		r.versions = append(r.versions, v4Form.FindAllString(v.Value, -1)...)
	}
	for _, st := range d.Steps {
		for _, c := range st.Checks {
			r.filledIn(c.Vars)
			r.held(c.Seen)
		}
	}
	// Two passes over the same texts: names that stand somewhere as part of an
	// address or an account are replaced where they stand alone as well.
	if _, err := mapped(d, func(text string) string { r.harvest(text); return text }); err != nil {
		return Document{}, err
	}
	r.settle()
	out, err := mapped(d, r.text)
	if err != nil {
		return Document{}, err
	}
	out.Redacted, out.Replaced = true, r.manifest()
	return out, nil
}

// redactor knows the names of one site and what stands for each.
type redactor struct {
	domains []string // DNS suffixes of the organisation, lower case
	netbios []string // names before a backslash
	// stands maps a kind and a name in lower case to its number.
	stands map[[2]string]int
	count  map[string]int // numbers given, by kind
	times  map[string]int
	// bare are words that stand for somebody or something on their own, with
	// their kind; whole are phrases of several words.
	bare   map[string]string
	whole  map[string]string
	labels []string // of the organisation: replaced within words too
	order  []string // of bare and whole, the longest first
	marks  []string // what the marks in a text stand for
	tenant string
	// versions look like addresses, and are none.
	versions []string
}

func newRedactor(s site.Site) *redactor {
	r := &redactor{
		stands: map[[2]string]int{}, count: map[string]int{}, times: map[string]int{},
		bare: map[string]string{}, whole: map[string]string{}, tenant: strings.ToLower(s.Entra.Tenant),
	}
	r.learnDomains(s)
	r.learnHosts(s)
	r.learnPeople(s)
	r.phrase("site", s.Name)
	r.phrase("app", s.Publish.AppName)
	r.phrase("group", s.Publish.ConnectorGroup)
	for _, p := range slices.Concat([]string{s.Qlik.Certificate, s.Qlik.Key, s.Qlik.Root, s.Qlik.Logs, s.Directory.Keytab, s.Directory.CCache, s.Kerberos.Keytab, s.Kerberos.CCache, s.Entra.Certificate, s.Connector.Rehearsal.Keytab}, s.Trust.CA, s.Evidence) {
		r.path(p)
	}
	for _, h := range s.Connector.Hosts {
		r.path(h.Keytab)
	}
	return r
}

// name is the placeholder of something; the same for the same name.
func (r *redactor) name(kind, v string) string {
	key := [2]string{kind, strings.ToLower(v)}
	n, known := r.stands[key]
	if !known {
		r.count[kind]++
		n = r.count[kind]
		r.stands[key] = n
	}
	return fmt.Sprintf("%s-%d", kind, n)
}

// placed counts a placeholder and hides it from what is replaced later.
func (r *redactor) placed(kind, text string) string {
	r.times[kind]++
	return r.mark(text)
}

// The marks are of the private use area, which no text that came from outside
// has any more.
const (
	markOpen  = '\ue000'
	markClose = '\ue001'
)

func (r *redactor) mark(text string) string {
	r.marks = append(r.marks, text)
	return fmt.Sprintf("%c%d%c", markOpen, len(r.marks)-1, markClose)
}

// phrase is a name that may hold blanks; words of the trade alone are no name.
func (r *redactor) phrase(kind, v string) {
	v = strings.ToLower(strings.TrimSpace(v))
	if utf8.RuneCountInString(v) < 3 || onlyTrade(v) {
		return
	}
	r.whole[v] = kind
	r.name(kind, v)
}

// word is a name that stands alone; words of the trade are no name.
func (r *redactor) word(kind, v string) {
	v = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(v)), "$")
	if utf8.RuneCountInString(v) < 3 || onlyTrade(v) || digits(v) {
		return
	}
	if _, known := r.bare[v]; !known {
		r.bare[v] = kind
		r.name(kind, v)
	}
}

func digits(v string) bool {
	return strings.IndexFunc(v, func(c rune) bool { return c < '0' || c > '9' }) < 0
}

// path keeps where files lie out of the report; their own names say enough.
func (r *redactor) path(p string) {
	at := strings.LastIndexAny(p, `/\`)
	if at < 3 {
		return
	}
	r.whole[strings.ToLower(p[:at])] = "folder"
	r.name("folder", p[:at])
}

// settle puts the names in the order they are looked for.
func (r *redactor) settle() {
	r.order = r.order[:0]
	for v := range r.bare {
		r.order = append(r.order, v)
	}
	for v := range r.whole {
		if _, twice := r.bare[v]; !twice {
			r.order = append(r.order, v)
		}
	}
	slices.SortFunc(r.order, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
}

// kinds are the kinds of placeholder with their names in the manifest.
func kinds() [][2]string {
	return [][2]string{
		{"site", "sites"},
		{"host", "hosts"},
		{"domain", "domains"},
		{"tenant", "tenants"},
		{"org", "organisations"},
		{"user", "users and accounts"},
		{"app", "applications"},
		{"group", "groups"},
		{"guid", "identifiers (GUID)"},
		{"sid", "security identifiers (SID)"},
		{"ip", "addresses (IP)"},
		{"thumbprint", "certificate thumbprints"},
		{"folder", "folders"},
	}
}

func (r *redactor) manifest() []Replaced {
	out := []Replaced{}
	for _, k := range kinds() {
		if r.times[k[0]] > 0 {
			out = append(out, Replaced{Kind: k[1], Names: r.count[k[0]], Times: r.times[k[0]]})
		}
	}
	return out
}
