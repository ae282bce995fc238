package kerberos

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf16"
)

// Messages to the Kerberos package of the LSA, ntsecapi.h.
const (
	lsaQueryCacheEx = 14
	lsaS4ULogon     = 12
)

// Sizes on 64-bit Windows, where all pointers are eight bytes.
const (
	lsaRequestSize = 12 // message type, logon id
	lsaHeaderSize  = 8  // message type, count
	lsaRecordSize  = 96 // KERB_TICKET_CACHE_INFO_EX
	lsaStringSize  = 16 // UNICODE_STRING
	lsaS4USize     = 40 // KERB_S4U_LOGON
)

var errLSA = errors.New("the LSA's answer is cut")

// lsaRecord is one KERB_TICKET_CACHE_INFO_EX.
type lsaRecord struct {
	client, clientRealm, server, serverRealm string
	start, end                               time.Time
	etype                                    int32
	flags                                    uint32
}

// lsaRequest asks for the tickets of the caller's own logon session.
func lsaRequest() []byte {
	b := make([]byte, lsaRequestSize)
	binary.LittleEndian.PutUint32(b, lsaQueryCacheEx)
	return b
}

// parseLSA reads the answer to lsaQueryCacheEx. base is the address at which
// the answer stands in memory: its strings lie behind the records and are
// pointed at absolutely.
func parseLSA(b []byte, base uint64) ([]lsaRecord, error) {
	if len(b) < lsaHeaderSize {
		return nil, errLSA
	}
	if kind := binary.LittleEndian.Uint32(b); kind != lsaQueryCacheEx {
		return nil, fmt.Errorf("the LSA answered message %d", kind)
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	if n < 0 || n > (len(b)-lsaHeaderSize)/lsaRecordSize {
		return nil, errLSA
	}
	out := make([]lsaRecord, 0, n)
	for i := range n {
		at := lsaHeaderSize + i*lsaRecordSize
		r := lsaRecord{}
		for j, text := range []*string{&r.client, &r.clientRealm, &r.server, &r.serverRealm} {
			s, err := lsaString(b, at+j*lsaStringSize, base)
			if err != nil {
				return nil, err
			}
			*text = s
		}
		rest := b[at+4*lsaStringSize:]
		r.start, r.end = lsaTime(rest), lsaTime(rest[8:])
		r.etype = int32(binary.LittleEndian.Uint32(rest[24:])) //nolint:gosec // RC4 of old is negative
		r.flags = binary.LittleEndian.Uint32(rest[28:])
		out = append(out, r)
	}
	return out, nil
}

// lsaString reads the UNICODE_STRING at an offset: length, room, padding,
// pointer.
func lsaString(b []byte, at int, base uint64) (string, error) {
	n := uint64(binary.LittleEndian.Uint16(b[at:]))
	if n == 0 {
		return "", nil
	}
	from := binary.LittleEndian.Uint64(b[at+8:]) - base
	if n%2 != 0 || from > uint64(len(b)) || n > uint64(len(b))-from {
		return "", errLSA
	}
	units := make([]uint16, n/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[from+2*uint64(i):]) //nolint:gosec // an index
	}
	return string(utf16.Decode(units)), nil
}

// lsaTime reads 100 ns since 1601.
func lsaTime(b []byte) time.Time {
	const toUnix = 11644473600
	n := int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // a FILETIME
	if n <= 0 || n == 1<<63-1 {
		return time.Time{}
	}
	return time.Unix(n/1e7-toUnix, n%1e7*100).UTC()
}

// s4uLogon lays out KERB_S4U_LOGON for a network logon in a user's name; the
// strings have to stand in the same buffer, right behind the structure. base
// is the buffer's address.
func s4uLogon(upn, realm string, base uint64) []byte {
	user, domain := utf16.Encode([]rune(upn)), utf16.Encode([]rune(realm))
	b := make([]byte, lsaS4USize, lsaS4USize+2*(len(user)+len(domain)))
	binary.LittleEndian.PutUint32(b, lsaS4ULogon)
	for i, text := range [][]uint16{user, domain} {
		at := 8 + i*lsaStringSize
		binary.LittleEndian.PutUint16(b[at:], uint16(2*len(text)))   //nolint:gosec // names are short
		binary.LittleEndian.PutUint16(b[at+2:], uint16(2*len(text))) //nolint:gosec // likewise
		binary.LittleEndian.PutUint64(b[at+8:], base+uint64(len(b)))
		for _, u := range text {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
	}
	return b
}
