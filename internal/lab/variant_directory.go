package lab

import (
	"fmt"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/site"
)

// directoryVariations differ in the domain.
func directoryVariations() []variation {
	return []variation{
		{
			Variant: Variant{
				ID: "resource-based", Title: "the service account's descriptor names the connectors; they have no list of their own",
				Note: "The form for connectors in another domain, and the one that needs no right to enable delegation: whoever may write the service account sets it. The rehearsal is refused the classic way first, and granted with the resource-based option.",
			},
			setUp: resourceBased,
		},
		{
			Variant: Variant{
				ID: colleagueVerifies, Title: "a colleague signs in for the Kerberos verification, not the test user",
				Note: "Who verifies on the LAN need not be who tests from outside. What concerns the test user's account alone shows in the rehearsal first.",
			},
			form: func(f *form) { f.verifier = colleague },
			site: func(l *Lab, s *site.Site) {
				s.Kerberos.User, s.Kerberos.Keytab = colleague, l.file(keytabOf(colleague))
			},
		},
		{
			Variant: Variant{
				ID: secondName, Title: "people open Qlik by a second name as well",
				Note: "A name of former days that is on everybody's desktop. From outside it does not matter; on the LAN each name that is typed needs a service name of its own.",
			},
			setUp: func(l *Lab) error {
				return l.store.Update(func(tx *directory.Tx) error {
					return tx.Add(contoso.ServiceAccount, "servicePrincipalName", secondNameSPN)
				})
			},
			site: func(_ *Lab, s *site.Site) { s.Kerberos.Names = []string{"bi." + contoso.Domain} },
		},
	}
}

const (
	// colleagueVerifies is the variant in which the colleague does.
	colleagueVerifies = "colleague-verifies"
	colleague         = "bob"
	// secondName is the variant with a second name for Qlik.
	secondName    = "second-name"
	secondNameSPN = "HTTP/bi." + contoso.Domain
)

// resourceBased takes the connectors' own lists away and names them in the
// descriptor of the service account.
func resourceBased(l *Lab) error {
	return l.store.Update(func(tx *directory.Tx) error {
		var names []string
		for _, h := range contoso.Connectors() {
			names = append(names, h.Account)
			if err := tx.Set(h.Account, "msDS-AllowedToDelegateTo"); err != nil {
				return fmt.Errorf("emptying the list of %s: %w", h.Account, err)
			}
			if err := tx.SetFlag(h.Account, directory.TrustedToAuthForDelegat, false); err != nil {
				return fmt.Errorf("taking protocol transition from %s: %w", h.Account, err)
			}
		}
		return tx.AllowToActOnBehalf(contoso.ServiceAccount, names...)
	})
}
