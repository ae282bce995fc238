package lab

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
)

// otherDomain is a second domain of the forest, with the machines of a branch.
func otherDomain() directory.Home {
	return directory.Home{Host: "dc2.emea." + contoso.Domain, Domain: "emea." + contoso.Domain, NetBIOS: "EMEA"}
}

// twoDomains is the variant with it.
const twoDomains = "two-domains"

// otherDC is the account of its domain controller.
const otherDC = "DC2$"

// domainVariation puts the connectors into another domain than Qlik's account:
// only a descriptor on that account can name them, and only their own domain
// controller knows them whole.
func domainVariation() variation {
	return variation{
		Variant: Variant{
			ID: twoDomains, Title: "the connectors are computers of another domain of the forest",
			Note: "Classic delegation ends at the border of a domain. The descriptor on Qlik's account names the connectors; their accounts are found in the global catalogue and read at a domain controller of their own, which DNS names.",
		},
		build: buildOtherDomain,
		setUp: resourceBased,
	}
}

func buildOtherDomain(l *Lab) error {
	err := l.store.Update(func(tx *directory.Tx) error {
		if err := tx.AddDomain(otherDomain()); err != nil {
			return fmt.Errorf("making the domain: %w", err)
		}
		if err := otherMachine(tx, contoso.Host{Name: otherDomain().Host, Account: otherDC, Password: rand.Text()}, "ldap/"+otherDomain().Host, "GC/"+otherDomain().Host+"/"+contoso.Domain); err != nil {
			return err
		}
		for _, h := range contoso.Connectors() {
			if err := tx.Delete(h.Account); err != nil {
				return fmt.Errorf("moving %s: %w", h.Account, err)
			}
			if err := otherMachine(tx, h); err != nil {
				return err
			}
			if err := tx.SetMember("Windows Authorization Access Group", h.Account, true); err != nil {
				return fmt.Errorf("letting %s read groups: %w", h.Account, err)
			}
		}
		return tx.SetFlag(otherDC, directory.ServerTrustAccount, true)
	})
	if err != nil {
		return err
	}
	cache := &kdc.KeyCache{}
	dc, err := gss.New(gss.Options{Keys: cache.KeySource(accounts{l.store}, contoso.Realm, otherDC), Clock: l.dcClock.now})
	if err != nil {
		return fmt.Errorf("making the other domain controller's acceptor: %w", err)
	}
	l.otherLDAP, err = directory.New(directory.Options{
		CA: l.ca, Store: l.store, Clock: l.dcClock.now, Home: otherDomain(),
		AcceptGSS: func() directory.GSSAcceptor { return dc.SASL() },
	})
	if err != nil {
		return fmt.Errorf("making the other domain controller: %w", err)
	}
	l.buildNames()
	return nil
}

// otherMachine makes a computer account of the other domain.
func otherMachine(tx *directory.Tx, h contoso.Host, more ...string) error {
	cn := strings.TrimSuffix(h.Account, "$")
	base := "DC=" + strings.ReplaceAll(otherDomain().Domain, ".", ",DC=")
	err := tx.Create("CN="+cn+",CN=Computers,"+base, map[string][]string{
		"objectClass": {"computer"}, "sAMAccountName": {h.Account}, "dNSHostName": {h.Name},
		"operatingSystem": {"Windows Server 2022 Standard"}, "msDS-SupportedEncryptionTypes": {"28"},
		"servicePrincipalName": append([]string{"HOST/" + cn, "HOST/" + h.Name}, more...),
	})
	return errors.Join(err, tx.SetPassword(h.Account, h.Password))
}
