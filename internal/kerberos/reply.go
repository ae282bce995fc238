package kerberos

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// openReply checks what every reply must have, its enc-part opened, and makes
// the ticket of it.
func openReply(rep messages.KDCRepFields, plain []byte, nonce int) (ticket, error) {
	var part messages.EncKDCRepPart
	if err := guard(func() error { return part.Unmarshal(plain) }); err != nil {
		return ticket{}, fmt.Errorf("reading the KDC's reply: %w", err)
	}
	switch {
	case part.Nonce != nonce:
		return ticket{}, errors.New("the KDC's reply belongs to another request")
	case len(rep.Ticket.SName.NameString) == 0, len(rep.CName.NameString) == 0:
		return ticket{}, errors.New("the KDC's reply lacks a name")
	case !sameName(part.SName, rep.Ticket.SName):
		return ticket{}, errors.New("the KDC's reply names two services")
	}
	return ticket{
		raw: rep.Ticket, key: part.Key, client: rep.CName, crealm: rep.CRealm,
		flags: part.Flags.Bytes, until: part.EndTime.UTC(),
	}, nil
}

// newNonce is a random 31-bit number: some KDCs read it as signed.
func newNonce() (int, error) {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("drawing a random number: %w", err)
	}
	return int(binary.BigEndian.Uint32(b[:]) & 0x7fffffff), nil
}

// split cuts a time into the seconds and microseconds that Kerberos sends.
func split(t time.Time) (time.Time, int) {
	t = t.UTC()
	return t.Truncate(time.Second), t.Nanosecond() / int(time.Microsecond)
}

// timestampDER is PA-ENC-TS-ENC, RFC 4120 5.2.7.2.
func timestampDER(now time.Time) ([]byte, error) {
	seconds, micros := split(now)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(seconds) })
		b.AddASN1(explicit(1), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(micros)) })
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding the time: %w", err)
	}
	return der, nil
}
