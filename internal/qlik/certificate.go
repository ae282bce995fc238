package qlik

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/pkcs12"

	"sensegate/internal/site"
)

// Password gives the password of an exported key, asked for only where it is
// protected by one.
type Password func() (string, bool)

// located fills in what a folder of exported certificates holds: the one that
// the console writes, or the ".Local Certificates" of the Qlik host.
func located(q site.Qlik) site.Qlik {
	info, err := os.Stat(q.Certificate)
	if err != nil || !info.IsDir() {
		return q
	}
	dir := q.Certificate
	present := func(names ...string) string {
		for _, name := range names {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return filepath.Join(dir, name)
			}
		}
		return filepath.Join(dir, names[0])
	}
	q.Certificate = present("client.pem", "client.pfx")
	if q.Key == "" {
		q.Key = filepath.Join(dir, "client_key.pem")
	}
	if q.Root == "" {
		q.Root = present("root.pem", "root.cer")
	}
	return q
}

// identity reads the client certificate and its key: a PEM pair, or a PFX that
// holds both.
func identity(q site.Qlik, password Password) (tls.Certificate, error) {
	certificate, err := os.ReadFile(q.Certificate)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading the client certificate: %w", err)
	}
	if ext := strings.ToLower(filepath.Ext(q.Certificate)); ext == ".pfx" || ext == ".p12" {
		return fromPFX(certificate, password)
	}
	key, err := os.ReadFile(q.Key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading the client certificate's key: %w", err)
	}
	if bytes.Contains(key, []byte("ENCRYPTED")) {
		if key, err = decrypted(key, password); err != nil {
			return tls.Certificate{}, fmt.Errorf("reading the client certificate's key: %w", err)
		}
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading the client certificate's key: %w", err)
	}
	return pair, nil
}

// errNoPassword names the variable, because nothing prompts for it.
var errNoPassword = errors.New("it is protected by a password: give it in SENSEGATE_QLIK_PASSWORD, or export the set again without one")

func fromPFX(raw []byte, password Password) (tls.Certificate, error) {
	const op = "reading the client certificate"
	secret := "" // Windows exports without a password too
	if password != nil {
		secret, _ = password()
	}
	blocks, err := pkcs12.ToPEM(raw, secret)
	if err != nil && !errors.Is(err, pkcs12.ErrIncorrectPassword) {
		// The library knows the older forms of protection alone.
		if blocks, err = newerPFX(raw, secret); errors.Is(err, errWrongPassword) {
			err = pkcs12.ErrIncorrectPassword
		}
	}
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && secret == "":
		return tls.Certificate{}, fmt.Errorf("%s: %w", op, errNoPassword)
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return tls.Certificate{}, fmt.Errorf("%s: the password is not that of the PFX file", op)
	case err != nil:
		return tls.Certificate{}, fmt.Errorf("%s: the PFX file is not readable here, export the platform independent PEM set instead: %w", op, err)
	}
	var chain, key bytes.Buffer
	for _, b := range blocks {
		to := &chain
		if strings.Contains(b.Type, "KEY") {
			to = &key
		}
		if err := pem.Encode(to, &pem.Block{Type: b.Type, Bytes: b.Bytes}); err != nil {
			return tls.Certificate{}, fmt.Errorf("%s: %w", op, err)
		}
	}
	pair, err := tls.X509KeyPair(leafFirst(chain.Bytes(), key.Bytes()), key.Bytes())
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", op, err)
	}
	return pair, nil
}

// leafFirst puts the certificate that fits the key before the others: a PFX
// keeps them in any order.
func leafFirst(chain, key []byte) []byte {
	var rest []byte
	for left := chain; ; {
		var b *pem.Block
		if b, left = pem.Decode(left); b == nil {
			return chain
		}
		one := pem.EncodeToMemory(b)
		if _, err := tls.X509KeyPair(one, key); err == nil {
			return bytes.Join([][]byte{one, rest, left}, nil)
		}
		rest = append(rest, one...)
	}
}

// authority reads the site's own authority, PEM or as Windows exports it.
func authority(path string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the repository's authority: %w", err)
	}
	pool := x509.NewCertPool()
	if pool.AppendCertsFromPEM(raw) {
		return pool, nil
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the repository's authority: %s holds no PEM certificate, nor one in the form of Windows", path)
	}
	pool.AddCert(c)
	return pool, nil
}
