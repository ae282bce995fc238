package wire

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/crypto/rfc4757"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Numbers of MS-SFU and MS-KILE that the library does not name.
const (
	// PAPACOptions is the padata type of PA-PAC-OPTIONS.
	PAPACOptions int32 = 167
	// CNameInAddlTkt is the KDC option that asks for S4U2Proxy.
	CNameInAddlTkt = 14
	// NameEnterprise is the name type of a UPN.
	NameEnterprise int32 = 10
	// ResourceBased is the PA-PAC-OPTIONS bit for resource-based delegation.
	ResourceBased = 3

	authPackage = "Kerberos"

	usageX509Request = 26
	usageX509Reply   = 27
	// useReplyKeyUsage is bit 2 of the options of PA-S4U-X509-USER.
	useReplyKeyUsage = 2
)

// PAForUser names the user of an S4U2Self request (MS-SFU section 2.2.1).
type PAForUser struct {
	UserName    types.PrincipalName `asn1:"explicit,tag:0"`
	UserRealm   string              `asn1:"generalstring,explicit,tag:1"`
	Cksum       types.Checksum      `asn1:"explicit,tag:2"`
	AuthPackage string              `asn1:"generalstring,explicit,tag:3"`
}

// ForUserChecksum is the HMAC-MD5 of a PA-FOR-USER. It takes the raw bytes of
// the session key whatever that key's own type.
func ForUserChecksum(key []byte, name types.PrincipalName, realm, pkg string) ([]byte, error) {
	data := binary.LittleEndian.AppendUint32(nil, uint32(name.NameType))
	for _, s := range name.NameString {
		data = append(data, s...)
	}
	data = append(data, realm...)
	data = append(data, pkg...)
	sum, err := rfc4757.Checksum(key, keyusage.KERB_NON_KERB_CKSUM_SALT, data)
	if err != nil {
		return nil, fmt.Errorf("computing the checksum of PA-FOR-USER: %w", err)
	}
	return sum, nil
}

// NewPAForUser builds and marshals the padata value for a user.
func NewPAForUser(key []byte, name types.PrincipalName, realm string) ([]byte, error) {
	sum, err := ForUserChecksum(key, name, realm, authPackage)
	if err != nil {
		return nil, err
	}
	b, err := asn1.Marshal(PAForUser{
		UserName: name, UserRealm: realm, AuthPackage: authPackage,
		Cksum: types.Checksum{CksumType: chksumtype.KERB_CHECKSUM_HMAC_MD5, Checksum: sum},
	})
	if err != nil {
		return nil, fmt.Errorf("marshaling PA-FOR-USER: %w", err)
	}
	return b, nil
}

// ParsePAForUser reads a padata value; Valid tells whether it is genuine.
func ParsePAForUser(b []byte) (PAForUser, error) {
	var p PAForUser
	if rest, err := asn1.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("reading PA-FOR-USER: %w", err)
	} else if len(rest) > 0 {
		return p, fmt.Errorf("reading PA-FOR-USER: %d bytes too many", len(rest))
	}
	return p, nil
}

// Valid compares the checksum under the session key.
func (p PAForUser) Valid(key []byte) bool {
	if p.Cksum.CksumType != chksumtype.KERB_CHECKSUM_HMAC_MD5 {
		return false
	}
	want, err := ForUserChecksum(key, p.UserName, p.UserRealm, p.AuthPackage)
	return err == nil && hmac.Equal(want, p.Cksum.Checksum)
}

// PACOptions is the value of PA-PAC-OPTIONS (MS-KILE section 2.2.10).
type PACOptions struct {
	Flags asn1.BitString `asn1:"explicit,tag:0"`
}

// NewPACOptions marshals a PA-PAC-OPTIONS with the given bits set.
func NewPACOptions(bits ...int) ([]byte, error) {
	f := types.NewKrbFlags()
	types.SetFlags(&f, bits)
	b, err := asn1.Marshal(PACOptions{Flags: f})
	if err != nil {
		return nil, fmt.Errorf("marshaling PA-PAC-OPTIONS: %w", err)
	}
	return b, nil
}

// HasPACOption tells whether the padata asks for the option.
func HasPACOption(pas types.PADataSequence, bit int) bool {
	for _, pa := range pas {
		var o PACOptions
		if pa.PADataType != PAPACOptions {
			continue
		}
		if _, err := asn1.Unmarshal(pa.PADataValue, &o); err == nil && o.Flags.At(bit) == 1 {
			return true
		}
	}
	return false
}

// S4UUserID is the inner part of PA-S4U-X509-USER (MS-SFU section 2.2.2).
type S4UUserID struct {
	Nonce       int                 `asn1:"explicit,tag:0"`
	CName       types.PrincipalName `asn1:"explicit,optional,tag:1"`
	CRealm      string              `asn1:"generalstring,explicit,tag:2"`
	SubjectCert []byte              `asn1:"explicit,optional,tag:3"`
	Options     asn1.BitString      `asn1:"explicit,optional,tag:4"`
}

type marshalX509User struct {
	UserID asn1.RawValue  `asn1:"explicit,tag:0"`
	Cksum  types.Checksum `asn1:"explicit,tag:1"`
}

// ParseX509User reads a PA-S4U-X509-USER and tells whether its checksum, taken
// over the bytes as received, holds under the reply key.
func ParseX509User(b []byte, key types.EncryptionKey) (S4UUserID, bool, error) {
	var m marshalX509User
	var id S4UUserID
	if _, err := asn1.Unmarshal(b, &m); err != nil {
		return id, false, fmt.Errorf("reading PA-S4U-X509-USER: %w", err)
	}
	if _, err := asn1.Unmarshal(m.UserID.Bytes, &id); err != nil {
		return id, false, fmt.Errorf("reading the user of PA-S4U-X509-USER: %w", err)
	}
	want, err := Checksum(m.UserID.Bytes, key, usageX509Request)
	if err != nil {
		return id, false, err
	}
	return id, want.CksumType == m.Cksum.CksumType && hmac.Equal(want.Checksum, m.Cksum.Checksum), nil
}

// NewX509User marshals a PA-S4U-X509-USER. An answer that has the reply-usage
// option set is signed under that usage.
func NewX509User(id S4UUserID, key types.EncryptionKey, reply bool) ([]byte, error) {
	inner, err := asn1.Marshal(id)
	if err != nil {
		return nil, fmt.Errorf("marshaling the user of PA-S4U-X509-USER: %w", err)
	}
	usage := uint32(usageX509Request)
	if reply && id.Options.At(useReplyKeyUsage) == 1 {
		usage = usageX509Reply
	}
	sum, err := Checksum(inner, key, usage)
	if err != nil {
		return nil, err
	}
	b, err := asn1.Marshal(marshalX509User{
		UserID: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Tag: 0, Bytes: inner},
		Cksum:  sum,
	})
	if err != nil {
		return nil, fmt.Errorf("marshaling PA-S4U-X509-USER: %w", err)
	}
	return b, nil
}
