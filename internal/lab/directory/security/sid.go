// Package security reads and writes the two binary forms a Windows directory
// keeps: security identifiers and self-relative security descriptors.
package security

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// SID is a security identifier in its text form, S-1-5-….
type SID string

// Identifiers that are the same in every installation.
const (
	Everyone            SID = "S-1-1-0"
	AuthenticatedUsers  SID = "S-1-5-11"
	System              SID = "S-1-5-18"
	Self                SID = "S-1-5-10"
	Administrators      SID = "S-1-5-32-544"
	Users               SID = "S-1-5-32-545"
	AccountOperators    SID = "S-1-5-32-548"
	PreWindows2000      SID = "S-1-5-32-554"
	AuthorizationAccess SID = "S-1-5-32-560"
)

// Child is the identifier of the account numbered rid in the domain s.
func (s SID) Child(rid uint32) SID {
	return SID(string(s) + "-" + strconv.FormatUint(uint64(rid), 10))
}

// RID is the last number of the identifier, 0 when it has none.
func (s SID) RID() uint32 {
	last := string(s[strings.LastIndexByte(string(s), '-')+1:])
	n, err := strconv.ParseUint(last, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// Bytes is the binary form.
func (s SID) Bytes() ([]byte, error) {
	parts := strings.Split(string(s), "-")
	if len(parts) < 3 || !strings.EqualFold(parts[0], "S") || parts[1] != "1" || len(parts)-3 > 15 {
		return nil, fmt.Errorf("%q is not a security identifier", string(s))
	}
	authority, err := strconv.ParseUint(parts[2], 0, 48)
	if err != nil {
		return nil, fmt.Errorf("%q is not a security identifier: %w", string(s), err)
	}
	out := []byte{1, byte(len(parts) - 3)}
	var be [8]byte
	binary.BigEndian.PutUint64(be[:], authority)
	out = append(out, be[2:]...)
	for _, p := range parts[3:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a security identifier: %w", string(s), err)
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return out, nil
}

// ParseSID reads a binary identifier at the start of b and tells its length.
func ParseSID(b []byte) (SID, int, error) {
	if len(b) < 8 || b[0] != 1 || b[1] > 15 {
		return "", 0, fmt.Errorf("not a binary security identifier: % x", b[:min(len(b), 8)])
	}
	size := 8 + 4*int(b[1])
	if len(b) < size {
		return "", 0, fmt.Errorf("a security identifier of %d bytes is cut to %d", size, len(b))
	}
	var be [8]byte
	copy(be[2:], b[2:8])
	var sb strings.Builder
	fmt.Fprintf(&sb, "S-1-%d", binary.BigEndian.Uint64(be[:]))
	for i := 8; i < size; i += 4 {
		fmt.Fprintf(&sb, "-%d", binary.LittleEndian.Uint32(b[i:]))
	}
	return SID(sb.String()), size, nil
}
