package directory

import (
	"strconv"
	"strings"
)

// syntax says how values of an attribute are compared and checked.
type syntax int

const (
	syntaxText syntax = iota
	syntaxOctets
	syntaxInteger
	syntaxBoolean
	syntaxDN
	syntaxSID // binary
	syntaxGUID
	syntaxClass
	syntaxTime
	syntaxDescriptor
)

// traits of an attribute, as bits.
type traits uint

const (
	single      traits = 1 << iota
	catalogue          // kept in the global catalogue
	constructed        // computed, returned only when asked for, not filterable
	computed           // computed, otherwise like any other
	system             // not writable over the wire
	hidden             // never returned
	ofAccount          // only on users and computers
	ofComputer         // only on computers
	ofGroup            // only on groups
)

// attribute is one line of the schema.
type attribute struct {
	name   string
	oid    string
	syntax syntax
	traits traits
	order  int
}

func (a attribute) is(t traits) bool { return a.traits&t != 0 }

func (a attribute) key() string { return strings.ToLower(a.name) }

// number is the internal identifier that diagnostic texts show in hexadecimal:
// the prefix of the OID by its index in the prefix table, then its last arc.
func (a attribute) number() string {
	cut := strings.LastIndexByte(a.oid, '.')
	arc, err := strconv.ParseUint(a.oid[cut+1:], 10, 32)
	if err != nil {
		return "0"
	}
	prefixes := map[string]uint64{"2.5.4": 0, "1.2.840.113556.1.2": 2, "1.2.840.113556.1.4": 9, "2.5.21": 0x13}
	return strconv.FormatUint(prefixes[a.oid[:cut]]<<16|arc, 16)
}

// schema finds attributes by name or OID.
type schema struct {
	byName map[string]attribute
	all    []attribute
}

func newSchema() schema {
	s := schema{byName: map[string]attribute{}, all: attributes()}
	for i := range s.all {
		s.all[i].order = i
		s.byName[s.all[i].key()] = s.all[i]
		s.byName[s.all[i].oid] = s.all[i]
	}
	return s
}

func (s schema) find(name string) (attribute, bool) {
	a, ok := s.byName[strings.ToLower(name)]
	return a, ok
}

// allowedOn says whether an entry of these classes may hold a.
func (a attribute) allowedOn(classes []string) bool {
	has := func(want string) bool {
		for _, c := range classes {
			if strings.EqualFold(c, want) {
				return true
			}
		}
		return false
	}
	switch {
	case a.is(ofComputer):
		return has("computer")
	case a.is(ofAccount):
		return has("user")
	case a.is(ofGroup):
		return has("group")
	}
	return true
}

// superclasses spells the objectClass values of the kinds that can be made.
func superclasses(kind string) []string {
	switch strings.ToLower(kind) {
	case "user":
		return []string{"top", "person", "organizationalPerson", "user"}
	case "computer":
		return []string{"top", "person", "organizationalPerson", "user", "computer"}
	case "group":
		return []string{"top", "group"}
	case "organizationalunit":
		return []string{"top", "organizationalUnit"}
	case "container":
		return []string{"top", "container"}
	case "contact":
		return []string{"top", "person", "organizationalPerson", "contact"}
	}
	return nil
}

// category is the common name of a class's default object category.
func category(kind string) string {
	switch strings.ToLower(kind) {
	case "user", "person", "organizationalperson", "contact":
		return "Person"
	case "computer":
		return "Computer"
	case "group":
		return "Group"
	case "organizationalunit":
		return "Organizational-Unit"
	case "container":
		return "Container"
	case "domaindns", "domain":
		return "Domain-DNS"
	case "builtindomain":
		return "Builtin-Domain"
	case "configuration":
		return "Configuration"
	case "dmd":
		return "DMD"
	case "crossref":
		return "Cross-Ref"
	case "crossrefcontainer":
		return "Cross-Ref-Container"
	case "ntdsservice":
		return "NTDS-Service"
	case "sitescontainer":
		return "Sites-Container"
	case "site":
		return "Site"
	case "serverscontainer":
		return "Servers-Container"
	case "server":
		return "Server"
	case "ntdsdsa":
		return "NTDS-DSA"
	}
	return ""
}
