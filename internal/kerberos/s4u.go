package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/jcmturner/gokrb5/v8/crypto/rfc4757"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// MS-SFU 2.2.1, 2.2.4 and MS-KILE 2.2.10.
const (
	paForUser    = 129
	paPACOptions = 167

	checksumHMACMD5 = -138
	authPackage     = "Kerberos"
)

var errNoS4U = errors.New("the KDC ignored the request to act for the user: it does not know S4U2Self")

// s4u2self asks for a ticket of user's to the asker itself.
func (c *Client) s4u2self(ctx context.Context, tgt ticket, user string) (ticket, error) {
	name := types.PrincipalName{NameType: nametype.KRB_NT_PRINCIPAL, NameString: []string{user}}
	if strings.Contains(user, "@") {
		name.NameType = enterprise
	}
	pa, err := forUser(tgt.key.KeyValue, name, tgt.crealm)
	if err != nil {
		return ticket{}, err
	}
	t, err := c.serviceTicket(ctx, tgt, wish{
		server:   types.PrincipalName{NameType: nametype.KRB_NT_PRINCIPAL, NameString: tgt.client.NameString},
		realm:    tgt.crealm,
		padata:   types.PADataSequence{{PADataType: paForUser, PADataValue: pa}},
		onBehalf: true,
	})
	if err != nil {
		return ticket{}, err
	}
	// A KDC that does not know the extension issues a ticket for the asker.
	if sameName(t.client, tgt.client) {
		return ticket{}, errNoS4U
	}
	return t, nil
}

// s4u2proxy turns the evidence ticket into one of the same user's to spn.
func (c *Client) s4u2proxy(ctx context.Context, tgt, evidence ticket, spn string, resourceBased bool) (ticket, error) {
	name, realm := service(spn)
	if realm == "" {
		realm = tgt.crealm
	}
	w := wish{
		server: name, realm: realm, options: []int{optProxyTicket},
		additional: []messages.Ticket{evidence.raw}, onBehalf: true,
	}
	if resourceBased {
		pa, err := pacOptions()
		if err != nil {
			return ticket{}, err
		}
		w.padata = types.PADataSequence{{PADataType: paPACOptions, PADataValue: pa}}
	}
	t, err := c.serviceTicket(ctx, tgt, w)
	if err != nil {
		return ticket{}, err
	}
	if !sameName(t.client, evidence.client) {
		return ticket{}, errors.New("the KDC answered for another user")
	}
	return t, nil
}

// forUser is PA-FOR-USER, its checksum keyed with the session key whatever its
// type.
func forUser(key []byte, user types.PrincipalName, realm string) ([]byte, error) {
	sum, err := forUserChecksum(key, user, realm)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { addPrincipal(b, user) })
		b.AddASN1(explicit(1), func(b *cryptobyte.Builder) { addGeneralString(b, realm) })
		b.AddASN1(explicit(2), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1Int64(checksumHMACMD5) })
				b.AddASN1(explicit(1), func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum) })
			})
		})
		b.AddASN1(explicit(3), func(b *cryptobyte.Builder) { addGeneralString(b, authPackage) })
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding the user: %w", err)
	}
	return der, nil
}

func forUserChecksum(key []byte, user types.PrincipalName, realm string) ([]byte, error) {
	data := binary.LittleEndian.AppendUint32(nil, uint32(user.NameType)) //nolint:gosec // a small constant
	for _, part := range user.NameString {
		data = append(data, part...)
	}
	data = append(append(data, realm...), authPackage...)
	sum, err := rfc4757.Checksum(key, usageForUser, data)
	if err != nil {
		return nil, fmt.Errorf("signing the user: %w", err)
	}
	return sum, nil
}

// pacOptions is PA-PAC-OPTIONS with the bit for resource-based delegation.
func pacOptions() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1BitString([]byte{0x10, 0, 0, 0}) })
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding the options: %w", err)
	}
	return der, nil
}

func addPrincipal(b *cryptobyte.Builder, p types.PrincipalName) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(p.NameType)) })
		b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, part := range p.NameString {
					addGeneralString(b, part)
				}
			})
		})
	})
}

func addGeneralString(b *cryptobyte.Builder, s string) {
	b.AddASN1(cbasn1.GeneralString, func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
}
