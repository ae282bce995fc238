// Package directory asks an Active Directory over LDAP, always inside TLS, and
// changes accounts by value. Questions about forest-wide uniqueness go to the
// global catalogue, everything else to one domain controller, so that what was
// written is read back where it was written.
package directory
