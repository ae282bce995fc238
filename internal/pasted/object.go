package pasted

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// object is what Format-List prints: attributes, whose names are the same in
// every language.
type object map[string]entry

type entry struct{ value, line string }

var attributeShape = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*)\s*:(?: (.*)|)$`)

// listOf reads one list. What a narrow window has wrapped is put together.
func listOf(lines []string) object {
	o, rest := object{}, map[string][]string{}
	last := ""
	for _, line := range lines {
		if m := attribute(line); m != nil {
			last = strings.ToLower(m[1])
			o[last] = entry{strings.TrimSpace(m[2]), line}
			delete(rest, last)
			continue
		}
		if indented(line) && last != "" && len(rest[last]) < wrappedLines {
			rest[last] = append(rest[last], strings.TrimSpace(line))
		}
	}
	for name, more := range rest {
		e := o[name]
		var b strings.Builder
		b.WriteString(e.value)
		comma := strings.HasSuffix(e.value, ",")
		for _, part := range more {
			if comma { // the space after it was lost
				b.WriteByte(' ')
			}
			b.WriteString(part)
			comma = strings.HasSuffix(part, ",")
		}
		e.value = b.String()
		o[name] = e
	}
	return o
}

// wrappedLines is how many lines one value may take.
const wrappedLines = 4096

func attribute(line string) []string {
	if !strings.Contains(line, ":") {
		return nil
	}
	return attributeShape.FindStringSubmatch(line)
}

func (o object) text(name string) string { return o[strings.ToLower(name)].value }
func (o object) line(name string) string { return o[strings.ToLower(name)].line }

func (o object) number(name string) (int64, bool) {
	n, err := strconv.ParseInt(o.text(name), 10, 64)
	return n, err == nil
}

// values reads {a, b}; cut says that PowerShell has left some out.
func (o object) values(name string) (out []string, cut bool) {
	v := o.text(name)
	inner, braced := strings.CutPrefix(v, "{")
	if braced {
		var closed bool
		inner, closed = strings.CutSuffix(inner, "}")
		cut = !closed // a narrow window has taken the rest
	}
	for part := range strings.SplitSeq(inner, ", ") {
		switch part = strings.TrimSpace(part); part {
		case "":
		case "...", "…":
			cut = true
		default:
			out = append(out, strings.TrimSuffix(strings.TrimSuffix(part, "..."), "…"))
			cut = cut || strings.HasSuffix(part, "...") || strings.HasSuffix(part, "…")
		}
	}
	return out, cut
}

// Account is what Get-ADObject shows of an account; kind NotFound means that it
// looked and found none.
func (f *Forest) Account(_ context.Context, sam string) (fact.Account, error) {
	if _, name, ok := strings.Cut(sam, `\`); ok {
		sam = name
	}
	found, err := f.ask("Get-ADObject "+sam+" in "+f.domain, func(a Answer) bool {
		name, domain, ok := askedObject(a)
		return ok && strings.EqualFold(name, sam) && strings.EqualFold(domain, f.domain)
	})
	if err != nil {
		return fact.Account{}, err
	}
	if found.first() == nobodyFound {
		f.convinced(Ask + " " + found.about() + ": " + nobodyFound)
		return fact.Account{}, &fact.Error{Kind: fact.NotFound, System: "paste", Op: "reading the account " + sam, Text: "Get-ADObject found none"}
	}
	return f.account(sam, listOf(found.Lines))
}

// nobodyFound is what the command prints where the filter meets nobody.
const nobodyFound = "found 0"

var questionShape = regexp.MustCompile(`^(\S+) in (\S+)$`)

// askedObject is the name and the domain that a Get-AD command was asked for.
func askedObject(a Answer) (name, domain string, ok bool) {
	m := questionShape.FindStringSubmatch(a.Question)
	if m == nil || a.Tool != "get-adobject" {
		return "", "", false
	}
	return m[1], m[2], true
}

func (f *Forest) account(sam string, o object) (fact.Account, error) {
	uac, ok := o.number("userAccountControl")
	dn := o.text("distinguishedName")
	switch {
	case !ok:
		return fact.Account{}, f.notWhole("userAccountControl")
	case dn == "":
		return fact.Account{}, f.notWhole("distinguishedName")
	case !strings.EqualFold(o.text("sAMAccountName"), sam):
		return fact.Account{}, f.notWhole("sAMAccountName of " + sam)
	case !strings.EqualFold(domainOf(dn), f.domain):
		return fact.Account{}, f.notWhole("distinguishedName in " + f.domain)
	}
	for _, name := range judgedAttributes() {
		if _, ok := o[strings.ToLower(name)]; !ok {
			return fact.Account{}, f.notWhole("line of " + name)
		}
	}
	a := fact.Account{
		DN: dn, SAM: o.text("sAMAccountName"), UPN: o.text("userPrincipalName"), SID: o.text("objectSid"), Domain: domainOf(dn),
		DNSHostName: o.text("dNSHostName"), UAC: uint32(uac), EncTypes: -1, //nolint:gosec // a signed number of 32 bits in the directory
	}
	class := strings.ToLower(o.text("objectClass"))
	a.Managed = strings.HasSuffix(class, "managedserviceaccount")
	a.Computer = class == "computer"
	a.Disabled = a.UAC&fact.UACDisabled != 0
	if n, ok := o.number("msDS-SupportedEncryptionTypes"); ok {
		a.EncTypes = int(n)
	}
	if n, ok := o.number("msDS-User-Account-Control-Computed"); ok {
		const locked, passwordExpired = 0x10, 0x800000
		a.Locked, a.PasswordExpired = n&locked != 0, n&passwordExpired != 0
	}
	if t, ok := fileTime(o, "pwdLastSet"); ok {
		a.PasswordSet = t
	}
	if t, ok := fileTime(o, "accountExpires"); ok {
		a.Expired = f.now.After(t)
	}
	for name, into := range map[string]*[]string{"servicePrincipalName": &a.SPNs, "msDS-AllowedToDelegateTo": &a.DelegateTo, "tokenGroups": &a.Groups} {
		list, cut := o.values(name)
		if cut {
			return fact.Account{}, f.notWhole("whole " + name)
		}
		*into = list
	}
	a.ActOnBehalf, a.ActConditions = trustees(o.text("actOnBehalf"))
	a.ProtectedUser = slices.ContainsFunc(a.Groups, func(sid string) bool {
		return strings.HasPrefix(sid, "S-1-5-21-") && strings.HasSuffix(sid, "-525")
	})
	if len(a.DelegateTo) > 0 {
		f.convinced(o.line("msDS-AllowedToDelegateTo"))
	}
	f.convinced(o.line("userAccountControl"))
	return a, nil
}

// judgedAttributes are those whose absence means something: the command prints
// a line for each, with nothing behind the colon where it is not set.
func judgedAttributes() []string {
	return []string{
		"objectSid", "objectClass", "msDS-User-Account-Control-Computed", "accountExpires", "pwdLastSet", "msDS-SupportedEncryptionTypes",
		"servicePrincipalName", "msDS-AllowedToDelegateTo", "tokenGroups", "actOnBehalf",
	}
}

// fileTime reads a moment in steps of 100 ns since 1601; false where it means
// never.
func fileTime(o object, name string) (time.Time, bool) {
	n, ok := o.number(name)
	if !ok || n <= 0 || n == 1<<63-1 {
		return time.Time{}, false
	}
	const to1970 = 11644473600
	return time.Unix(n/1e7-to1970, n%1e7*100).UTC(), true
}

var aceShape = regexp.MustCompile(`\(([A-Z]{1,2});[^;()]*;[^;()]*;[^;()]*;[^;()]*;([^;()]+)(;[^()]*(?:\([^()]*\))*[^()]*)?\)`)

// trustees are those whom a descriptor in SDDL lets act for others, and those
// whom it does so under a condition. Who is denied is not among them.
func trustees(sddl string) (allowed, conditional []string) {
	_, dacl, ok := strings.Cut(sddl, "D:")
	if !ok {
		return nil, nil
	}
	denied := map[string]bool{}
	for _, m := range aceShape.FindAllStringSubmatch(dacl, -1) {
		sid := wellKnown(m[2])
		switch m[1] {
		case "A", "OA":
			allowed = append(allowed, sid)
		case "D", "OD":
			denied[sid] = true
		case "XA":
			conditional = append(conditional, sid)
		}
	}
	return slices.DeleteFunc(allowed, func(sid string) bool { return denied[sid] }), conditional
}

// wellKnown is the identifier that SDDL writes in two letters.
func wellKnown(sid string) string {
	switch sid {
	case "WD":
		return "S-1-1-0"
	case "AU":
		return "S-1-5-11"
	}
	return sid
}

// preWindows2000 and authorizationAccess decide who may read users' groups.
const (
	preWindows2000      = "S-1-5-32-554"
	authorizationAccess = "S-1-5-32-560"
)

// GroupReaders is read from the members of Pre-Windows 2000 Compatible Access.
func (f *Forest) GroupReaders(context.Context) (fact.GroupReaders, error) {
	found, err := f.ask("Get-ADGroup "+preWindows2000+" in "+f.domain, func(a Answer) bool {
		return a.Tool == "get-adgroup" && strings.EqualFold(a.Question, preWindows2000+" in "+f.domain)
	})
	if err != nil {
		return fact.GroupReaders{}, err
	}
	if found.first() != "found 1" {
		return fact.GroupReaders{}, f.notWhole("line found 1")
	}
	out := fact.GroupReaders{Seen: true, Group: authorizationAccess}
	for _, line := range found.Lines {
		switch sid := commonName(strings.TrimSpace(line)); sid {
		case "S-1-1-0", "S-1-5-11":
			out.Everybody = true
			f.convinced(line)
		}
	}
	if !out.Everybody {
		f.convinced(Ask + " " + found.about())
	}
	return out, nil
}
