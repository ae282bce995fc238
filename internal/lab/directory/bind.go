package directory

import (
	"context"
	"errors"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// Extended operations by OID.
const (
	oidStartTLS   = "1.3.6.1.4.1.1466.20037"
	oidWhoAmI     = "1.3.6.1.4.1.4203.1.11.3"
	oidDisconnect = "1.3.6.1.4.1.1466.20036"
)

// bind proves who speaks. Whatever comes of it, an earlier identity is gone.
func (ss *session) bind(req wire.BindRequest, st State, answer *wire.Response) error {
	ss.caller = ""
	if !req.SASL || req.Mechanism != "GSSAPI" {
		ss.gss = nil
	}
	switch {
	case req.Version < 2 || req.Version > 3:
		return comment(codeProtocol, "00000057", "0C090A4F", "Error decoding ldap message")
	case req.Simple:
		return ss.simpleBind(req, st)
	case req.SASL && req.Mechanism == "GSSAPI" && st.GSSAPI && ss.server.acceptGSS != nil:
		return ss.gssBind(req, st, answer)
	}
	ss.gss = nil
	return comment(codeAuthMethod, "00002027", "0C090D7A", "Invalid authentication method")
}

func (ss *session) simpleBind(req wire.BindRequest, st State) error {
	if len(req.Credentials) == 0 {
		// An empty password never proves a name; with or without one the
		// connection is anonymous.
		return nil
	}
	if st.RequireIntegrity && !ss.private(st) {
		return needIntegrity()
	}
	if req.Name == "" {
		return badCredentials(uint32(0x57))
	}
	account, err := ss.server.store.Authenticate(req.Name, string(req.Credentials))
	return ss.become(account, err)
}

// become binds the connection to an account, or words why not.
func (ss *session) become(a Account, err error) error {
	if no, ok := errors.AsType[*LogonError](err); ok {
		return badCredentials(no.Status)
	}
	if err != nil {
		return err
	}
	d, err := parseDN(a.DN)
	if err != nil {
		return err
	}
	ss.caller = d.key()
	return nil
}

// gssBind carries one message of a GSSAPI exchange; the acceptor judges it.
func (ss *session) gssBind(req wire.BindRequest, st State, answer *wire.Response) error {
	if ss.gss == nil {
		ss.gss = ss.server.acceptGSS()
		if l, ok := ss.gss.(layered); ok && !ss.encrypted {
			l.OfferLayers()
		}
	}
	reply, done, principal, err := ss.gss.Step(req.Credentials)
	if err != nil {
		ss.gss = nil
		answer.SASL = reply
		return badCredentials(WrongPassword)
	}
	if reply != nil {
		answer.SASL = reply
	} else if !done {
		answer.SASL = []byte{}
	}
	if !done {
		answer.Code = codeSASLInProgress
		return nil
	}
	protection := layerOf(ss.gss)
	bound := ss.bindsChannel(st)
	ss.gss = nil
	switch {
	case st.RequireIntegrity && !ss.private(st) && protection == nil:
		return needIntegrity()
	case !bound:
		return badBindings()
	}
	account, ok := ss.server.store.Find(strings.ReplaceAll(principal, `\@`, "@"))
	if !ok {
		return badCredentials(NoSuchUser)
	}
	if err := ss.become(account, admit(account)); err != nil {
		return err
	}
	ss.agreed = protection
	return nil
}

// extended answers the operations that are known by OID.
func (ss *session) extended(req wire.ExtendedRequest, answer *wire.Response) error {
	if req.OID != oidWhoAmI {
		return comment(codeProtocol, "0000203D", "0C090D4C", "Unknown extended request OID")
	}
	return ss.server.store.View(func(tx *Tx) error {
		answer.Value = []byte(displayName(tx.store.entries[ss.caller]))
		return nil
	})
}

// startTLS answers in clear and then secures the connection. Anything the peer
// sent ahead of the handshake would be read as if it had been encrypted.
func (ss *session) startTLS(ctx context.Context, answer wire.Response) bool {
	answer.OID = oidStartTLS
	if ss.server.present().NoTLS {
		answer.Result = comment(codeUnavailable, "00000000", "0C090E17", "Error initializing SSL/TLS").Result
		return ss.send(answer) == nil
	}
	if ss.encrypted || ss.agreed != nil || ss.in.Buffered() > 0 {
		answer.Result = comment(codeOperations, "00000001", "0C090E0B", "Error initializing SSL/TLS").Result
		return ss.send(answer) == nil
	}
	if ss.send(answer) != nil {
		return false
	}
	return ss.secure(ctx) == nil
}
