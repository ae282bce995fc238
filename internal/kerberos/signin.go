package kerberos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const (
	kdcRequestLife = 10 * time.Hour

	optForwardable  = 1
	optRenewable    = 8
	optProxyTicket  = 14 // cname-in-addl-tkt, MS-SFU 2.2.3
	optCanonicalize = 15
)

// signIn obtains a ticket-granting ticket: a request without proof, which
// tells salt and encryption, then exactly one with it.
func (c *Client) signIn(ctx context.Context, cred credential) (ticket, error) {
	op := "signing in as " + cred.name
	release, err := c.refusals.enter(ctx, cred, c.now())
	if err != nil {
		return ticket{}, wrap(op, err, true)
	}
	defer release()
	if cred.password != "" && c.mayTry != nil {
		if err := c.mayTry(ctx, cred.name); err != nil {
			return ticket{}, err
		}
	}
	t, err := c.authenticate(ctx, cred)
	if err != nil {
		var k *KDCError
		// Only these two cost the account a bad password.
		if errors.Is(err, errBadSecret) || errors.As(err, &k) && k.Code == 24 {
			c.refusals.remember(cred, c.now(), err)
		}
		return ticket{}, wrap(op, err, true)
	}
	return t, nil
}

var errBadSecret = errors.New("the password or key does not open the KDC's answer")

func (c *Client) authenticate(ctx context.Context, cred credential) (ticket, error) {
	req, err := c.asRequest(cred.principal(), cred.realm, krbtgt(cred.realm))
	if err != nil {
		return ticket{}, err
	}
	if req.ReqBody.EType, err = cred.etypes(); err != nil {
		return ticket{}, err
	}
	raw, err := c.exchange(ctx, cred.realm, &req)
	var info []etypeInfo
	if k, ok := asKDCError(err); ok && k.Code == 25 {
		info = etypeInfos(k.EData)
		pa, perr := c.timestamp(cred, info)
		if perr != nil {
			return ticket{}, perr
		}
		req.PAData = types.PADataSequence{pa}
		raw, err = c.exchange(ctx, cred.realm, &req)
	}
	if err != nil {
		return ticket{}, err
	}
	return openASReply(raw, req, cred, info)
}

// asRequest makes an AS-REQ that offers AES and nothing else.
func (c *Client) asRequest(client types.PrincipalName, realm string, server types.PrincipalName) (messages.ASReq, error) {
	nonce, err := newNonce()
	if err != nil {
		return messages.ASReq{}, err
	}
	options := types.NewKrbFlags()
	types.SetFlag(&options, optForwardable)
	types.SetFlag(&options, optRenewable)
	if client.NameType == enterprise {
		types.SetFlag(&options, optCanonicalize)
	}
	now := c.now().UTC()
	return messages.ASReq{KDCReqFields: messages.KDCReqFields{
		PVNO: 5, MsgType: 10,
		ReqBody: messages.KDCReqBody{
			KDCOptions: options, CName: client, Realm: realm, SName: server,
			Till: now.Add(kdcRequestLife), RTime: now.Add(kdcRequestLife),
			Nonce: nonce, EType: offered(),
		},
	}}, nil
}

// timestamp is the proof: the time, sealed with the account's key.
func (c *Client) timestamp(cred credential, info []etypeInfo) (types.PAData, error) {
	key, version, err := firstKey(cred, info)
	if err != nil {
		return types.PAData{}, err
	}
	now := c.now().UTC()
	plain, err := timestampDER(now)
	if err != nil {
		return types.PAData{}, err
	}
	sealed, err := encrypt(plain, key, usageTimestamp, version)
	if err != nil {
		return types.PAData{}, err
	}
	value, err := sealed.Marshal()
	if err != nil {
		return types.PAData{}, fmt.Errorf("encoding the proof: %w", err)
	}
	return types.PAData{PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: value}, nil
}

// firstKey takes the first of the KDC's encryptions that the credential has a
// key for.
func firstKey(cred credential, info []etypeInfo) (types.EncryptionKey, int, error) {
	if len(info) == 0 {
		for _, e := range offered() {
			info = append(info, etypeInfo{etype: e})
		}
	}
	errs := make([]error, 0, len(info))
	for _, i := range info {
		key, version, err := cred.key(i)
		if err == nil {
			return key, version, nil
		}
		errs = append(errs, err)
	}
	return types.EncryptionKey{}, 0, noKey(cred, errors.Join(errs...))
}

func noKey(cred credential, err error) error {
	return &fact.Error{Kind: fact.NotSignedIn, System: kdcSystem, Op: "signing in as " + cred.name, Code: "no-key", Err: err}
}

// etypeInfos reads PA-ETYPE-INFO2 from the e-data of error 25, or from the
// padata of a reply.
func etypeInfos(edata []byte) []etypeInfo {
	var pas types.PADataSequence
	if err := guard(func() error { return pas.Unmarshal(edata) }); err != nil {
		return nil
	}
	return infosOf(pas)
}

func infosOf(pas types.PADataSequence) []etypeInfo {
	var out []etypeInfo
	for i := range pas {
		if pas[i].PADataType != patype.PA_ETYPE_INFO2 {
			continue
		}
		var entries types.ETypeInfo2
		if err := guard(func() error { return entries.Unmarshal(pas[i].PADataValue) }); err != nil {
			continue
		}
		for _, e := range entries {
			out = append(out, etypeInfo{etype: e.EType, salt: e.Salt, salted: e.Salt != "", params: e.S2KParams})
		}
	}
	return out
}

// openASReply checks and opens the reply to req.
func openASReply(raw []byte, req messages.ASReq, cred credential, info []etypeInfo) (ticket, error) {
	var rep messages.ASRep
	if err := guard(func() error { return rep.Unmarshal(raw) }); err != nil {
		return ticket{}, fmt.Errorf("reading the KDC's reply: %w", err)
	}
	if !strings.EqualFold(rep.CRealm, cred.realm) {
		return ticket{}, fmt.Errorf("the KDC answered for realm %s", netprobe.Clean(rep.CRealm))
	}
	// With a UPN the KDC answers with the name the account really has.
	if req.ReqBody.CName.NameType != enterprise && !sameName(rep.CName, req.ReqBody.CName) {
		return ticket{}, errors.New("the KDC answered for another account")
	}
	use := etypeInfo{etype: rep.EncPart.EType}
	for _, i := range append(infosOf(rep.PAData), info...) {
		if i.etype == rep.EncPart.EType {
			use = i
			break
		}
	}
	key, _, err := cred.key(use)
	if err != nil {
		return ticket{}, err
	}
	plain, err := decrypt(rep.EncPart, key, usageASReply)
	if errors.Is(err, errWrongKey) {
		return ticket{}, errBadSecret
	}
	if err != nil {
		return ticket{}, err
	}
	t, err := openReply(rep.KDCRepFields, plain, req.ReqBody.Nonce)
	if err != nil {
		return ticket{}, err
	}
	if !sameName(t.raw.SName, req.ReqBody.SName) {
		return ticket{}, errors.New("the KDC answered with a ticket for another service")
	}
	return t, nil
}
