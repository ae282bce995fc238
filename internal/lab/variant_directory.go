package lab

import (
	"fmt"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
)

// directoryVariations differ in the domain.
func directoryVariations() []variation {
	return []variation{{
		Variant: Variant{
			ID: "resource-based", Title: "the service account's descriptor names the connectors; they have no list of their own",
			Note: "The form for connectors in another domain, and the one that needs no right to enable delegation: whoever may write the service account sets it. The rehearsal is refused the classic way first, and granted with the resource-based option.",
		},
		setUp: func(l *Lab) error {
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
		},
	}}
}
