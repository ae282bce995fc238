package fact

import (
	"slices"
	"time"
)

// Ticket is what can be told of a service ticket without the service's key.
type Ticket struct {
	Client, Server, Realm string
	EType                 int
	ETypeName             string // aes256-cts-hmac-sha1-96
	KeyVersion            int
	Flags                 []string
	Until                 time.Time
}

// Forwardable says that the ticket may be passed on.
func (t Ticket) Forwardable() bool { return slices.Contains(t.Flags, "forwardable") }

// KDCProbe is what a KDC tells anybody about an account, without a password.
type KDCProbe struct {
	Time  time.Time // the KDC's clock
	Code  int       // 25 means exists and enabled
	Name  string    // KDC_ERR_PREAUTH_REQUIRED …
	AES   bool      // it would use AES for this account
	Round time.Duration
}

// Rehearsal is the dress rehearsal of delegation: each stage's ticket, and
// what Qlik said to the last one.
type Rehearsal struct {
	Connector, User, SPN string
	// As is the account whose key was used: the connector's own, or that of a
	// rehearsal account with the same delegation.
	As            string
	Stage         string // the stage that ended it: sign-in, s4u2self, s4u2proxy, qlik, done
	Self          *Ticket
	Proxy         *Ticket
	ResourceBased bool // only the resource-based option succeeded
	// Classic and Resource are what the KDC answered to S4U2Proxy without and
	// with the resource-based option; empty where that was not asked.
	Classic, Resource string
	Session           *WebSession
	// Accepted and Refused are the forms of the token that Qlik took and did
	// not take: kerberos, spnego-kerberos.
	Accepted, Refused []string
	Code              int    // KRB-ERROR code of the refusal
	CodeName          string // KDC_ERR_BADOPTION
	NTStatus          uint32
	NTStatusName      string
}

// CachedTicket is one ticket of a cache, as klist shows it.
type CachedTicket struct {
	Client, Server, Realm string
	EType                 int
	ETypeName             string
	KeyVersion            int
	Flags                 []string
	Start, Until          time.Time
}

// OpenedTicket is a service ticket that was tried with the service's own keys.
type OpenedTicket struct {
	Ticket Ticket
	// Opened says that one of the keys fits; Client is who the inside names.
	Opened bool
	Client string
	// Newest is the newest key version in the keytab, of any encryption.
	Newest int
	// Held are the encryption types that it has keys for.
	Held []string
	// Fits says that it holds a key of the ticket's encryption and version.
	Fits bool
}
