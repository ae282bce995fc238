package directory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

var errDescriptor = errors.New("it is no self-relative security descriptor")

// Types of access control entries, MS-DTYP 2.4.4.1.
const (
	aceAllow          = 0
	aceDeny           = 1
	aceAllowObject    = 5
	aceDenyObject     = 6
	aceAllowCallback  = 9
	aceDenyCallback   = 10
	aceAllowCallbackO = 11
	aceDenyCallbackO  = 12
)

const (
	controlAccess = 0x100 // what the KDC asks for
	genericAll    = 0x10000000
	daclPresent   = 0x0004
	selfRelative  = 0x8000
)

// descriptor is as much of a security descriptor as delegation needs.
type descriptor struct {
	Owner string
	ACEs  []ace
}

// ace is one entry of the discretionary list.
type ace struct {
	Type      byte
	Mask      uint32
	SID       string
	Condition bool // it holds only under a condition that cannot be judged here
}

// trustees are the SIDs that may act on behalf of others: allowed, not denied
// and not under a condition. No list, or an empty one, allows nobody here.
func (d descriptor) trustees() []string {
	denied := map[string]bool{}
	seen := map[string]bool{}
	var out []string
	for _, a := range d.ACEs {
		if a.Mask&(controlAccess|genericAll) == 0 {
			continue
		}
		switch a.Type {
		case aceDeny, aceDenyObject, aceDenyCallback, aceDenyCallbackO:
			denied[a.SID] = true
		case aceAllow, aceAllowObject:
			if !seen[a.SID] {
				seen[a.SID] = true
				out = append(out, a.SID)
			}
		}
	}
	kept := out[:0]
	for _, sid := range out {
		if !denied[sid] {
			kept = append(kept, sid)
		}
	}
	return kept
}

// conditional are the SIDs of entries that hold only under a condition.
func (d descriptor) conditional() []string {
	var out []string
	for _, a := range d.ACEs {
		if a.Condition && a.Mask&(controlAccess|genericAll) != 0 {
			out = append(out, a.SID)
		}
	}
	return out
}

// parseDescriptor reads a self-relative security descriptor on any system.
func parseDescriptor(b []byte) (descriptor, error) {
	if len(b) < 20 || b[0] != 1 {
		return descriptor{}, errDescriptor
	}
	control := binary.LittleEndian.Uint16(b[2:])
	if control&selfRelative == 0 {
		return descriptor{}, errDescriptor
	}
	var d descriptor
	if at := binary.LittleEndian.Uint32(b[4:]); at != 0 {
		part, err := from(b, at)
		if err != nil {
			return descriptor{}, err
		}
		if d.Owner, _, err = parseSID(part); err != nil {
			return descriptor{}, err
		}
	}
	at := binary.LittleEndian.Uint32(b[16:])
	if control&daclPresent == 0 || at == 0 {
		return d, nil
	}
	list, err := from(b, at)
	if err != nil {
		return descriptor{}, err
	}
	d.ACEs, err = parseACL(list)
	return d, err
}

func from(b []byte, at uint32) ([]byte, error) {
	if uint64(at) > uint64(len(b)) {
		return nil, errDescriptor
	}
	return b[at:], nil
}

func parseACL(b []byte) ([]ace, error) {
	if len(b) < 8 || b[0] != 2 && b[0] != 4 {
		return nil, errDescriptor
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	count := int(binary.LittleEndian.Uint16(b[4:]))
	if size < 8 || size > len(b) {
		return nil, errDescriptor
	}
	b = b[8:size]
	var out []ace
	for range count {
		if len(b) < 4 {
			return nil, errDescriptor
		}
		n := int(binary.LittleEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return nil, errDescriptor
		}
		a, known, err := parseACE(b[:n])
		if err != nil {
			return nil, err
		}
		if known {
			out = append(out, a)
		}
		b = b[n:]
	}
	return out, nil
}

// parseACE reads one entry; kinds that grant and deny nothing are not known.
func parseACE(b []byte) (a ace, known bool, err error) {
	a = ace{Type: b[0]}
	rest := b[4:]
	object := false
	switch a.Type {
	case aceAllow, aceDeny:
	case aceAllowObject, aceDenyObject:
		object = true
	case aceAllowCallback, aceDenyCallback:
		a.Condition = true
	case aceAllowCallbackO, aceDenyCallbackO:
		a.Condition, object = true, true
	default:
		return ace{}, false, nil
	}
	if len(rest) < 4 {
		return ace{}, false, errDescriptor
	}
	a.Mask, rest = binary.LittleEndian.Uint32(rest), rest[4:]
	if object {
		if rest, err = skipObjects(rest); err != nil {
			return ace{}, false, err
		}
	}
	a.SID, _, err = parseSID(rest)
	return a, true, err
}

// skipObjects passes the flags and the GUIDs that they announce.
func skipObjects(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errDescriptor
	}
	present := binary.LittleEndian.Uint32(b)
	skip := 4
	for _, bit := range []uint32{1, 2} {
		if present&bit != 0 {
			skip += 16
		}
	}
	if len(b) < skip {
		return nil, errDescriptor
	}
	return b[skip:], nil
}

// parseSID reads a binary SID and returns its text and length.
func parseSID(b []byte) (string, int, error) {
	if len(b) < 8 || b[0] != 1 || b[1] > 15 {
		return "", 0, errDescriptor
	}
	n := 8 + 4*int(b[1])
	if len(b) < n {
		return "", 0, errDescriptor
	}
	var authority uint64
	for _, x := range b[2:8] {
		authority = authority<<8 | uint64(x)
	}
	var s strings.Builder
	fmt.Fprintf(&s, "S-1-%d", authority)
	for i := 8; i < n; i += 4 {
		fmt.Fprintf(&s, "-%d", binary.LittleEndian.Uint32(b[i:]))
	}
	return s.String(), n, nil
}

// sidOf reads an attribute that must be one SID; empty when it is none.
func sidOf(b []byte) string {
	s, n, err := parseSID(b)
	if err != nil || n != len(b) {
		return ""
	}
	return s
}
