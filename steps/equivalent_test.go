package steps

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
)

// TestEquivalents are what somebody types who makes a change by hand.
func TestEquivalents(t *testing.T) {
	user := fact.Account{SAM: "qlik", DN: "CN=Qlik Sense services,OU=Services,DC=contoso,DC=test"}
	var lines []string
	for _, e := range nameEquivalents(user, "add", "HTTP/sense.contoso.test") {
		lines = append(lines, e.As)
		lines = append(lines, e.Lines...)
	}
	want := []string{
		"PowerShell", "Set-ADUser -Identity 'qlik' -ServicePrincipalNames @{Add='HTTP/sense.contoso.test'}",
		"LDIF", "dn: CN=Qlik Sense services,OU=Services,DC=contoso,DC=test", "changetype: modify", "add: servicePrincipalName", "servicePrincipalName: HTTP/sense.contoso.test", "-",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	gmsa := fact.Account{SAM: "gmsa$", DN: "CN=Dienst für Qlik,DC=contoso,DC=test", Managed: true}
	taken := nameEquivalents(gmsa, "delete", "HTTP/x")
	if !strings.HasPrefix(taken[0].Lines[0], "Set-ADServiceAccount -Identity 'gmsa$' -ServicePrincipalNames @{Remove=") {
		t.Errorf("%v", taken[0])
	}
	if got := taken[1].Lines[0]; got != "dn:: Q049RGllbnN0IGbDvHIgUWxpayxEQz1jb250b3NvLERDPXRlc3Q=" {
		t.Errorf("%s", got)
	}
	flags := flagEquivalents(fact.Account{DN: "CN=c"}, 0x1000, 0x1001000)[0].Lines
	if !slices.Contains(flags, "userAccountControl: 4096") || !slices.Contains(flags, "userAccountControl: 16781312") {
		t.Errorf("%v", flags)
	}
	for _, value := range []string{" a", ":a", "<a", "a\n", "\x01\x00"} {
		if got := ldifLine("x", value); !strings.HasPrefix(got, "x:: ") {
			t.Errorf("%q: %s", value, got)
		}
	}
	for _, value := range []string{"a", ""} {
		if got := ldifLine("x", value); got != "x: "+value {
			t.Errorf("%q: %s", value, got)
		}
	}
}
