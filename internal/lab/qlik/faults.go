package qlik

import "time"

// Faults are what can be broken at run time beyond what the state itself says.
// An empty allow list, no engine nodes, an unlinked virtual proxy, Kerberos off
// on one node, small header limits, a session limit of zero and an old release
// need no switch here: they are ordinary state.
type Faults struct {
	// RefuseCertificate makes the repository refuse every client certificate.
	RefuseCertificate bool
	// ShortNameCertificate issues the repository's certificate for the
	// machine's short name only.
	ShortNameCertificate bool
	// DropQuery loses the query string on the way to the repository, and the
	// XSRF key with it.
	DropQuery bool
	// Conflicts is how many updates are still overtaken by another
	// administrator, who saves between a client's read and its write.
	Conflicts int
	// Rivals makes that other administrator change the browser pattern too.
	Rivals bool
	// ReadOnly leaves nobody the right to change the repository.
	ReadOnly bool
	// ColdStart is how long a proxy takes for the first answer after a start
	// or reload, and the repository for its first one.
	ColdStart time.Duration
	// Deaf proxies do not learn of changes in the repository.
	Deaf bool
	// WrongHostPage refuses every Host header.
	WrongHostPage bool
	// StripUpgrade loses the Upgrade header in front of the proxy.
	StripUpgrade bool
	// DropSocketQuery loses the query string of WebSockets in front of the
	// proxy, and the CSRF token with it.
	DropSocketQuery bool
	// DropSocketCookie loses the cookies of WebSockets in front of the proxy, and
	// the session with them.
	DropSocketCookie bool
	// SilentProxy is the host of a node whose proxy service the repository has
	// lost contact with.
	SilentProxy string
	// OnlyNTLM takes NTLM alone behind the word Negotiate.
	OnlyNTLM bool
	// OnlyWrapped takes Kerberos in SPNEGO alone, not the bare token.
	OnlyWrapped bool
	// TakenFor is the user whom everybody who signs in with a ticket is taken for.
	TakenFor string
	// EngineDown leaves no engine to route to.
	EngineDown bool
	// NoLicence leaves no access type for users.
	NoLicence bool
	// IdleCut cuts WebSockets that carried no message for so long, as a
	// middle box would: without a word.
	IdleCut time.Duration
}
