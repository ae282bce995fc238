package directory

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

func rootAttributes() []string {
	return []string{
		"defaultNamingContext", "rootDomainNamingContext", "configurationNamingContext",
		"dnsHostName", "ldapServiceName", "currentTime", "domainFunctionality",
	}
}

func rootDSE(e *ldap.Entry) fact.RootDSE {
	get := e.GetEqualFoldAttributeValue
	level, err := strconv.Atoi(get("domainFunctionality"))
	if err != nil {
		level = -1
	}
	return fact.RootDSE{
		Host:            netprobe.Clean(get("dnsHostName")),
		DefaultNC:       netprobe.Clean(get("defaultNamingContext")),
		RootNC:          netprobe.Clean(get("rootDomainNamingContext")),
		ConfigNC:        netprobe.Clean(get("configurationNamingContext")),
		Realm:           netprobe.Clean(realmOf(get("ldapServiceName"))),
		Time:            generalized(get("currentTime")),
		FunctionalLevel: level,
	}
}

// realmOf reads domain:host$@REALM.
func realmOf(serviceName string) string {
	_, realm, _ := strings.Cut(serviceName, "@")
	return strings.ToUpper(realm)
}

// authzName reads the answer of WhoAmI, u:DOMAIN\name or dn:….
func authzName(id string) string {
	if _, name, ok := strings.Cut(id, ":"); ok {
		id = name
	}
	return netprobe.Clean(id)
}

// generalized reads a time as the directory writes it, zero when it is none.
func generalized(s string) time.Time {
	for _, form := range []string{"20060102150405.0Z", "20060102150405Z", "20060102150405.999999999Z"} {
		if t, err := time.Parse(form, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// never is the other way of Windows, beside zero, to say "not at all".
const never = 1<<63 - 1

// fileTime reads a Windows time, 100 ns since 1601; ok is false for "never".
func fileTime(s string) (t time.Time, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n == never {
		return time.Time{}, false
	}
	const toUnix = 11644473600
	return time.Unix(n/1e7-toUnix, n%1e7*100).UTC(), true
}

// flags reads a signed 32-bit attribute as the bits it is.
func flags(s string) uint32 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return uint32(n) //nolint:gosec // negative values are the same bits
}

// number reads a small integer attribute.
func number(s string, absent int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return absent
	}
	return n
}

// domainOf is the DNS name of the domain that a DN lies in.
func domainOf(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return ""
	}
	var labels []string
	for _, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			if strings.EqualFold(a.Type, "DC") {
				labels = append(labels, a.Value)
			}
		}
	}
	return netprobe.Clean(strings.ToLower(strings.Join(labels, ".")))
}

// inDomain says whether dn lies below nc.
func inDomain(dn, nc string) bool {
	child, err := ldap.ParseDN(dn)
	if err != nil {
		return false
	}
	parent, err := ldap.ParseDN(nc)
	if err != nil {
		return false
	}
	return (parent.AncestorOfFold(child) || parent.EqualFold(child)) && domainOf(dn) == domainOf(nc)
}
