// Package krbclient is the Kerberos side of the lab's connector: it signs in as
// a computer account, takes tickets in users' names by S4U2Self and S4U2Proxy,
// and turns them into Negotiate headers. The plain calls beneath serve tests.
package krbclient

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// Client signs in as one account. Set the fields before the first call.
type Client struct {
	KDC     string // host:port, TCP
	Realm   string
	Account string // sAMAccountName
	// Password, or Key in its place: the long-term key for an encryption type
	// and the salt the KDC named.
	Password string
	Key      func(etype int32, salt string) (types.EncryptionKey, error)
	Clock    func() time.Time // nil means time.Now
	ETypes   []int32          // nil means AES256 and AES128
}

// Ticket is a ticket with what its holder needs to use it.
type Ticket struct {
	Raw     messages.Ticket
	Key     types.EncryptionKey // session key
	Client  types.PrincipalName // in whose name
	Realm   string
	Service types.PrincipalName
	Flags   asn1.BitString
	EndTime time.Time
}

// Forwardable tells whether the ticket may be used for delegation.
func (t Ticket) Forwardable() bool { return t.Flags.At(flags.Forwardable) == 1 }

func (c *Client) now() time.Time {
	if c.Clock != nil {
		return c.Clock().UTC()
	}
	return time.Now().UTC()
}

func (c *Client) realm() string { return strings.ToUpper(c.Realm) }

func (c *Client) etypes() []int32 {
	if c.ETypes != nil {
		return c.ETypes
	}
	return []int32{etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96}
}

func principal(kind int32, parts ...string) types.PrincipalName {
	return types.PrincipalName{NameType: kind, NameString: parts}
}

const ticketLife = 10 * time.Hour

// body starts the part that all requests have in common.
func (c *Client) body(sname types.PrincipalName, options ...int) (messages.KDCReqBody, error) {
	var n [4]byte
	if _, err := rand.Read(n[:]); err != nil {
		return messages.KDCReqBody{}, fmt.Errorf("choosing a nonce: %w", err)
	}
	b := messages.KDCReqBody{
		KDCOptions: types.NewKrbFlags(),
		Realm:      c.realm(),
		SName:      sname,
		Till:       c.now().Add(ticketLife).Truncate(time.Second),
		Nonce:      int(binary.BigEndian.Uint32(n[:]) & 0x7fffffff),
		EType:      c.etypes(),
	}
	types.SetFlags(&b.KDCOptions, options)
	return b, nil
}

// Login gets a forwardable ticket-granting ticket. It first asks without a
// password, as Windows does, to learn the salt.
func (c *Client) Login(ctx context.Context) (Ticket, error) {
	body, err := c.body(principal(nametype.KRB_NT_SRV_INST, "krbtgt", c.realm()), flags.Forwardable, flags.Renewable)
	if err != nil {
		return Ticket{}, err
	}
	body.CName = principal(nametype.KRB_NT_PRINCIPAL, c.Account)
	body.RTime = body.Till
	req := messages.ASReq{KDCReqFields: messages.KDCReqFields{PVNO: iana.PVNO, MsgType: msgtype.KRB_AS_REQ, ReqBody: body}}
	_, err = c.sendAS(ctx, req)
	e, ok := errors.AsType[*KDCError](err)
	if !ok || e.Code != errorcode.KDC_ERR_PREAUTH_REQUIRED {
		if err == nil {
			err = errors.New("the KDC asked for no pre-authentication")
		}
		return Ticket{}, fmt.Errorf("signing in as %s: %w", c.Account, err)
	}
	key, err := c.longTermKey(e.EData)
	if err != nil {
		return Ticket{}, fmt.Errorf("signing in as %s: %w", c.Account, err)
	}
	pa, err := c.timestamp(key)
	if err != nil {
		return Ticket{}, fmt.Errorf("signing in as %s: %w", c.Account, err)
	}
	req.PAData = types.PADataSequence{pa}
	rep, err := c.sendAS(ctx, req)
	if err != nil {
		return Ticket{}, fmt.Errorf("signing in as %s: %w", c.Account, err)
	}
	t, err := c.open(rep.KDCRepFields, key, keyusage.AS_REP_ENCPART, body.Nonce)
	if err != nil {
		return Ticket{}, fmt.Errorf("signing in as %s: %w", c.Account, err)
	}
	return t, nil
}

// longTermKey follows the first entry of ETYPE-INFO2.
func (c *Client) longTermKey(edata []byte) (types.EncryptionKey, error) {
	var pas types.PADataSequence
	if err := pas.Unmarshal(edata); err != nil {
		return types.EncryptionKey{}, fmt.Errorf("reading the KDC's hint: %w", err)
	}
	for _, pa := range pas {
		if pa.PADataType != patype.PA_ETYPE_INFO2 {
			continue
		}
		info, err := pa.GetETypeInfo2()
		if err != nil || len(info) == 0 {
			break
		}
		if c.Key != nil {
			return c.Key(info[0].EType, info[0].Salt)
		}
		return wire.StringToKey(c.Password, info[0].Salt, info[0].EType)
	}
	return types.EncryptionKey{}, errors.New("the KDC names no encryption type")
}

func (c *Client) timestamp(key types.EncryptionKey) (types.PAData, error) {
	now := c.now()
	b, err := asn1.Marshal(types.PAEncTSEnc{PATimestamp: now.Truncate(time.Second), PAUSec: now.Nanosecond() / 1000})
	if err != nil {
		return types.PAData{}, fmt.Errorf("marshaling the timestamp: %w", err)
	}
	ed, err := wire.Encrypt(b, key, keyusage.AS_REQ_PA_ENC_TIMESTAMP, 0)
	if err != nil {
		return types.PAData{}, err
	}
	v, err := ed.Marshal()
	if err != nil {
		return types.PAData{}, fmt.Errorf("marshaling the timestamp: %w", err)
	}
	return types.PAData{PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: v}, nil
}

// open decrypts a reply and checks that it answers this request.
func (c *Client) open(rep messages.KDCRepFields, key types.EncryptionKey, usage uint32, nonce int) (Ticket, error) {
	b, err := wire.Decrypt(rep.EncPart, key, usage)
	if err != nil {
		return Ticket{}, fmt.Errorf("opening the reply: %w", err)
	}
	var part messages.EncKDCRepPart
	if err := part.Unmarshal(b); err != nil {
		return Ticket{}, fmt.Errorf("reading the reply: %w", err)
	}
	if part.Nonce != nonce || part.SRealm != c.realm() || !strings.EqualFold(rep.Ticket.SName.PrincipalNameString(), part.SName.PrincipalNameString()) {
		return Ticket{}, errors.New("the reply belongs to another request")
	}
	return Ticket{
		Raw: rep.Ticket, Key: part.Key, Client: rep.CName, Realm: rep.CRealm,
		Service: part.SName, Flags: part.Flags, EndTime: part.EndTime,
	}, nil
}
