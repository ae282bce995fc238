package directory

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fullAccess is the mask that Windows' own tools write for whom they allow to
// act on behalf of others; the KDC asks for less.
const fullAccess = 0x000f01ff

// builtinAdministrators own the descriptors that Windows' tools write.
const builtinAdministrators = "S-1-5-32-544"

// allowTrustee adds an entry for sid to a self-relative descriptor and keeps
// everything that is in it. An absent descriptor is made.
func allowTrustee(raw []byte, sid string) ([]byte, error) {
	binary, err := sidBytes(sid)
	if err != nil {
		return nil, err
	}
	parts := sections{}
	if len(raw) == 0 {
		if parts.owner, err = sidBytes(builtinAdministrators); err != nil {
			return nil, err
		}
	} else if parts, err = split(raw); err != nil {
		return nil, err
	}
	// Allowing entries stand behind denying ones, so the end is right.
	parts.aces = append(parts.aces, allowACE(binary))
	return parts.join()
}

// removeTrustee takes the entries that allow sid out of a descriptor; nothing
// is left when nobody else is named in it.
func removeTrustee(raw []byte, sid string) ([]byte, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	parts, err := split(raw)
	if err != nil {
		return nil, err
	}
	parts.aces = slices.DeleteFunc(parts.aces, func(b []byte) bool {
		a, known, err := parseACE(b)
		return err == nil && known && a.Type == aceAllow && strings.EqualFold(a.SID, sid)
	})
	if len(parts.aces) == 0 {
		return nil, nil
	}
	return parts.join()
}

// sections are the parts of a self-relative descriptor, as they came.
type sections struct {
	control            uint16
	owner, group, sacl []byte
	aces               [][]byte
	revision           byte // of the list
}

func split(b []byte) (sections, error) {
	// Everything that is needed below is checked by the reader.
	if _, err := parseDescriptor(b); err != nil {
		return sections{}, err
	}
	s := sections{control: binary.LittleEndian.Uint16(b[2:])}
	for i, part := range []*[]byte{&s.owner, &s.group} {
		at := binary.LittleEndian.Uint32(b[4+4*i:])
		if at == 0 {
			continue
		}
		rest, err := from(b, at)
		if err != nil {
			return sections{}, err
		}
		_, n, err := parseSID(rest)
		if err != nil {
			return sections{}, err
		}
		*part = rest[:n]
	}
	sacl, err := list(b, binary.LittleEndian.Uint32(b[12:]))
	if err != nil {
		return sections{}, err
	}
	s.sacl = sacl
	dacl, err := list(b, binary.LittleEndian.Uint32(b[16:]))
	if err != nil || dacl == nil || s.control&daclPresent == 0 {
		return s, err
	}
	s.revision = dacl[0]
	for rest := dacl[8:]; len(rest) >= 4; {
		n := int(binary.LittleEndian.Uint16(rest[2:]))
		if n < 4 || n > len(rest) {
			return sections{}, errDescriptor
		}
		s.aces = append(s.aces, rest[:n])
		rest = rest[n:]
	}
	return s, nil
}

// list is the access control list at an offset; none where that is zero.
func list(b []byte, at uint32) ([]byte, error) {
	if at == 0 {
		return nil, nil
	}
	rest, err := from(b, at)
	if err != nil {
		return nil, err
	}
	if len(rest) < 8 {
		return nil, errDescriptor
	}
	n := int(binary.LittleEndian.Uint16(rest[2:]))
	if n < 8 || n > len(rest) {
		return nil, errDescriptor
	}
	return rest[:n], nil
}

func (s sections) join() ([]byte, error) {
	const header, limit = 20, 64 << 10
	revision := s.revision
	if revision == 0 {
		revision = 4 // as Windows' tools write a new list
	}
	dacl := []byte{revision, 0, 0, 0}
	dacl = binary.LittleEndian.AppendUint32(dacl, uint32(len(s.aces))) //nolint:gosec // bounded by limit below
	for _, a := range s.aces {
		dacl = append(dacl, a...)
	}
	if len(dacl) >= limit || len(s.aces) >= limit {
		return nil, fmt.Errorf("the list would be too long: %w", errDescriptor)
	}
	binary.LittleEndian.PutUint16(dacl[2:], uint16(len(dacl))) //nolint:gosec // checked above
	out := make([]byte, header, header+len(s.owner)+len(s.group)+len(s.sacl)+len(dacl))
	out[0] = 1
	binary.LittleEndian.PutUint16(out[2:], s.control|selfRelative|daclPresent)
	// Windows writes the lists behind owner and group, and all on four bytes.
	for _, part := range []struct {
		offset int
		bytes  []byte
	}{{4, s.owner}, {8, s.group}, {12, s.sacl}, {16, dacl}} {
		if len(part.bytes) == 0 {
			continue
		}
		binary.LittleEndian.PutUint32(out[part.offset:], uint32(len(out))) //nolint:gosec // below four times limit
		out = append(out, part.bytes...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out, nil
}

func allowACE(sid []byte) []byte {
	b := []byte{aceAllow, 0}
	b = binary.LittleEndian.AppendUint16(b, uint16(8+len(sid))) //nolint:gosec // a SID has at most 68 bytes
	b = binary.LittleEndian.AppendUint32(b, fullAccess)
	return append(b, sid...)
}

// sidBytes writes S-1-5-21-… as the directory keeps it.
func sidBytes(text string) ([]byte, error) {
	fields := strings.Split(text, "-")
	if len(fields) < 3 || len(fields) > 18 || !strings.EqualFold(fields[0], "S") || fields[1] != "1" {
		return nil, fmt.Errorf("%q is no SID", text)
	}
	authority, err := strconv.ParseUint(fields[2], 10, 48)
	if err != nil {
		return nil, fmt.Errorf("%q is no SID: %w", text, err)
	}
	b := []byte{1, byte(len(fields) - 3)}
	b = append(b, binary.BigEndian.AppendUint64(nil, authority)[2:]...)
	for _, f := range fields[3:] {
		n, err := strconv.ParseUint(f, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is no SID: %w", text, err)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return b, nil
}
