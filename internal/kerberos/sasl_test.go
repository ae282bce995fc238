package kerberos_test

import (
	"crypto/x509"
	"encoding/hex"
	"testing"

	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
)

func TestSASL(t *testing.T) {
	const target = "ldap/dc1.lab.test"
	for _, etype := range []int32{kdc.AES256, kdc.AES128} {
		l := startLab(t)
		l.accounts.set(kdc.Account{SAM: "DC1$", Password: "Dc-1", HasSPN: true, ETypes: []int32{etype}})
		l.accounts.own(target, "DC1$")
		acceptor, err := gss.New(gss.Options{Keys: l.kdc.Keys().KeySource(l.accounts, realm, "DC1$")})
		if err != nil {
			t.Fatal(err)
		}
		bind, err := l.client(t).SASL(t.Context(), "alice", l.keytab(t, "alice"), nil)
		if err != nil {
			t.Fatal(err)
		}
		server := acceptor.SASL()
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
	ca, err := pki.NewCA("lab")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.Server("dc1.lab.test")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
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
