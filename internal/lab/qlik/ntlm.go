package qlik

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

const ntlmSignature = "NTLMSSP\x00"

// isNTLM recognises an NTLM message, bare or inside SPNEGO.
func isNTLM(token []byte) bool { return bytes.Contains(token, []byte(ntlmSignature)) }

// ntlmChallenge makes the second of the three NTLM messages (MS-NLMP 2.2.1.2).
func ntlmChallenge(netbios, domain, host string) []byte {
	const (
		header = 56
		// Unicode, request target, NTLM, always sign, target is a domain,
		// extended session security, target info, 128 and 56 bit.
		flags = 0x00000001 | 0x00000004 | 0x00000200 | 0x00008000 | 0x00010000 | 0x00080000 | 0x00800000 | 0x20000000 | 0x80000000
	)
	name := wide(netbios)
	var info []byte
	for _, pair := range []struct {
		id    uint16
		value []byte
	}{
		{2, name}, {1, wide(strings.ToUpper(shortName(host)))}, {4, wide(domain)}, {3, wide(host)}, {0, nil},
	} {
		info = binary.LittleEndian.AppendUint16(info, pair.id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(pair.value))) //nolint:gosec // host names are short
		info = append(info, pair.value...)
	}
	challenge := make([]byte, 8)
	_, _ = rand.Read(challenge) // never fails
	m := []byte(ntlmSignature)
	m = binary.LittleEndian.AppendUint32(m, 2)
	m = ntlmField(m, len(name), header)
	m = binary.LittleEndian.AppendUint32(m, flags)
	m = append(m, challenge...)
	m = append(m, make([]byte, 8)...)
	m = ntlmField(m, len(info), header+len(name))
	m = append(m, 10, 0, 0x7c, 0x4f, 0, 0, 0, 15) // Windows Server 2019
	m = append(m, name...)
	return append(m, info...)
}

func ntlmField(m []byte, size, offset int) []byte {
	m = binary.LittleEndian.AppendUint16(m, uint16(size))      //nolint:gosec // host names are short
	m = binary.LittleEndian.AppendUint16(m, uint16(size))      //nolint:gosec // host names are short
	return binary.LittleEndian.AppendUint32(m, uint32(offset)) //nolint:gosec // host names are short
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
