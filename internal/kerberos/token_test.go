package kerberos

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ntlmInit is NTLM inside SPNEGO, whose text begins like Kerberos' (Y…): the
// token that prefix matching takes for a ticket.
const ntlmInit = "602406062b0601050502a01a3018a00e300c060a2b06010401823702020aa2060404deadbeef"

func TestParseToken(t *testing.T) {
	raw, err := frame(IDAPRequest, []byte{0x6e, 0x00})
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := offer(raw)
	if err != nil {
		t.Fatal(err)
	}
	ntlmMessage := append([]byte("NTLMSSP\x00"), 1, 0, 0, 0)
	spnegoNTLM := unhex(t, "602c06062b0601050502a0223020a00e300c060a2b06010401823702020aa20e040c")
	spnegoNTLM = append(spnegoNTLM, ntlmMessage...)
	tests := []struct {
		name  string
		token []byte
		want  Token
		bad   bool
	}{
		{name: "raw Kerberos", token: raw, want: Token{Kind: RawKerberos, Mechs: []string{"kerberos"}, State: -1, Mechanism: "kerberos", ID: IDAPRequest, Body: []byte{0x6e, 0}}},
		{name: "Kerberos in SPNEGO", token: wrapped, want: Token{Kind: SPNEGOInit, Mechs: []string{"kerberos"}, State: -1, Mechanism: "kerberos", ID: IDAPRequest, Body: []byte{0x6e, 0}}},
		{name: "NTLM in SPNEGO", token: spnegoNTLM, want: Token{Kind: SPNEGOInit, Mechs: []string{"ntlm"}, State: -1, Mechanism: "ntlm"}},
		{name: "unknown inside SPNEGO", token: unhex(t, ntlmInit), want: Token{Kind: SPNEGOInit, Mechs: []string{"ntlm"}, State: -1, Mechanism: "other"}},
		{name: "raw NTLM", token: ntlmMessage, want: Token{Kind: RawNTLM, Mechs: []string{"ntlm"}, State: -1, Mechanism: "ntlm"}},
		{name: "completed", token: unhex(t, "a1073005a0030a0100"), want: Token{Kind: SPNEGOResp, State: 0}},
		{name: "rejected", token: unhex(t, "a1073005a0030a0102"), want: Token{Kind: SPNEGOResp, State: 2}},
		{name: "bare AP-REP", token: []byte{0x6f, 0x00}, want: Token{Kind: RawKerberos, Mechs: []string{"kerberos"}, State: -1, Mechanism: "kerberos", ID: IDAPReply, Body: []byte{0x6f, 0}}},
		{name: "microsoft's old identifier in the list", token: unhex(t, "601b06062b0601050502a011300fa00d300b06092a864882f712010202"), want: Token{Kind: SPNEGOInit, Mechs: []string{"kerberos (microsoft)"}, State: -1}},
		{name: "empty", bad: true},
		{name: "text", token: []byte("hello"), bad: true},
		{name: "cut off", token: wrapped[:len(wrapped)-1], bad: true},
		{name: "another mechanism's frame", token: unhex(t, "600506032a0304"), bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseToken(tt.token)
			if (err != nil) != tt.bad {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" && !tt.bad {
				t.Error(d)
			}
		})
	}
	for _, text := range []string{"Negotiate ", ""} {
		if got, err := DecodeToken(text + base64.StdEncoding.EncodeToString(raw)); err != nil || got.Kind != RawKerberos {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	raw, _ := frame(IDAPRequest, []byte{0x6e, 0x00})
	wrapped, _ := offer(raw)
	for _, seed := range [][]byte{raw, wrapped, unhex(f, ntlmInit), unhex(f, "a1073005a0030a0100"), []byte("NTLMSSP\x00"), {0x7e, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ParseToken(b)
		if err == nil && got.Kind == "" {
			t.Error("a token without a kind")
		}
		if x := (contextToken{}); err == nil {
			_, _ = x.answered("x", "y", got)
		}
	})
}

func FuzzKDCReply(f *testing.F) {
	f.Add(unhex(f, "3015a103020103a20e040c720200c00000000001000000"))
	f.Add([]byte{0x7e, 0x00})
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = ntstatus(b)
		_ = etypeInfos(b)
		_, _ = parseError(b)
		_, _ = parseError(append([]byte{0x7e}, b...))
		_, _ = (sealer{}).open(b)
	})
}
