package gss

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"
)

// KeySource gives the long-term key of the service, as a keytab would.
type KeySource func(etype int32, kvno int) (types.EncryptionKey, error)

// Options configures an Acceptor.
type Options struct {
	Keys KeySource // required
	// Clock is the server's own time; nil means time.Now.
	Clock func() time.Time
	// Skew is how far clocks may differ; zero means five minutes.
	Skew time.Duration
	// ReplayLimit bounds the replay cache; zero means 16384 authenticators.
	ReplayLimit int
}

// Acceptor checks clients' tokens for one service. It may be shared.
type Acceptor struct {
	opt    Options
	replay *replayCache
}

// New makes an Acceptor.
func New(opt Options) (*Acceptor, error) {
	if opt.Keys == nil {
		return nil, errors.New("making an acceptor: a source of keys is needed")
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Skew == 0 {
		opt.Skew = 5 * time.Minute
	}
	if opt.ReplayLimit == 0 {
		opt.ReplayLimit = 16384
	}
	return &Acceptor{opt: opt, replay: newReplayCache(opt.ReplayLimit)}, nil
}

// Context flags a client asks for (RFC 4121 section 4.1.1.1).
const (
	FlagDelegate  = 1
	FlagMutual    = 2
	FlagReplay    = 4
	FlagSequence  = 8
	FlagConf      = 16
	FlagIntegrity = 32
)

// Result is an accepted token.
type Result struct {
	// Continue says that the exchange is not over: Reply goes to the client
	// and its next token decides. All else is empty then.
	Continue bool
	Reply    []byte // to send back; nil when the client wants no proof
	SPNEGO   bool   // the token was wrapped for negotiation
	Client   types.PrincipalName
	Realm    string
	Service  types.PrincipalName
	Flags    uint32
	Bindings []byte // channel bindings hash of the client, 16 bytes, zeros for none
	EndTime  time.Time

	subkey types.EncryptionKey // asserted by the acceptor
	seq    uint64
}

// Principal is the client as name@REALM.
func (r Result) Principal() string { return r.Client.PrincipalNameString() + "@" + r.Realm }

// Accept checks one token. Every error it returns is an *Error.
func (a *Acceptor) Accept(token []byte) (Result, error) {
	t, err := Parse(token)
	if err != nil {
		return Result{}, &Error{Reason: ReasonMalformed, Err: err}
	}
	switch t.Kind {
	case KindKerberos:
		return a.kerberos(t.Inner, nil)
	case KindInit:
		return a.negotiate(t)
	case KindResp:
		if isNTLM(t.Inner) {
			return Result{}, ntlm()
		}
		return a.kerberos(t.Inner, OIDKerberos())
	}
	return Result{}, ntlm()
}

// negotiate chooses Kerberos out of the client's list.
func (a *Acceptor) negotiate(t Token) (Result, error) {
	i := slices.IndexFunc(t.Mechs, isKerberos)
	offersNTLM := slices.ContainsFunc(t.Mechs, OIDNTLM().Equal)
	switch {
	case isNTLM(t.Inner), i < 0 && offersNTLM:
		return Result{}, ntlm()
	case i < 0:
		reply, err := NegTokenResp(StateReject, nil, nil)
		return Result{}, &Error{Reason: ReasonMechanism, Reply: reply, Err: err}
	}
	mech := t.Mechs[i]
	if _, _, err := parseKerberos(t.Inner); err != nil && (i > 0 || len(t.Inner) == 0) {
		// No token yet, or one for a mechanism the client likes better.
		reply, err := NegTokenResp(StateIncomplete, mech, nil)
		if err != nil {
			return Result{}, &Error{Reason: ReasonMalformed, Err: err}
		}
		return Result{Continue: true, SPNEGO: true, Reply: reply}, nil
	}
	return a.kerberos(t.Inner, mech)
}

func ntlm() *Error {
	reply, err := NegTokenResp(StateReject, nil, nil)
	return &Error{Reason: ReasonNTLM, Reply: reply, Err: err}
}

// kerberos checks a Kerberos GSS token; mech is nil when it came without
// SPNEGO, and the answer is wrapped accordingly.
func (a *Acceptor) kerberos(b []byte, mech asn1.ObjectIdentifier) (Result, error) {
	id, msg, err := parseKerberos(b)
	if err != nil {
		return Result{}, &Error{Reason: ReasonMalformed, Err: err}
	}
	if id != idAPReq {
		return Result{}, &Error{Reason: ReasonMalformed, Err: fmt.Errorf("token id %04x where an AP-REQ belongs", id)}
	}
	res, inner, refused := a.verify(msg)
	if refused != nil {
		refused.Reply = a.errorToken(refused, mech)
		return Result{}, refused
	}
	res.SPNEGO = mech != nil
	if mech == nil {
		res.Reply = inner
		return res, nil
	}
	if res.Reply, err = NegTokenResp(StateCompleted, mech, inner); err != nil {
		return Result{}, &Error{Reason: ReasonMalformed, Err: err}
	}
	return res, nil
}
