package pasted

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

// Holders are the accounts that setspn shows to hold the name literally: -F -Q
// tells who does in the forest, -L that the one account does.
func (f *Forest) Holders(_ context.Context, spn string) ([]fact.Account, error) {
	whole := func(a Answer) bool { return covers(a, spn) }
	if !slices.ContainsFunc(f.answers, whole) {
		whole = func(a Answer) bool { return lists(a, spn) }
	}
	found, err := f.ask("setspn -F -Q "+spn, whole)
	if err != nil {
		return nil, err
	}
	var out []fact.Account
	for _, h := range listed(found.Lines) {
		if h.holds(spn) {
			out = append(out, h.account())
			f.convinced(h.DN)
		}
	}
	if len(out) == 0 {
		f.convinced(found.naming())
	}
	return out, nil
}

// Similar are the accounts with a name that looks like spn, the same name
// included. Only a question about the whole class of names tells.
func (f *Forest) Similar(_ context.Context, spn string) ([]fact.Account, error) {
	class, _, _ := strings.Cut(spn, "/")
	whole := class + "/*"
	found, err := f.ask("setspn -F -Q "+whole, func(a Answer) bool { return covers(a, class+"/\x00") })
	if err != nil {
		return nil, err
	}
	var out []fact.Account
	for _, h := range listed(found.Lines) {
		a := h.account()
		a.SPNs = nil
		for _, name := range h.Names {
			if resembles(name, spn) {
				a.SPNs = append(a.SPNs, name)
				f.convinced(h.DN)
			}
		}
		if len(a.SPNs) > 0 {
			out = append(out, a)
		}
	}
	if len(out) == 0 { // whoever asks has seen its owner before
		return nil, f.notWhole("account with the name " + spn)
	}
	return out, nil
}

// Named are the computers that bear a host's name, as far as their own names
// show it: a domain member registers HOST/name for itself.
func (f *Forest) Named(_ context.Context, host string) ([]fact.Account, error) {
	found, err := f.ask("setspn -F -Q HOST/"+host, func(a Answer) bool { return covers(a, "HOST/"+host) })
	if err != nil {
		return nil, err
	}
	var out []fact.Account
	for _, h := range listed(found.Lines) {
		if h.holds("HOST/" + host) {
			out = append(out, h.account())
			f.convinced(h.DN)
		}
	}
	if len(out) == 0 {
		f.convinced(found.naming())
	}
	return out, nil
}

// Mappings are the classes that HOST stands for as installed: setspn does not
// show them.
func (f *Forest) Mappings(context.Context) ([]string, error) { return fact.HostClasses(), nil }

// Audit is what setspn -F -X found. It does not say how much it read.
func (f *Forest) Audit(context.Context) (fact.SPNAudit, error) {
	a, err := f.ask("setspn -F -X", func(a Answer) bool {
		o := switches(a)
		return a.Tool == "setspn" && o["x"] && o["f"]
	})
	if err != nil {
		return fact.SPNAudit{}, err
	}
	var audit fact.SPNAudit
	all := groups(a.Lines)
	for _, g := range all {
		if strings.EqualFold(g.Name, "kadmin/changepw") {
			continue // every domain's krbtgt holds it
		}
		audit.Groups = append(audit.Groups, g)
	}
	audit.Doubled = len(audit.Groups)
	// The last line counts the groups, in words of some language; one before it
	// counts what was processed.
	count, numbered := last(a.Lines), 0
	for _, line := range a.Lines {
		if _, ok := counted(line); ok {
			numbered++
		}
	}
	if n, ok := counted(count); !ok || n != len(all) || numbered < 2 {
		f.trouble = &fact.Error{
			Kind: fact.Unsupported, System: "paste", Op: "reading what was pasted", Code: "not-whole",
			Text: fmt.Sprintf("it shows %d groups, and its last line, which counts them, is %q: part of it is missing", len(all), count),
		}
		return fact.SPNAudit{}, f.trouble
	}
	f.convinced(count)
	return audit, nil
}

