package kdc

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// as answers an AS-REQ: somebody signs in.
func (r *request) as() ([]byte, error) {
	if !equalRealm(r.body.Realm, r.opt.Realm) {
		return nil, &refusal{code: errorcode.KDC_ERR_WRONG_REALM, crealm: r.opt.Realm}
	}
	if slices.ContainsFunc([]int{flags.Forwarded, flags.Proxy, flags.EncTktInSkey, flags.Renew, flags.Validate, wire.CNameInAddlTkt}, r.option) {
		return nil, refuse(errorcode.KDC_ERR_BADOPTION)
	}
	client, ok := r.account(r.body.CName)
	if !ok {
		return nil, refuse(errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN)
	}
	if err := revoked(client); err != nil {
		return nil, err
	}
	if client.Confined {
		return nil, refuse(errorcode.KDC_ERR_POLICY)
	}
	if client.MustChangePassword && r.body.SName.PrincipalNameString() != "kadmin/changepw" {
		return nil, refuseStatus(errorcode.KDC_ERR_KEY_EXPIRED, wire.StatusPasswordMustChange)
	}
	key, err := r.preauthenticate(client)
	if err != nil {
		return nil, err
	}
	t, err := r.target()
	if err != nil {
		return nil, err
	}
	return r.signIn(client, key, t)
}

// preauthenticate checks the encrypted timestamp and gives the key it was
// made with, which is the key of the reply.
func (r *request) preauthenticate(client Account) (types.EncryptionKey, error) {
	var none types.EncryptionKey
	common := slices.DeleteFunc(client.keyTypes(), func(e int32) bool {
		return !slices.Contains(r.body.EType, e) || (client.ProtectedUser && e == RC4)
	})
	if len(common) == 0 {
		return none, refuse(errorcode.KDC_ERR_ETYPE_NOSUPP)
	}
	hint, err := methodData(client, r.opt.Realm, common)
	if err != nil {
		return none, err
	}
	value, ok := r.pa(patype.PA_ENC_TIMESTAMP)
	if !ok {
		return none, &refusal{code: errorcode.KDC_ERR_PREAUTH_REQUIRED, edata: hint}
	}
	failed := &refusal{code: errorcode.KDC_ERR_PREAUTH_FAILED, edata: hint}
	var ed types.EncryptedData
	if err := ed.Unmarshal(value); err != nil {
		return none, failed
	}
	if !slices.Contains(common, ed.EType) {
		return none, refuse(errorcode.KDC_ERR_ETYPE_NOSUPP)
	}
	key, err := r.opt.Keys.Key(client, r.opt.Realm, ed.EType)
	if err != nil {
		return none, err
	}
	b, err := wire.Decrypt(ed, key, keyusage.AS_REQ_PA_ENC_TIMESTAMP)
	if err != nil {
		if r.opt.BadPassword != nil {
			r.opt.BadPassword(client.SAM)
		}
		return none, failed
	}
	var ts types.PAEncTSEnc
	if err := ts.Unmarshal(b); err != nil {
		return none, failed
	}
	if !r.near(ts.PATimestamp) {
		return none, refuse(errorcode.KRB_AP_ERR_SKEW)
	}
	return key, nil
}

func (r *request) near(t time.Time) bool { return r.now.Sub(t).Abs() <= maxSkew }

// etypeInfo tells a client how to make its keys.
func etypeInfo(a Account, realm string, etypes []int32) (types.PAData, error) {
	var info types.ETypeInfo2
	for _, e := range etypes {
		entry := types.ETypeInfo2Entry{EType: e}
		if e != RC4 {
			entry.Salt = a.SaltFor(realm)
		}
		info = append(info, entry)
	}
	b, err := asn1.Marshal(info)
	if err != nil {
		return types.PAData{}, fmt.Errorf("marshaling ETYPE-INFO2: %w", err)
	}
	return types.PAData{PADataType: patype.PA_ETYPE_INFO2, PADataValue: b}, nil
}

