package security

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Access rights that matter here.
const (
	ControlAccess uint32 = 0x00000100
	GenericAll    uint32 = 0x10000000
	ReadProperty  uint32 = 0x00000010
	// FullControl is what the tools write for resource-based delegation.
	FullControl uint32 = 0x000F01FF
)

// ACE types the evaluation knows.
const (
	AllowType    = 0
	DenyType     = 1
	AllowObject  = 5
	DenyObject   = 6
	AllowExpress = 9 // conditional: cannot be evaluated, so it grants nothing
)

const (
	selfRelative = 0x8000
	daclPresent  = 0x0004
	maxACEs      = 4096
)

// ACE is one line of an access list.
type ACE struct {
	Type  byte
	Flags byte
	Mask  uint32
	SID   SID
}

// Descriptor is a self-relative security descriptor. A nil DACL means that the
// descriptor has none.
type Descriptor struct {
	Owner, Group SID
	DACL         []ACE
}

// ParseDescriptor reads the binary form.
func ParseDescriptor(b []byte) (Descriptor, error) {
	var d Descriptor
	if len(b) < 20 || b[0] != 1 {
		return d, fmt.Errorf("not a security descriptor: %d bytes", len(b))
	}
	control := binary.LittleEndian.Uint16(b[2:])
	if control&selfRelative == 0 {
		return d, fmt.Errorf("the security descriptor is not self-relative (control %#04x)", control)
	}
	owner, group, dacl := offset(b, 4), offset(b, 8), offset(b, 16)
	for _, part := range []struct {
		at   int
		into *SID
	}{{owner, &d.Owner}, {group, &d.Group}} {
		if part.at == 0 {
			continue
		}
		if part.at < 20 || part.at > len(b) {
			return d, fmt.Errorf("the security descriptor points outside itself (%d of %d)", part.at, len(b))
		}
		sid, _, err := ParseSID(b[part.at:])
		if err != nil {
			return d, fmt.Errorf("reading a security descriptor: %w", err)
		}
		*part.into = sid
	}
	if control&daclPresent == 0 || dacl == 0 {
		return d, nil
	}
	if dacl < 20 || dacl > len(b) {
		return d, fmt.Errorf("the access list starts outside the descriptor (%d of %d)", dacl, len(b))
	}
	aces, err := parseACL(b[dacl:])
	d.DACL = aces
	return d, err
}

func offset(b []byte, at int) int {
	v := binary.LittleEndian.Uint32(b[at:])
	if v > 1<<20 {
		return 1 << 20
	}
	return int(v)
}

func parseACL(b []byte) ([]ACE, error) {
	if len(b) < 8 || (b[0] != 2 && b[0] != 4) {
		return nil, errors.New("not an access list")
	}
	size, count := int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint16(b[4:]))
	if size > len(b) || size < 8 || count > maxACEs {
		return nil, fmt.Errorf("an access list of %d bytes and %d entries in %d bytes", size, count, len(b))
	}
	b = b[8:size]
	out := make([]ACE, 0, min(count, 64))
	for range count {
		if len(b) < 8 {
			return nil, errors.New("the access list is cut short")
		}
		n := int(binary.LittleEndian.Uint16(b[2:]))
		if n < 8 || n > len(b) {
			return nil, fmt.Errorf("an access entry of %d bytes in %d", n, len(b))
		}
		ace := ACE{Type: b[0], Flags: b[1], Mask: binary.LittleEndian.Uint32(b[4:])}
		at := 8
		if ace.Type == AllowObject || ace.Type == DenyObject {
			if n < 12 {
				return nil, fmt.Errorf("an object access entry of %d bytes", n)
			}
			present := binary.LittleEndian.Uint32(b[8:])
			at = 12 + 16*int(present&1) + 16*int(present>>1&1)
		}
		switch ace.Type {
		case AllowType, DenyType, AllowObject, DenyObject, AllowExpress:
			if at > n {
				return nil, errors.New("an access entry without a trustee")
			}
			sid, _, err := ParseSID(b[at:n])
			if err != nil {
				return nil, fmt.Errorf("reading an access entry: %w", err)
			}
			ace.SID = sid
		}
		out = append(out, ace)
		b = b[n:]
	}
	return out, nil
}

// Bytes is the binary form, as the tools of Windows write it.
func (d Descriptor) Bytes() ([]byte, error) {
	control := uint16(selfRelative)
	if d.DACL != nil {
		control |= daclPresent
	}
	out := make([]byte, 20)
	out[0] = 1
	binary.LittleEndian.PutUint16(out[2:], control)
	owner, err := sidOrNothing(d.Owner)
	if err != nil {
		return nil, err
	}
	group, err := sidOrNothing(d.Group)
	if err != nil {
		return nil, err
	}
	out = place(place(out, 4, owner), 8, group)
	if d.DACL == nil {
		return out, nil
	}
	acl, err := encodeACL(d.DACL)
	if err != nil {
		return nil, err
	}
	return place(out, 16, acl), nil
}

func sidOrNothing(s SID) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	return s.Bytes()
}

func place(out []byte, field int, part []byte) []byte {
	if part == nil {
		return out
	}
	binary.LittleEndian.PutUint32(out[field:], uint32(len(out)))
	return append(out, part...)
}

func encodeACL(aces []ACE) ([]byte, error) {
	out := []byte{4, 0, 0, 0, 0, 0, 0, 0}
	for _, a := range aces {
		if a.Type != AllowType && a.Type != DenyType {
			return nil, fmt.Errorf("an access entry of type %d cannot be written", a.Type)
		}
		sid, err := a.SID.Bytes()
		if err != nil {
			return nil, err
		}
		head := []byte{a.Type, a.Flags, 0, 0}
		binary.LittleEndian.PutUint16(head[2:], uint16(8+len(sid)))
		head = binary.LittleEndian.AppendUint32(head, a.Mask)
		out = append(append(out, head...), sid...)
	}
	binary.LittleEndian.PutUint16(out[2:], uint16(len(out)))
	binary.LittleEndian.PutUint16(out[4:], uint16(len(aces)))
	return out, nil
}

// Trustees are the identifiers the descriptor allows control access to, less
// those it denies, in order and once each.
func (d Descriptor) Trustees() []SID {
	denied := map[SID]bool{}
	seen := map[SID]bool{}
	var out []SID
	for _, a := range d.DACL {
		if a.Mask&(ControlAccess|GenericAll) == 0 {
			continue
		}
		switch a.Type {
		case DenyType, DenyObject:
			denied[a.SID] = true
		case AllowType, AllowObject:
			if !denied[a.SID] && !seen[a.SID] {
				seen[a.SID] = true
				out = append(out, a.SID)
			}
		}
	}
	return out
}

// Allows says whether somebody holding these identifiers is granted control
// access: the first entry that names one of them decides.
func (d Descriptor) Allows(token []SID) bool {
	holds := make(map[SID]bool, len(token)+2)
	for _, s := range token {
		holds[s] = true
	}
	for _, a := range d.DACL {
		if !holds[a.SID] || a.Mask&(ControlAccess|GenericAll) == 0 {
			continue
		}
		switch a.Type {
		case DenyType, DenyObject:
			return false
		case AllowType, AllowObject:
			return true
		}
	}
	return false
}

// AllowOnly is the descriptor that resource-based delegation tools write: owned
// by the administrators, full control for each trustee.
func AllowOnly(trustees ...SID) Descriptor {
	d := Descriptor{Owner: Administrators, DACL: []ACE{}}
	for _, t := range trustees {
		d.DACL = append(d.DACL, ACE{Type: AllowType, Mask: FullControl, SID: t})
	}
	return d
}