// counted is the one number in a line that names neither account nor service.
func counted(line string) (int, bool) {
	if strings.ContainsAny(line, "/=") {
		return 0, false
	}
	m := countShape.FindAllString(line, 2)
	if len(m) != 1 {
		return 0, false
	}
	n, err := strconv.Atoi(m[0])
	return n, err == nil
}

var countShape = regexp.MustCompile(`\d+`)

// listed reads -Q and -L: an account, and below it its names, each on a line of
// its own, whatever characters it is made of. The names are indented, unless a
// mail has taken that away.
func listed(lines []string) []Holder {
	var out []Holder
	known, held := map[string]int{}, map[string]bool{}
	at := -1
	for _, line := range lines {
		name := strings.TrimSpace(line)
		switch dn := accountIn(line); {
		case name == "":
			at = -1
		case dn != "":
			key := strings.ToLower(dn)
			i, ok := known[key]
			if !ok {
				i = len(out)
				known[key] = i
				out = append(out, Holder{DN: dn})
			}
			at = i
		case at >= 0 && strings.Contains(name, "/") && (indented(line) || nameShape.FindString(name) == name):
			if key := strconv.Itoa(at) + " " + strings.ToLower(name); !held[key] {
				held[key] = true
				out[at].Names = append(out[at].Names, name)
			}
		}
	}
	return out
}

// groups reads -X: a name, and below it the accounts that share it.
func groups(lines []string) []fact.SPNGroup {
	var out []fact.SPNGroup
	for _, line := range lines {
		dn, name := accountIn(line), nameIn(line)
		switch {
		case dn != "" && indented(line) && len(out) > 0:
			g := &out[len(out)-1]
			g.Holders = append(g.Holders, dn)
		case dn == "" && name != "" && !indented(line):
			out = append(out, fact.SPNGroup{Name: name})
		}
	}
	kept := out[:0]
	for _, g := range out {
		if len(g.Holders) > 1 {
			kept = append(kept, g)
		}
	}
	return kept
}

func (h *Holder) holds(name string) bool {
	for _, s := range h.Names {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

// account is what a distinguished name tells; the account's own name is taken
// from it, for setspn shows no other.
func (h *Holder) account() fact.Account {
	a := fact.Account{DN: h.DN, SAM: commonName(h.DN), Domain: domainOf(h.DN), SPNs: h.Names, EncTypes: -1}
	upper := strings.ToUpper(h.DN)
	a.Computer = strings.Contains(upper, ",CN=COMPUTERS,") || strings.Contains(upper, ",OU=DOMAIN CONTROLLERS,")
	if a.Computer {
		a.SAM += "$"
	}
	if strings.Contains(upper, ",OU=DOMAIN CONTROLLERS,") {
		a.UAC = fact.UACServerTrust
	}
	return a
}

func commonName(dn string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(dn, `\,`, "\x00"), ",")
	_, name, _ := strings.Cut(first, "=")
	return strings.ReplaceAll(name, "\x00", ",")
}

// naming is the line that says where was searched, or whose names are listed.
func (a Answer) naming() string {
	for _, line := range a.Lines {
		if strings.Contains(line, "=") && namingShape.MatchString(line) && (switches(a)["l"] || accountIn(line) == "") {
			return line
		}
	}
	return ""
}

// resembles says that a name is the other one, or differs from it only in
// characters that are not ASCII, or not to be seen.
func resembles(name, spn string) bool {
	seen := []rune(strings.Map(func(r rune) rune {
		if r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2064 || r >= 0x300 && r <= 0x36f || r == 0xad {
			return -1
		}
		return r
	}, strings.ToLower(name)))
	wanted := []rune(strings.ToLower(spn))
	if len(seen) != len(wanted) {
		return false
	}
	for i, r := range seen {
		if r != wanted[i] && r <= '~' {
			return false
		}
	}
	return true
}
