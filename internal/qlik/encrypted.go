package qlik

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
)

var errWrongPassword = errors.New("the password is not that of the key")

// decrypted is a protected key in the clear: the traditional form of OpenSSL,
// or PKCS #8 with PBES2 (RFC 8018).
func decrypted(key []byte, password Password) ([]byte, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("it holds no PEM block")
	}
	secret, ok := "", false
	if password != nil {
		secret, ok = password()
	}
	if !ok || secret == "" {
		return nil, errNoPassword
	}
	if x509.IsEncryptedPEMBlock(block) { //nolint:staticcheck // it is what older exports hold
		der, err := x509.DecryptPEMBlock(block, []byte(secret)) //nolint:staticcheck // as above
		if err != nil {
			return nil, errWrongPassword
		}
		return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
	}
	der, err := pbes2(block.Bytes, secret)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

type encryptedKey struct {
	Scheme asn1.RawValue
	Data   []byte
}

type pbes2Scheme struct {
	ID     asn1.ObjectIdentifier
	Params struct {
		KDF struct {
			ID     asn1.ObjectIdentifier
			Params struct {
				Salt       []byte
				Iterations int
				KeyLength  int                      `asn1:"optional"`
				PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
			}
		}
		Cipher struct {
			ID asn1.ObjectIdentifier
			IV []byte
		}
	}
}

// maxIterations bounds the work that a file may ask for.
const maxIterations = 10_000_000

func pbes2(der []byte, password string) ([]byte, error) {
	var k encryptedKey
	if _, err := asn1.Unmarshal(der, &k); err != nil {
		return nil, errUnknownProtection
	}
	out, err := decryptPBES2(k.Scheme.FullBytes, k.Data, password)
	if err != nil {
		return nil, err
	}
	if _, err := x509.ParsePKCS8PrivateKey(out); err != nil {
		return nil, errWrongPassword
	}
	return out, nil
}

var errUnknownProtection = errors.New("its protection is of a kind not known here: export the set again without a password")

// decryptPBES2 is data in the clear that was protected by a scheme of RFC 8018,
// section 6.2.
func decryptPBES2(scheme, data []byte, password string) ([]byte, error) {
	var k pbes2Scheme
	if _, err := asn1.Unmarshal(scheme, &k); err != nil || k.ID.String() != "1.2.840.113549.1.5.13" {
		return nil, errUnknownProtection
	}
	kdf, c := k.Params.KDF.Params, k.Params.Cipher
	prf := sha1.New
	if kdf.PRF.Algorithm.String() == "1.2.840.113549.2.9" {
		prf = sha256.New
	}
	sizes := map[string]int{
		"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32, // AES-CBC
		"1.2.840.113549.3.7": 24, // triple DES
	}
	size := sizes[c.ID.String()]
	if size == 0 || kdf.Iterations < 1 || kdf.Iterations > maxIterations {
		return nil, fmt.Errorf("its cipher %s is not known here: export the set again without a password", c.ID)
	}
	secret, err := pbkdf2.Key(prf, password, kdf.Salt, kdf.Iterations, size)
	if err != nil {
		return nil, fmt.Errorf("deriving its key: %w", err)
	}
	var block cipher.Block
	if c.ID.String() == "1.2.840.113549.3.7" {
		block, err = des.NewTripleDESCipher(secret)
	} else {
		block, err = aes.NewCipher(secret)
	}
	if err != nil {
		return nil, fmt.Errorf("preparing its cipher: %w", err)
	}
	n := len(data)
	if len(c.IV) != block.BlockSize() || n == 0 || n%block.BlockSize() != 0 {
		return nil, errors.New("its data are cut off")
	}
	out := make([]byte, n)
	cipher.NewCBCDecrypter(block, c.IV).CryptBlocks(out, data)
	pad := int(out[n-1])
	if pad < 1 || pad > block.BlockSize() {
		return nil, errWrongPassword
	}
	return out[:n-pad], nil
}
