package steps

import (
	"encoding/base64"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Equivalent is a change done by hand in another place than its Command.
type Equivalent struct {
	As    string // PowerShell, LDIF
	Lines []string
}

// inLDIF is a change of one object, for ldifde or ldapmodify: a modification and
// the attribute it is of, and its values.
func inLDIF(dn string, parts ...ldifPart) Equivalent {
	out := Equivalent{As: "LDIF", Lines: []string{ldifLine("dn", dn), "changetype: modify"}}
	for _, p := range parts {
		out.Lines = append(out.Lines, p.kind+": "+p.attribute)
		for _, v := range p.values {
			out.Lines = append(out.Lines, ldifLine(p.attribute, v))
		}
		out.Lines = append(out.Lines, "-")
	}
	return out
}

type ldifPart struct {
	kind, attribute string // add, delete or replace
	values          []string
}

// ldifLine writes a value as RFC 2849 asks: in base64 where it is not plain text.
func ldifLine(attribute, value string) string {
	safe := value == strings.TrimSpace(value) && !strings.HasPrefix(value, ":") && !strings.HasPrefix(value, "<")
	for i := range len(value) {
		safe = safe && value[i] >= ' ' && value[i] <= '~'
	}
	if safe {
		return attribute + ": " + value
	}
	return attribute + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
}

func inPowerShellAs(command string) Equivalent {
	return Equivalent{As: "PowerShell", Lines: []string{command}}
}

// cmdlet is what PowerShell calls an account of that kind.
func cmdlet(a fact.Account) string {
	switch {
	case a.Managed:
		return "ADServiceAccount"
	case a.Computer:
		return "ADComputer"
	}
	return "ADUser"
}

// nameEquivalents do what setspn does: kind is add or delete.
func nameEquivalents(a fact.Account, kind, name string) []Equivalent {
	word := map[string]string{"add": "Add", "delete": "Remove"}[kind]
	return []Equivalent{
		inPowerShellAs("Set-" + cmdlet(a) + " -Identity " + checks.Quote(a.SAM, checks.PowerShell) + " -ServicePrincipalNames @{" + word + "=" + checks.Quote(name, checks.PowerShell) + "}"),
		inLDIF(a.DN, ldifPart{kind, "servicePrincipalName", []string{name}}),
	}
}

// flagEquivalents set userAccountControl from one value to another; the old one
// is demanded, so that nothing is overwritten that somebody changed meanwhile.
func flagEquivalents(a fact.Account, before, after uint32) []Equivalent {
	signed := func(v uint32) string { return strconv.FormatInt(int64(int32(v)), 10) } //nolint:gosec // the same bits
	return []Equivalent{inLDIF(a.DN,
		ldifPart{"delete", "userAccountControl", []string{signed(before)}},
		ldifPart{"add", "userAccountControl", []string{signed(after)}})}
}
