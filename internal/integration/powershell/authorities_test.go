package powershell_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// authority signs certificates, lists of revoked ones and answers about them.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
	// servers is the key of all that it signs for.
	servers *rsa.PrivateKey
	// list and responder are where it says that revocation is told.
	list, responder string
}

// newKey makes a key of a kind that Mono's chains can be built with.
func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t *testing.T, servers *rsa.PrivateKey, name, organisation string) *authority {
	t.Helper()
	a := &authority{key: newKey(t), servers: servers}
	tmpl := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: name, Organization: []string{organisation}, Country: []string{"US"}},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func serial(t *testing.T) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// server is a certificate for names that ends at a time.
func (a *authority) server(t *testing.T, end time.Time, names ...string) tls.Certificate {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: end.AddDate(-1, 0, 0), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if a.list != "" {
		tmpl.CRLDistributionPoints, tmpl.OCSPServer = []string{a.list}, []string{a.responder}
		tmpl.IssuingCertificateURL = []string{a.list + ".crt"}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, a.servers.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.servers}
}

// revoked is the authority's list, with two entries.
func (a *authority) revoked(t *testing.T) []byte {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: listed, NextUpdate: listed.AddDate(1, 0, 0)}
	for range 2 {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial(t), RevocationTime: listed})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// answer is what the authority's responder says to a question; nil where the
// question is not about a certificate of its own.
func (a *authority) answer(question []byte) ([]byte, error) {
	ask, err := ocsp.ParseRequest(question)
	if err != nil {
		return nil, err
	}
	h := ask.HashAlgorithm.New()
	h.Write(a.cert.RawSubject)
	if string(h.Sum(nil)) != string(ask.IssuerNameHash) {
		return ocsp.UnauthorizedErrorResponse, nil
	}
	return ocsp.CreateResponse(a.cert, a.cert, ocsp.Response{
		Status: ocsp.Good, SerialNumber: ask.SerialNumber, ThisUpdate: listed, NextUpdate: listed.AddDate(1, 0, 0), IssuerHash: crypto.SHA1,
	}, a.key)
}

// listed is the day of lists and answers.
var listed = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

func (a *authority) trusted() string { return base64.StdEncoding.EncodeToString(a.cert.Raw) }
