package directory

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/lab/directory/security"
)

// Entry is one object. It is never changed once a reader can see it: a
// transaction replaces it by a copy.
type Entry struct {
	dn     dn
	key    string
	number int64 // order of creation, by which searches and pages run
	attrs  map[string][]string
	secret secret
}

// secret is what an account keeps that no reader of the directory sees.
type secret struct {
	password string
	version  int
	salt     string // account part of the AES salt, fixed when the password is set
	oldKeys  bool   // the password predates AES: only RC4 keys exist
	withheld bool   // ordinary callers may not read the token groups
}

// DN is the name of the entry.
func (e *Entry) DN() string { return e.dn.String() }

// Values are the stored values of an attribute.
func (e *Entry) Values(name string) []string {
	return slices.Clone(e.attrs[strings.ToLower(name)])
}

// Value is the first stored value of an attribute, empty when there is none.
func (e *Entry) Value(name string) string { return e.first(strings.ToLower(name)) }

func (e *Entry) first(key string) string {
	if v := e.attrs[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (e *Entry) number64(key string) int64 {
	n, err := strconv.ParseInt(e.first(key), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (e *Entry) control() uint32 { return uint32(e.number64("useraccountcontrol")) }

func (e *Entry) isA(kind string) bool {
	for _, c := range e.attrs["objectclass"] {
		if strings.EqualFold(c, kind) {
			return true
		}
	}
	return false
}

func (e *Entry) sid() security.SID {
	s, _, err := security.ParseSID([]byte(e.first("objectsid")))
	if err != nil {
		return ""
	}
	return s
}

func (e *Entry) clone() *Entry {
	c := *e
	c.attrs = maps.Clone(e.attrs)
	for k, v := range c.attrs {
		c.attrs[k] = slices.Clone(v)
	}
	return &c
}

// Bits of userAccountControl.
const (
	AccountDisabled         uint32 = 0x2
	LockedOut               uint32 = 0x10
	PasswordNotRequired     uint32 = 0x20
	NormalAccount           uint32 = 0x200
	WorkstationAccount      uint32 = 0x1000
	ServerTrustAccount      uint32 = 0x2000
	DoNotExpirePassword     uint32 = 0x10000
	TrustedForDelegation    uint32 = 0x80000
	NotDelegated            uint32 = 0x100000
	DoNotRequirePreauth     uint32 = 0x400000
	PasswordExpired         uint32 = 0x800000
	TrustedToAuthForDelegat uint32 = 0x1000000
)

// never is how the directory writes "does not expire".
const never = 1<<63 - 1

const fileTimeEpoch = 116444736000000000 // 1970 in units of 100 ns since 1601

// FileTime is a moment in the units the directory counts in.
func FileTime(t time.Time) int64 { return t.UnixNano()/100 + fileTimeEpoch }

func fromFileTime(n int64) time.Time { return time.Unix(0, (n-fileTimeEpoch)*100).UTC() }

// generalized is the textual form of a moment.
func generalized(t time.Time) string { return t.UTC().Format("20060102150405.0Z") }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// signed writes the 32-bit flags as the directory does.
func signed(flags uint32) string { return strconv.FormatInt(int64(int32(flags)), 10) }
