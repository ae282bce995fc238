package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

func sessionKey() []byte {
	k := make([]byte, 32)
	for i := range k {
		k[i] = byte(i)
	}
	return k
}

func TestForUserChecksum(t *testing.T) {
	tests := []struct {
		name string
		kind int32
		user string
		want string
	}{
		{"account name", 1, "alice", "9c739e075da490bfcaf1a368b24e3e9e"},
		{"UPN", 10, "alice@lab.test", "b9cdc163dbced5470b965f04cd869427"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := types.PrincipalName{NameType: tt.kind, NameString: []string{tt.user}}
			b, err := wire.NewPAForUser(sessionKey(), name, "LAB.TEST")
			if err != nil {
				t.Fatal(err)
			}
			p, err := wire.ParsePAForUser(b)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(p.Cksum.Checksum); got != tt.want {
				t.Errorf("checksum %s, want %s", got, tt.want)
			}
			if !p.Valid(sessionKey()) {
				t.Error("the checksum does not hold under its own key")
			}
			p.UserName.NameString = []string{"mallory"}
			if p.Valid(sessionKey()) {
				t.Error("another user passes under the same checksum")
			}
		})
	}
}

func TestPACOptions(t *testing.T) {
	b, err := wire.NewPACOptions(wire.ResourceBased)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(b), "3009a00703050010000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	pas := types.PADataSequence{{PADataType: wire.PAPACOptions, PADataValue: b}}
	if !wire.HasPACOption(pas, wire.ResourceBased) || wire.HasPACOption(pas, 0) {
		t.Error("the bits do not read back")
	}
}

func TestErrorData(t *testing.T) {
	b, err := wire.NewErrorData(wire.StatusNoMatch)
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := wire.ParseErrorData(b); !ok || s != wire.StatusNoMatch {
		t.Errorf("read back %v, %v", s, ok)
	}
	bare := append([]byte{0x6e, 0, 0, 0xc0}, make([]byte, 8)...)
	if s, ok := wire.ParseErrorData(bare); !ok || s != wire.StatusAccountRestriction {
		t.Errorf("bare form read as %v, %v", s, ok)
	}
	if _, ok := wire.ParseErrorData([]byte("short")); ok {
		t.Error("five bytes read as a status")
	}
}

func TestX509UserRoundTrip(t *testing.T) {
	key := types.EncryptionKey{KeyType: etypeID.AES256_CTS_HMAC_SHA1_96, KeyValue: sessionKey()}
	opts := types.NewKrbFlags()
	types.SetFlag(&opts, 2)
	id := wire.S4UUserID{Nonce: 77, CName: types.PrincipalName{NameType: 1, NameString: []string{"alice"}}, CRealm: "LAB.TEST", Options: opts}
	req, err := wire.NewX509User(id, key, false)
	if err != nil {
		t.Fatal(err)
	}
	got, ok, err := wire.ParseX509User(req, key)
	if err != nil || !ok || got.CName.PrincipalNameString() != "alice" || got.Nonce != 77 {
		t.Errorf("read back %+v, %v, %v", got, ok, err)
	}
	rep, err := wire.NewX509User(id, key, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := wire.ParseX509User(rep, key); ok {
		t.Error("an answer passes for a request: the usages are not apart")
	}
}

func TestStringToKeyRC4ReadsUTF16(t *testing.T) {
	k, err := wire.StringToKey("pässword", "", etypeID.RC4_HMAC)
	if err != nil {
		t.Fatal(err)
	}
	// MD4 of the UTF-16LE password, as every Windows machine computes it.
	if got, want := hex.EncodeToString(k.KeyValue), "f1b094f25bbdcb6fdbaa6cc8b43f0c44"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
	plain, err := wire.StringToKey("password", "", etypeID.RC4_HMAC)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(plain.KeyValue), "8846f7eaee8fb117ad06bdd830b7586c"; got != want {
		t.Errorf("key of \"password\" %s, want %s", got, want)
	}
}

func TestDecryptRefusesShortInput(t *testing.T) {
	for _, et := range []int32{etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.RC4_HMAC} {
		key, err := wire.NewKey(et)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 64 {
			if _, err := wire.Decrypt(types.EncryptedData{EType: et, Cipher: make([]byte, n)}, key, 2); err == nil {
				t.Errorf("etype %d opened %d zero bytes", et, n)
			}
		}
	}
}

func TestFrame(t *testing.T) {
	var buf bytes.Buffer
	if err := wire.WriteFrame(&buf, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if b, err := wire.ReadFrame(&buf, 5); err != nil || string(b) != "hello" {
		t.Errorf("read %q, %v", b, err)
	}
	if _, err := wire.ReadFrame(bytes.NewReader([]byte{0x80, 0, 0, 1}), wire.MaxMessage); !errors.Is(err, wire.ErrTooLong) {
		t.Errorf("reserved bit: %v", err)
	}
	if _, err := wire.ReadFrame(bytes.NewReader([]byte{0, 0, 0, 9, 1}), 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut short: %v", err)
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{0, 0, 0, 2, 'o', 'k'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := wire.ReadFrame(bytes.NewReader(in), 1<<10)
		if err == nil && (len(b) > 1<<10 || len(b)+4 > len(in)) {
			t.Errorf("%d bytes out of %d", len(b), len(in))
		}
	})
}
