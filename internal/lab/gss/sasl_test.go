package gss_test

import (
	"errors"
	"net"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	ldapgssapi "github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/gss"
)

// bindServer speaks as much LDAP as a SASL bind and an empty search take.
type bindServer struct {
	listener net.Listener
	acceptor *gss.Acceptor
	mu       sync.Mutex
	bound    []string
	wg       sync.WaitGroup
}

func newBindServer(t *testing.T, a *gss.Acceptor) *bindServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &bindServer{listener: l, acceptor: a}
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		s.wg.Wait()
	})
	return s
}

func (s *bindServer) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	sasl := s.acceptor.SASL()
	for {
		p, err := ber.ReadPacket(c)
		if err != nil || len(p.Children) < 2 {
			return
		}
		op := p.Children[1]
		var out *ber.Packet
		switch op.Tag {
		case ldap.ApplicationBindRequest:
			out = s.bind(sasl, op)
		case ldap.ApplicationSearchRequest:
			out = result(ldap.ApplicationSearchResultDone, 0, "")
		default:
			return
		}
		env := ber.NewSequence("")
		env.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, p.Children[0].Value, ""))
		env.AppendChild(out)
		if _, err := c.Write(env.Bytes()); err != nil {
			return
		}
	}
}

func result(tag ber.Tag, code int, text string) *ber.Packet {
	r := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	r.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, ""))
	return r
}

func (s *bindServer) bind(sasl *gss.SASLServer, op *ber.Packet) *ber.Packet {
	auth := op.Children[2]
	var token []byte
	if len(auth.Children) > 1 {
		token = auth.Children[1].Data.Bytes()
	}
	reply, done, who, err := sasl.Step(token)
	if err != nil {
		return result(ldap.ApplicationBindResponse, ldap.LDAPResultInvalidCredentials, err.Error())
	}
	if done {
		s.mu.Lock()
		s.bound = append(s.bound, who)
		s.mu.Unlock()
		return result(ldap.ApplicationBindResponse, 0, "")
	}
	r := result(ldap.ApplicationBindResponse, ldap.LDAPResultSaslBindInProgress, "")
	r.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 7, string(reply), ""))
	return r
}

func (s *bindServer) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bound...)
}

func TestForeignSASLClient(t *testing.T) {
	b := newBench(t, "DC1$", nil)
	s := newBindServer(t, b.acceptor)
	u := contoso.TestUser()
	for _, authzid := range []string{"", "alice@contoso.test", "admin"} {
		t.Run("authzid "+authzid, func(t *testing.T) {
			cl := client.NewWithPassword(u.SAM, contoso.Realm, u.Password, b.config(), client.DisablePAFXFAST(true))
			g := &ldapgssapi.Client{Client: cl}
			defer func() { _ = g.Close() }()
			if err := cl.Login(); err != nil {
				t.Fatal(err)
			}
			conn, err := ldap.DialURL("ldap://" + s.listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			err = conn.GSSAPIBind(g, "ldap/"+contoso.DC, authzid)
			if foreign := authzid == "admin"; foreign != (err != nil) {
				t.Errorf("bind: %v", err)
			}
		})
	}
	if got := s.names(); len(got) != 2 || got[0] != "alice@CONTOSO.TEST" {
		t.Errorf("bound as %v", got)
	}
}

func TestSASLSequence(t *testing.T) {
	b := newBench(t, "DC1$", nil)
	c := b.alice()
	header, _, err := c.Negotiate(ticket(t, c, "ldap/"+contoso.DC), false)
	if err != nil {
		t.Fatal(err)
	}
	first := decode(t, header)
	t.Run("server speaks first, then a token out of turn", func(t *testing.T) {
		s := b.acceptor.SASL()
		if reply, done, _, err := s.Step(nil); err != nil || done || len(reply) != 0 {
			t.Fatalf("% x %v %v", reply, done, err)
		}
		if reply, done, _, err := s.Step(first); err != nil || done || len(reply) == 0 {
			t.Fatalf("% x %v %v", reply, done, err)
		}
		if _, _, _, err := s.Step(first); !errors.Is(err, gss.ErrSequence) {
			t.Errorf("got %v", err)
		}
		if _, _, _, err := s.Step(nil); !errors.Is(err, gss.ErrSequence) {
			t.Errorf("the bind goes on after its end: %v", err)
		}
	})
	t.Run("a forged choice of layer", func(t *testing.T) {
		header, _, err := c.Negotiate(ticket(t, c, "ldap/"+contoso.DC), false)
		if err != nil {
			t.Fatal(err)
		}
		s := b.acceptor.SASL()
		if _, _, _, err := s.Step(decode(t, header)); err != nil {
			t.Fatal(err)
		}
		offer, _, _, err := s.Step(nil)
		if err != nil {
			t.Fatal(err)
		}
		offer[2] &^= 1 // the server's own token, dressed as the client's
		if _, done, _, err := s.Step(offer); err == nil || done {
			t.Error("accepted")
		}
	})
	t.Run("SPNEGO does not belong here", func(t *testing.T) {
		header, _, err := c.Negotiate(ticket(t, c, "ldap/"+contoso.DC), true)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := b.acceptor.SASL().Step(decode(t, header)); err == nil {
			t.Error("accepted")
		}
	})
}
