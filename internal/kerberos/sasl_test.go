package kerberos_test

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"testing"

	"sensegate/internal/kerberos"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
)

// bound is a bind that was carried through on both sides.
func bound(t *testing.T, etype int32, peer *x509.Certificate) (*kerberos.SASL, *gss.SASLServer) {
	t.Helper()
	const target = "ldap/dc1.lab.test"
	l := startLab(t)
	l.accounts.set(kdc.Account{SAM: "DC1$", Password: "Dc-1", HasSPN: true, ETypes: []int32{etype}})
	l.accounts.own(target, "DC1$")
	acceptor, err := gss.New(gss.Options{Keys: l.kdc.Keys().KeySource(l.accounts, realm, "DC1$")})
	if err != nil {
		t.Fatal(err)
	}
	bind, err := l.client(t).SASL(t.Context(), "alice", l.keytab(t, "alice"), peer)
	if err != nil {
		t.Fatal(err)
	}
	server := acceptor.SASL()
	if peer == nil {
		server.OfferLayers()
	}
	token, more, err := bind.InitSecContext(target, nil)
	if err != nil || !more {
		t.Fatal(more, err)
	}
	reply, _, _, err := server.Step(token)
	if err != nil {
		t.Fatal(err)
	}
	if token, more, err = bind.InitSecContext(target, reply); err != nil || more {
		t.Fatal(more, err)
	}
	if reply, _, _, err = server.Step(token); err != nil {
		t.Fatal(err)
	}
	if token, err = bind.NegotiateSaslAuth(reply, ""); err != nil {
		t.Fatal(err)
	}
	_, done, who, err := server.Step(token)
	if err != nil || !done || who != "alice@LAB.TEST" {
		t.Errorf("%v %q %v", done, who, err)
	}
	if err := bind.DeleteSecContext(); err != nil {
		t.Error(err)
	}
	return bind, server
}

func certificateOf(t *testing.T, host string) *x509.Certificate {
	t.Helper()
	ca, err := pki.NewCA("lab")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.Server(host)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func TestSASL(t *testing.T) {
	peer := certificateOf(t, "dc1.lab.test")
	for _, etype := range []int32{kdc.AES256, kdc.AES128} {
		bind, server := bound(t, etype, peer)
		if bind.Layer() != nil || server.Layer() != nil {
			t.Error("a layer was agreed inside TLS")
		}
	}
}

// TestLayer sends messages both ways once sealing is agreed, and takes none
// that was changed, sent again or left out.
func TestLayer(t *testing.T) {
	for _, etype := range []int32{kdc.AES256, kdc.AES128} {
		bind, server := bound(t, etype, nil)
		ours, theirs := bind.Layer(), server.Layer()
		if ours == nil || theirs == nil || ours.Limit() < 1<<20 {
			t.Fatalf("no layer was agreed: %v %v", ours, theirs)
		}
		var first []byte
		for _, text := range []string{"one", "", strings.Repeat("long ", 10_000)} {
			sealed, err := ours.Seal([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > 2 && bytes.Contains(sealed, []byte(text)) {
				t.Error("it can be read on the way")
			}
			if got, err := theirs.Unwrap(sealed); err != nil || string(got) != text {
				t.Errorf("the server reads %d bytes, %v", len(got), err)
			}
			token, err := theirs.Wrap([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = bytes.Clone(token)
			}
			changed := bytes.Clone(token)
			changed[len(changed)-1] ^= 1
			if _, err := ours.Open(changed); err == nil {
				t.Error("a changed message was believed")
			}
			if got, err := ours.Open(token); err != nil || string(got) != text {
				t.Errorf("we read %d bytes, %v", len(got), err)
			}
		}
		if _, err := ours.Open(first); err == nil {
			t.Error("a message was believed twice")
		}
		if _, err := theirs.Wrap([]byte("lost")); err != nil {
			t.Fatal(err)
		}
		next, err := theirs.Wrap([]byte("next"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ours.Open(next); err == nil {
			t.Error("nobody noticed the message that is missing")
		}
	}
}

// A server that could not open the ticket, or one in the middle, is found out.
func TestSASLProvesTheServer(t *testing.T) {
	const target = "ldap/dc1.lab.test"
	l := startLab(t)
	l.accounts.own(target, "QLIK01$")
	acceptor, err := gss.New(gss.Options{Keys: l.kdc.Keys().KeySource(l.accounts, realm, "QLIK01$")})
	if err != nil {
		t.Fatal(err)
	}
	bind, err := l.client(t).SASL(t.Context(), "alice", l.keytab(t, "alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := bind.InitSecContext(target, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := acceptor.Accept(token)
	if err != nil {
		t.Fatal(err)
	}
	forged := append([]byte{}, result.Reply...)
	forged[len(forged)-1] ^= 1
	if _, _, err := bind.InitSecContext(target, forged); err == nil {
		t.Error("a forged proof was believed")
	}
	if _, _, err := bind.InitSecContext(target, []byte("nonsense")); err == nil {
		t.Error("nonsense was believed")
	}
}

func TestSASLBindsTheChannel(t *testing.T) {
	const target = "ldap/dc1.lab.test"
	l := startLab(t)
	l.accounts.own(target, "QLIK01$")
	acceptor, err := gss.New(gss.Options{Keys: l.kdc.Keys().KeySource(l.accounts, realm, "QLIK01$")})
	if err != nil {
		t.Fatal(err)
	}
	leaf := certificateOf(t, "dc1.lab.test")
	seen := map[string]bool{}
	for _, peer := range []*x509.Certificate{nil, leaf} {
		bind, err := l.client(t).SASL(t.Context(), "alice", l.keytab(t, "alice"), peer)
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := bind.InitSecContext(target, nil)
		if err != nil {
			t.Fatal(err)
		}
		result, err := acceptor.Accept(token)
		if err != nil {
			t.Fatal(err)
		}
		seen[hex.EncodeToString(result.Bindings)] = true
	}
	if len(seen) != 2 || !seen["00000000000000000000000000000000"] {
		t.Errorf("bindings %v", seen)
	}
}
