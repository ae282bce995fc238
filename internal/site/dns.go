package site

import (
	"fmt"
	"net"
	"net/netip"
)

// NameServer is the address and port of the name server to ask; empty for the
// system's.
func (s Site) NameServer() string {
	if s.DNS == "" {
		return ""
	}
	if _, err := netip.ParseAddr(s.DNS); err == nil {
		return net.JoinHostPort(s.DNS, "53")
	}
	return s.DNS
}

// CheckNameServer accepts an address, with or without a port: a name would need
// the very server that it names.
func CheckNameServer(v string) error {
	if _, err := netip.ParseAddr(v); err == nil {
		return nil
	}
	if _, err := netip.ParseAddrPort(v); err == nil {
		return nil
	}
	return fmt.Errorf("%q is not the address of a name server, such as 10.1.0.5 or 10.1.0.5:53", v)
}
