package directory_test

import (
	"errors"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
)

// acceptor plays both rounds of a GSSAPI bind: a ticket that names its owner,
// then the choice of no security layer.
type acceptor struct {
	round     int
	principal string
}

func (a *acceptor) Step(token []byte) (reply []byte, done bool, principal string, err error) {
	a.round++
	switch a.round {
	case 1:
		if string(token) == "stolen" {
			return nil, false, "", errors.New("the ticket does not decrypt")
		}
		a.principal = string(token)
		return []byte("ap-rep"), false, "", nil
	case 2:
		if len(token) != 0 {
			return nil, false, "", errors.New("an empty token was expected")
		}
		return []byte("\x01\x00\x10\x00"), false, "", nil
	}
	return nil, true, a.principal, nil
}

// initiator is the client's side, driven by go-ldap.
type initiator struct{ principal string }

func (i initiator) InitSecContext(_ string, token []byte) ([]byte, bool, error) {
	if token == nil {
		return []byte(i.principal), true, nil
	}
	return nil, false, nil
}

func (i initiator) InitSecContextWithOptions(target string, token []byte, _ []int) ([]byte, bool, error) {
	return i.InitSecContext(target, token)
}

func (i initiator) NegotiateSaslAuth([]byte, string) ([]byte, error) {
	return []byte("\x01\x00\x00\x00"), nil
}

func (i initiator) DeleteSecContext() error { return nil }

func TestGSSAPI(t *testing.T) {
	l := start(t, func(o *directory.Options) {
		o.AcceptGSS = func() directory.GSSAcceptor { return &acceptor{} }
	})
	tests := []struct {
		name, principal, addr string
		code                  uint16
		part, who             string
	}{
		{name: "a person", principal: "admin@CONTOSO.TEST", addr: l.AddrLDAPS(), who: `u:CONTOSO\admin`},
		{name: "a computer", principal: "CONN01$@CONTOSO.TEST", addr: l.AddrLDAPS(), who: `u:CONTOSO\CONN01$`},
		{name: "a bad ticket", principal: "stolen", addr: l.AddrLDAPS(), code: 49, part: "80090308"},
		{name: "nobody", principal: "nobody@CONTOSO.TEST", addr: l.AddrLDAPS(), code: 49, part: "data 525"},
		{name: "disabled", principal: "former@CONTOSO.TEST", addr: l.AddrLDAPS(), code: 49, part: "data 533"},
		{name: "in clear", principal: "admin@CONTOSO.TEST", addr: l.AddrLDAP(), code: 8, part: "integrity checking"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := l.dial(t, tt.addr)
			wantResult(t, c.GSSAPIBind(initiator{tt.principal}, "ldap/"+contoso.DC, ""), tt.code, tt.part)
			who, err := c.WhoAmI(nil)
			if err != nil || who.AuthzID != tt.who {
				t.Errorf("bound as %v, %v", who, err)
			}
		})
	}
	l.Update(func(s *directory.State) { s.GSSAPI = false })
	wantResult(t, l.dial(t, l.AddrLDAPS()).GSSAPIBind(initiator{"admin@CONTOSO.TEST"}, "ldap/x", ""), ldap.LDAPResultAuthMethodNotSupported, "")
}

func TestOtherMechanisms(t *testing.T) {
	l := start(t)
	c := l.dial(t, l.AddrLDAPS())
	wantResult(t, c.ExternalBind(), ldap.LDAPResultAuthMethodNotSupported, "")
	wantResult(t, c.GSSAPIBind(initiator{"admin@CONTOSO.TEST"}, "ldap/x", ""), ldap.LDAPResultAuthMethodNotSupported, "")
	wantResult(t, c.NTLMBind("CONTOSO", "admin", "x"), ldap.LDAPResultAuthMethodNotSupported, "")
}
