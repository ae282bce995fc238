package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/types"
)

// ErrDecrypt says that a ciphertext does not open under the key it was tried with.
var ErrDecrypt = errors.New("the ciphertext does not open under this key")

// Decrypt opens ed. Lengths and types are compared first because the library
// slices by them without looking.
func Decrypt(ed types.EncryptedData, key types.EncryptionKey, usage uint32) ([]byte, error) {
	if ed.EType != key.KeyType {
		return nil, fmt.Errorf("encryption type %d under a key of type %d: %w", ed.EType, key.KeyType, ErrDecrypt)
	}
	et, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, fmt.Errorf("choosing the cipher: %w", err)
	}
	if len(key.KeyValue) != et.GetKeyByteSize() {
		return nil, fmt.Errorf("key of %d bytes: %w", len(key.KeyValue), ErrDecrypt)
	}
	if len(ed.Cipher) < et.GetConfounderByteSize()+et.GetHMACBitLength()/8 {
		return nil, fmt.Errorf("ciphertext of %d bytes: %w", len(ed.Cipher), ErrDecrypt)
	}
	b, err := et.DecryptMessage(key.KeyValue, ed.Cipher, usage)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDecrypt, err)
	}
	return b, nil
}

// Encrypt seals plain. A kvno of zero is left out of the result.
func Encrypt(plain []byte, key types.EncryptionKey, usage uint32, kvno int) (types.EncryptedData, error) {
	ed, err := crypto.GetEncryptedData(plain, key, usage, kvno)
	if err != nil {
		return types.EncryptedData{}, fmt.Errorf("encrypting: %w", err)
	}
	return ed, nil
}

// NewKey makes a random key of the given encryption type.
func NewKey(etype int32) (types.EncryptionKey, error) {
	et, err := crypto.GetEtype(etype)
	if err != nil {
		return types.EncryptionKey{}, fmt.Errorf("making a key: %w", err)
	}
	key, err := types.GenerateEncryptionKey(et)
	if err != nil {
		return types.EncryptionKey{}, fmt.Errorf("making a key: %w", err)
	}
	return key, nil
}

// StringToKey derives the long-term key of a password. RC4 is done here, over
// UTF-16, since the library reads passwords byte by byte.
func StringToKey(password, salt string, etype int32) (types.EncryptionKey, error) {
	et, err := crypto.GetEtype(etype)
	if err != nil {
		return types.EncryptionKey{}, fmt.Errorf("deriving a key: %w", err)
	}
	if etype == etypeID.RC4_HMAC {
		var b []byte
		for _, u := range utf16.Encode([]rune(password)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return types.EncryptionKey{KeyType: etype, KeyValue: crypto.RC4HMAC{}.RandomToKey(b)}, nil
	}
	k, err := et.StringToKey(password, salt, et.GetDefaultStringToKeyParams())
	if err != nil {
		return types.EncryptionKey{}, fmt.Errorf("deriving a key: %w", err)
	}
	return types.EncryptionKey{KeyType: etype, KeyValue: k}, nil
}

// Checksum computes the mandatory keyed checksum of the key's encryption type.
func Checksum(data []byte, key types.EncryptionKey, usage uint32) (types.Checksum, error) {
	et, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return types.Checksum{}, fmt.Errorf("choosing the checksum: %w", err)
	}
	sum, err := et.GetChecksumHash(key.KeyValue, data, usage)
	if err != nil {
		return types.Checksum{}, fmt.Errorf("computing the checksum: %w", err)
	}
	return types.Checksum{CksumType: et.GetHashID(), Checksum: sum}, nil
}
