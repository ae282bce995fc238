package qlik

import (
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
)

// Object identifiers of PKCS #12 (RFC 7292) and PKCS #7.
const (
	oidData          = "1.2.840.113549.1.7.1"
	oidEncryptedData = "1.2.840.113549.1.7.6"
	oidKeyBag        = "1.2.840.113549.1.12.10.1.1"
	oidShroudedBag   = "1.2.840.113549.1.12.10.1.2"
	oidCertBag       = "1.2.840.113549.1.12.10.1.3"
	oidX509          = "1.2.840.113549.1.9.22.1"
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

type pfx struct {
	Version  int
	AuthSafe contentInfo
	MAC      asn1.RawValue `asn1:"optional"`
}

type encryptedData struct {
	Version int
	Info    struct {
		Type      asn1.ObjectIdentifier
		Algorithm asn1.RawValue
		Data      []byte `asn1:"tag:0,optional"`
	}
}

type safeBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"tag:0,explicit"`
	Attributes asn1.RawValue `asn1:"set,optional"`
}

type certBag struct {
	ID   asn1.ObjectIdentifier
	Data []byte `asn1:"tag:0,explicit"`
}

// newerPFX are the blocks of a PFX file whose parts are protected with PBES2, as
// OpenSSL writes it since version 3 and Windows on demand. The key is proved by
// its certificate, so that the checksum over the file is not needed.
func newerPFX(raw []byte, password string) ([]*pem.Block, error) {
	var p pfx
	if _, err := asn1.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("it is no PFX file: %w", err)
	}
	safes, err := contents(p.AuthSafe)
	if err != nil {
		return nil, err
	}
	var list []contentInfo
	if _, err := asn1.Unmarshal(safes, &list); err != nil {
		return nil, fmt.Errorf("reading its parts: %w", err)
	}
	var out []*pem.Block
	for _, part := range list {
		content, err := opened(part, password)
		if err != nil {
			return nil, err
		}
		var bags []safeBag
		if _, err := asn1.Unmarshal(content, &bags); err != nil {
			// What is decrypted with another password is rubbish.
			return nil, errWrongPassword
		}
		for _, b := range bags {
			block, err := b.block(password)
			if err != nil {
				return nil, err
			}
			if block != nil {
				out = append(out, block)
			}
		}
	}
	return out, nil
}

// contents is the octet string inside.
func contents(c contentInfo) ([]byte, error) {
	var inner []byte
	if c.Type.String() != oidData {
		return nil, fmt.Errorf("its content is of the kind %s, which is not known here", c.Type)
	}
	if _, err := asn1.Unmarshal(c.Content.Bytes, &inner); err != nil {
		return nil, fmt.Errorf("reading its content: %w", err)
	}
	return inner, nil
}

func opened(part contentInfo, password string) ([]byte, error) {
	if part.Type.String() != oidEncryptedData {
		return contents(part)
	}
	var e encryptedData
	if _, err := asn1.Unmarshal(part.Content.Bytes, &e); err != nil {
		return nil, fmt.Errorf("reading a protected part: %w", err)
	}
	return decryptPBES2(e.Info.Algorithm.FullBytes, e.Info.Data, password)
}

// block is the certificate or key of a bag; nil for anything else.
func (b safeBag) block(password string) (*pem.Block, error) {
	switch b.ID.String() {
	case oidKeyBag:
		return &pem.Block{Type: "PRIVATE KEY", Bytes: b.Value.Bytes}, nil
	case oidShroudedBag:
		der, err := pbes2(b.Value.Bytes, password)
		if err != nil {
			return nil, err
		}
		return &pem.Block{Type: "PRIVATE KEY", Bytes: der}, nil
	case oidCertBag:
		var c certBag
		if _, err := asn1.Unmarshal(b.Value.Bytes, &c); err != nil {
			return nil, fmt.Errorf("reading a certificate: %w", err)
		}
		if c.ID.String() != oidX509 {
			return nil, errors.New("a certificate in it is not of X.509")
		}
		return &pem.Block{Type: "CERTIFICATE", Bytes: c.Data}, nil
	}
	return nil, nil
}
