package collect

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// machineEngine builds chains from the stores of the machine alone. The ordinary
// way counts what the logged-on user trusts as well, and the connector is not
// that user.
const machineEngine = windows.Handle(1) // HCCE_LOCAL_MACHINE

// errUntrusted says it in the words of the standard library.
var errUntrusted = errors.New("certificate signed by an authority that the machine's store does not hold")

// machineTrust holds a chain against the stores of this machine.
func machineTrust(chain []*x509.Certificate, host string, now time.Time) error {
	const encoding = windows.X509_ASN_ENCODING | windows.PKCS_7_ASN_ENCODING
	store, err := windows.CertOpenStore(windows.CERT_STORE_PROV_MEMORY, 0, 0, windows.CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG, 0)
	if err != nil {
		return fmt.Errorf("opening a store of certificates: %w", err)
	}
	defer func() { _ = windows.CertCloseStore(store, 0) }() // it was in memory
	var leaf *windows.CertContext
	for i, c := range chain {
		link, err := windows.CertCreateCertificateContext(encoding, &c.Raw[0], uint32(len(c.Raw))) //nolint:gosec // a certificate's size
		if err != nil {
			return fmt.Errorf("reading a certificate: %w", err)
		}
		var kept *windows.CertContext
		err = windows.CertAddCertificateContextToStore(store, link, windows.CERT_STORE_ADD_ALWAYS, &kept)
		_ = windows.CertFreeCertificateContext(link) // the store has its own
		if err != nil {
			return fmt.Errorf("keeping a certificate: %w", err)
		}
		if i == 0 {
			leaf = kept
			continue
		}
		_ = windows.CertFreeCertificateContext(kept) // the store has its own
	}
	defer func() { _ = windows.CertFreeCertificateContext(leaf) }() // it was only read
	purpose := &append([]byte("1.3.6.1.5.5.7.3.1"), 0)[0]           // servers
	usage := windows.CertUsageMatch{Type: windows.USAGE_MATCH_TYPE_AND, Usage: windows.CertEnhKeyUsage{Length: 1, UsageIdentifiers: &purpose}}
	para := windows.CertChainPara{RequestedUsage: usage}
	para.Size = uint32(unsafe.Sizeof(para))
	at := windows.NsecToFiletime(now.UnixNano())
	var built *windows.CertChainContext
	if err := windows.CertGetCertificateChain(machineEngine, leaf, &at, store, &para, 0, 0, &built); err != nil {
		return fmt.Errorf("asking Windows whether it is trusted: %w", err)
	}
	defer windows.CertFreeCertificateChain(built)
	return judged(built.TrustStatus.ErrorStatus, chain[0], host)
}

// judged puts Windows' verdict into words.
func judged(status uint32, leaf *x509.Certificate, host string) error {
	const unknown = windows.CERT_TRUST_IS_UNTRUSTED_ROOT | windows.CERT_TRUST_IS_PARTIAL_CHAIN | windows.CERT_TRUST_IS_EXPLICIT_DISTRUST
	switch {
	case status&unknown != 0:
		return errUntrusted
	case status&windows.CERT_TRUST_IS_NOT_TIME_VALID != 0:
		return fmt.Errorf("certificate has expired or is not yet valid: it is for %s to %s",
			leaf.NotBefore.UTC().Format(time.DateOnly), leaf.NotAfter.UTC().Format(time.DateOnly))
	case status != 0:
		return fmt.Errorf("Windows refuses it (trust status %#x)", status) //nolint:staticcheck // a name begins the sentence
	}
	return leaf.VerifyHostname(host) //nolint:wrapcheck // it says it all
}
