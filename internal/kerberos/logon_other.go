//go:build !windows

package kerberos

import (
	"crypto/x509"
	"errors"
)

// SASLAsLoggedOn prepares a bind as whoever is logged on to Windows; elsewhere
// it says that it cannot.
func SASLAsLoggedOn(*x509.Certificate) (*Logon, error) { return nil, noLogon(errors.ErrUnsupported) }

// Logon is a bind as the logged-on user; it exists on Windows alone.
type Logon struct{ SASL }