// methodData is the e-data of the errors 24 and 25.
func methodData(a Account, realm string, etypes []int32) ([]byte, error) {
	info, err := etypeInfo(a, realm, etypes)
	if err != nil {
		return nil, err
	}
	b, err := asn1.Marshal(types.MethodData{info, {PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: []byte{}}})
	if err != nil {
		return nil, fmt.Errorf("marshaling METHOD-DATA: %w", err)
	}
	return b, nil
}

// clientName is the name the reply gives the client: the account name when
// canonicalization was asked for, else the name as sent.
func (r *request) clientName(a Account) types.PrincipalName {
	if r.option(flags.Canonicalize) {
		return types.PrincipalName{NameType: nametype.KRB_NT_PRINCIPAL, NameString: []string{a.SAM}}
	}
	return r.body.CName
}

func (r *request) signIn(client Account, key types.EncryptionKey, t target) ([]byte, error) {
	part := messages.EncTicketPart{
		Flags:    types.NewKrbFlags(),
		CRealm:   r.opt.Realm,
		CName:    r.clientName(client),
		AuthTime: r.now.Truncate(time.Second),
		CAddr:    r.body.Addresses,
	}
	if err := r.lifetime(&part, time.Time{}); err != nil {
		return nil, err
	}
	r.renewable(&part, r.now.Add(r.opt.MaxRenew))
	_, encPARep := r.pa(patype.PA_REQ_ENC_PA_REP)
	setFlags(&part.Flags, map[int]bool{
		flags.Initial:     true,
		flags.PreAuthent:  true,
		flags.Forwardable: r.option(flags.Forwardable) && client.mayBeDelegated(),
		flags.Proxiable:   r.option(flags.Proxiable) && client.mayBeDelegated(),
		flags.EncPARep:    encPARep,
	})
	tkt, err := r.issue(t, &part)
	if err != nil {
		return nil, err
	}
	enc := r.replyPart(t, part)
	if encPARep {
		if enc.EncPAData, err = r.encryptedPAData(key); err != nil {
			return nil, err
		}
	}
	b, err := enc.Marshal()
	if err != nil {
		return nil, fmt.Errorf("marshaling a reply: %w", err)
	}
	sealed, err := wire.Encrypt(b, key, keyusage.AS_REP_ENCPART, client.kvno())
	if err != nil {
		return nil, err
	}
	info, err := etypeInfo(client, r.opt.Realm, []int32{key.KeyType})
	if err != nil {
		return nil, err
	}
	rep := messages.ASRep{KDCRepFields: messages.KDCRepFields{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_AS_REP, PAData: []types.PAData{info},
		CRealm: part.CRealm, CName: part.CName, Ticket: tkt, EncPart: sealed,
	}}
	if b, err = rep.Marshal(); err != nil {
		return nil, fmt.Errorf("writing the reply: %w", err)
	}
	return b, nil
}

// supportedETypes is the bit field of MS-KILE section 2.2.7: RC4, AES128, AES256.
const supportedETypes = 0x1c

// encryptedPAData answers a client that can read padata inside the reply. Like
// Windows it does so without ever offering FAST.
func (r *request) encryptedPAData(key types.EncryptionKey) (types.PADataSequence, error) {
	sum, err := wire.Checksum(r.raw, key, keyusage.KEY_USAGE_AS_REQ)
	if err != nil {
		return nil, err
	}
	b, err := asn1.Marshal(types.PAReqEncPARep{ChksumType: sum.CksumType, Chksum: sum.Checksum})
	if err != nil {
		return nil, fmt.Errorf("marshaling the checksum of the request: %w", err)
	}
	return types.PADataSequence{
		{PADataType: patype.PA_REQ_ENC_PA_REP, PADataValue: b},
		{PADataType: patype.PA_SUPPORTED_ETYPES, PADataValue: binary.LittleEndian.AppendUint32(nil, supportedETypes)},
	}, nil
}
