package kerberos

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jcmturner/gokrb5/v8/types"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestForUserChecksum(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	tests := []struct {
		name string
		kind int32
		user string
		want string
	}{
		{"account name", 1, "alice", "9c739e075da490bfcaf1a368b24e3e9e"},
		{"enterprise name", 10, "alice@lab.test", "b9cdc163dbced5470b965f04cd869427"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := forUserChecksum(key, types.PrincipalName{NameType: tt.kind, NameString: []string{tt.user}}, "LAB.TEST")
			if err != nil {
				t.Fatal(err)
			}
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("got %x, want %s", got, tt.want)
			}
		})
	}
}

func TestPACOptions(t *testing.T) {
	got, err := pacOptions()
	if err != nil || hex.EncodeToString(got) != "3009a00703050010000000" {
		t.Errorf("got %x, %v", got, err)
	}
}

func TestProxyOptions(t *testing.T) {
	flags := types.NewKrbFlags()
	types.SetFlags(&flags, []int{optProxyTicket, optForwardable, optRenewable, optCanonicalize})
	if hex.EncodeToString(flags.Bytes) != "40830000" {
		t.Errorf("got %x", flags.Bytes)
	}
}

func TestChannelBindings(t *testing.T) {
	hash := sha256.Sum256([]byte("test-cert-der"))
	got := bindings(hash[:])
	if hex.EncodeToString(got[:]) != "66e9f234854ffdcb1c83ee3577c7e304" {
		t.Errorf("got %x", got)
	}
	body := gssBody(got)
	want := append(append([]byte{16, 0, 0, 0}, got[:]...), 50, 0, 0, 0)
	if !bytes.Equal(body, want) {
		t.Errorf("checksum body is %x", body)
	}
	if channelBindings(nil) != [16]byte{} {
		t.Error("bindings without a certificate are not zero")
	}
}

func TestNTStatus(t *testing.T) {
	tests := []struct {
		name, edata string
		want        uint32
		ok          bool
	}{
		{"KERB-ERROR-DATA", "3015a103020103a20e040c720200c00000000001000000", 0xC0000272, true},
		{"flags three", "3015a103020103a20e040cbb0000c00000000003000000", 0xC00000BB, true},
		{"bare, as Samba", "6e0000c00000000001000000", 0xC000006E, true},
		{"in a list", "30173015a103020103a20e040c250200c00000000001000000", 0xC0000225, true},
		{"other data type", "3015a103020102a20e040c720200c00000000001000000", 0, false},
		{"status zero", "3015a103020103a20e040c000000000000000001000000", 0, false},
		{"too short", "3011a103020103a20a04087202 00c000000000", 0, false},
		{"method data", "300aa1040202008 0a2020400", 0, false},
		{"empty", "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw, _ := hex.DecodeString(string(bytes.ReplaceAll([]byte(tt.edata), []byte(" "), nil)))
			got, ok := ntstatus(raw)
			if got != tt.want || ok != tt.ok {
				t.Errorf("got %#x %v", got, ok)
			}
		})
	}
}

func TestNames(t *testing.T) {
	tests := []struct{ got, want string }{
		{CodeName(13), "KDC_ERR_BADOPTION"},
		{CodeName(25), "KDC_ERR_PREAUTH_REQUIRED"},
		{CodeName(41), "KRB_AP_ERR_MODIFIED"},
		{CodeName(99), "KRB_ERR_99"},
		{NTStatusName(0xC0000272), "STATUS_NO_MATCH"},
		{NTStatusName(0xC0009999), "0xC0009999"},
		{NTStatusName(0), ""},
		{ETypeName(18), "aes256-cts-hmac-sha1-96"},
		{ETypeName(99), "etype 99"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	flags := unhex(t, "40a50000")
	if d := cmp.Diff([]string{"forwardable", "renewable", "pre_authent", "ok_as_delegate", "name_canonicalize"}, flagNames(flags)); d != "" {
		t.Error(d)
	}
	if flagNames(nil) != nil || hasFlag([]byte{0x40}, 15) {
		t.Error("missing flag bytes were read")
	}
}
