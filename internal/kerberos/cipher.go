package kerberos

import (
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Key usages, RFC 4120 7.5.1 and RFC 4121 2.
const (
	usageTimestamp     = 1
	usageASReply       = 3
	usageTGSChecksum   = 6
	usageTGSAuth       = 7
	usageTGSReply      = 8
	usageAPAuth        = 11
	usageAPReply       = 12
	usageForUser       = 17
	usageAcceptorSeal  = 22
	usageInitiatorSeal = 24
)

// The encryption types that are offered, the stronger first.
const (
	etypeAES128 = 17
	etypeAES256 = 18
)

func offered() []int32 { return []int32{etypeAES256, etypeAES128} }

func isAES(etype int32) bool { return etype == etypeAES128 || etype == etypeAES256 }

var errWrongKey = errors.New("it was not made with this key")

// decrypt opens what was sealed with key; gokrb5 slices without looking at the
// length, so that is looked at first.
func decrypt(ed types.EncryptedData, key types.EncryptionKey, usage uint32) ([]byte, error) {
	if ed.EType != key.KeyType {
		return nil, fmt.Errorf("decrypting: it uses %s and the key is %s", ETypeName(int(ed.EType)), ETypeName(int(key.KeyType)))
	}
	et, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	if len(key.KeyValue) != et.GetKeyByteSize() {
		return nil, errors.New("decrypting: the key has the wrong length")
	}
	if len(ed.Cipher) < et.GetConfounderByteSize()+et.GetHMACBitLength()/8 {
		return nil, errors.New("decrypting: the message is too short")
	}
	var plain []byte
	err = guard(func() error {
		plain, err = et.DecryptMessage(key.KeyValue, ed.Cipher, usage)
		return err //nolint:wrapcheck // said below: which way it failed is nobody's business
	})
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", errWrongKey)
	}
	return plain, nil
}

// encrypt seals plain; kvno is written along when it is not zero.
func encrypt(plain []byte, key types.EncryptionKey, usage uint32, kvno int) (types.EncryptedData, error) {
	ed, err := crypto.GetEncryptedData(plain, key, usage, kvno)
	if err != nil {
		return ed, fmt.Errorf("encrypting: %w", err)
	}
	return ed, nil
}

// guard turns a panic of the library over hostile input into an error: a peer
// must not be able to end the program.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("reading a Kerberos message: the library gave up: %v", r)
		}
	}()
	return f()
}
