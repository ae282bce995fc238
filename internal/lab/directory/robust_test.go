package directory_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/directory/security"
	"sensegate/internal/lab/directory/wire"
	"sensegate/internal/lab/pki"
)

func raw(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestGarbageEndsTheConnection(t *testing.T) {
	l := start(t)
	for name, bytes := range map[string]string{
		"a web request":        "GET / HTTP/1.1\r\n\r\n",
		"an unknown operation": "\x30\x05\x02\x01\x01\x7e\x00",
		"too long":             "\x30\x84\x7f\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			c := raw(t, l.AddrLDAP())
			if _, err := io.WriteString(c, bytes); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if err != nil && !strings.Contains(err.Error(), "reset") {
				t.Fatal(err)
			}
			if len(got) > 0 && !strings.Contains(string(got), "1.3.6.1.4.1.1466.20036") {
				t.Errorf("answered % x", got)
			}
		})
	}
	if err := l.as(t, contoso.Admin()).Bind("alice", contoso.TestUser().Password); err != nil {
		t.Errorf("the server does not go on: %v", err)
	}
}

// What is sent along with StartTLS, still in clear, must not be taken for
// something said under encryption.
func TestStartTLSInjection(t *testing.T) {
	l := start(t)
	c := raw(t, l.AddrLDAP())
	startTLS := "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	unbind := "\x30\x05\x02\x01\x02\x42\x00"
	if _, err := io.WriteString(c, startTLS+unbind); err != nil {
		t.Fatal(err)
	}
	answer, err := wire.Read(bufio.NewReader(c))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), "Error initializing SSL/TLS") {
		t.Errorf("answered %q", answer)
	}
}

func TestCloseEndsConnections(t *testing.T) {
	l := start(t)
	idle := raw(t, l.AddrLDAP())
	halfway := raw(t, l.AddrLDAPS()) // never begins its handshake
	bound := l.as(t, contoso.Admin())
	done := make(chan error, 1)
	go func() { done <- l.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Close hangs")
	}
	for _, c := range []net.Conn{idle, halfway} {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a connection survived")
		}
	}
	if _, err := bound.WhoAmI(nil); err == nil {
		t.Error("a bound connection survived")
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if err := l.Start(t.Context()); err == nil {
		t.Error("a closed server started again")
	}
}

func TestEndOfContext(t *testing.T) {
	ca, err := pki.NewCA("x")
	if err != nil {
		t.Fatal(err)
	}
	s, err := directory.New(directory.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	c := raw(t, s.AddrLDAP())
	cancel()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a connection survived the context")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestPortInUse(t *testing.T) {
	l := start(t)
	ca, err := pki.NewCA("x")
	if err != nil {
		t.Fatal(err)
	}
	s, err := directory.New(directory.Options{CA: ca, LDAPS: l.AddrLDAPS()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "opening LDAPS") {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSilent(t *testing.T) {
	l := start(t)
	c := l.as(t, contoso.Admin())
	l.Update(func(s *directory.State) { s.Silent = true })
	c.SetTimeout(100 * time.Millisecond)
	if _, err := c.WhoAmI(nil); err == nil {
		t.Error("a silent server answered")
	}
}

func TestCatalogueDown(t *testing.T) {
	l := start(t)
	l.Update(func(s *directory.State) { s.Catalogue = false })
	c := raw(t, l.AddrGC())
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(fmt.Sprint(err), "reset") {
		t.Errorf("got %v", err)
	}
}

func TestAnotherCertificate(t *testing.T) {
	l := start(t)
	stranger, err := pki.NewCA("Stranger")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := stranger.Server("elsewhere.test")
	if err != nil {
		t.Fatal(err)
	}
	l.Update(func(s *directory.State) { s.Certificate = &cert })
	c, err := ldap.DialURL("ldaps://"+l.AddrLDAPS(), ldap.DialWithTLSConfig(l.tls))
	if err == nil {
		_ = c.Close()
		t.Fatal("the certificate of a stranger was accepted")
	}
	var unknown *tls.CertificateVerificationError
	if !errors.As(err, &unknown) && !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

func TestWithheldTokenGroups(t *testing.T) {
	l := start(t)
	if err := l.Store().Update(func(tx *directory.Tx) error { return tx.WithholdTokenGroups("alice", true) }); err != nil {
		t.Fatal(err)
	}
	alice := "CN=Alice Example,OU=Staff," + contoso.BaseDN
	groups := func(c *ldap.Conn) []string {
		out := []string{}
		for _, v := range find(t, c, alice, ldap.ScopeBaseObject, "(objectClass=*)", "tokenGroupsGlobalAndUniversal")[0].
			GetRawAttributeValues("tokenGroupsGlobalAndUniversal") {
			sid, _, err := security.ParseSID(v)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(sid))
		}
		return out
	}
	if got := groups(l.as(t, contoso.Admin())); !slices.Contains(got, contoso.DomainSID+"-513") || len(got) != 2 {
		t.Errorf("an administrator sees %v", got)
	}
	if got := groups(l.as(t, contoso.Qlik())); len(got) != 0 {
		t.Errorf("an ordinary account sees %v", got)
	}
}

func TestRootDSE(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 30, 15, 0, time.UTC)
	l := start(t, func(o *directory.Options) { o.Clock = func() time.Time { return at } })
	l.Update(func(s *directory.State) { s.ClockOffset, s.FunctionalLevel = 7*time.Minute, 10 })
	c := l.dial(t, l.AddrLDAP())
	root := find(t, c, "", ldap.ScopeBaseObject, "(objectClass=*)")[0]
	for name, want := range map[string]string{
		"defaultNamingContext": contoso.BaseDN, "configurationNamingContext": configuration,
		"ldapServiceName": "contoso.test:dc1$@CONTOSO.TEST", "currentTime": "20261121093715.0Z",
		"domainFunctionality": "10", "isGlobalCatalogReady": "TRUE", "dnsHostName": contoso.DC,
	} {
		if got := root.GetAttributeValue(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !slices.Contains(root.GetAttributeValues("supportedCapabilities"), "1.2.840.113556.1.4.800") {
		t.Error("not an Active Directory by its capabilities")
	}
	if got := find(t, c, "", ldap.ScopeBaseObject, "(objectClass=*)", "CURRENTTIME")[0].Attributes; len(got) != 1 {
		t.Errorf("asked for one attribute, got %v", got)
	}
	bound := l.as(t, contoso.Admin())
	if got := find(t, bound, "", ldap.ScopeBaseObject, "(objectClass=*)", "tokenGroups")[0].GetRawAttributeValues("tokenGroups"); len(got) < 3 {
		t.Errorf("%d token groups of an administrator", len(got))
	}
}

func TestManyAtOnce(t *testing.T) {
	l := start(t)
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 4 {
		c := l.as(t, contoso.Admin())
		wg.Go(func() {
			spn := fmt.Sprintf("HTTP/many%d.contoso.test", i)
			for range 10 {
				if err := c.Modify(modification(qlikDN, true, add("servicePrincipalName", spn))); err != nil {
					errs <- err
				}
				if _, err := c.Search(ldap.NewSearchRequest(contoso.BaseDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(servicePrincipalName=HTTP/many*)", nil, nil)); err != nil {
					errs <- err
				}
				if err := l.Store().Update(func(tx *directory.Tx) error { return tx.Remove("qlik", "servicePrincipalName", spn) }); err != nil {
					errs <- err
				}
				l.Store().BySPN(spn)
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}
