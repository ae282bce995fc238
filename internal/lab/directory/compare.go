package directory

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/lab/directory/security"
)

// same says whether two values of an attribute are equal.
func same(a attribute, x, y string) bool {
	order, ok := compare(a, x, y)
	return ok && order == 0
}

// compare orders a stored value against an asserted one as the syntax of the
// attribute demands; false when the assertion makes no sense for it.
func compare(a attribute, stored, asserted string) (int, bool) {
	switch a.syntax {
	case syntaxInteger:
		x, err1 := strconv.ParseInt(stored, 10, 64)
		y, err2 := strconv.ParseInt(strings.TrimSpace(asserted), 10, 64)
		return cmp.Compare(x, y), err1 == nil && err2 == nil
	case syntaxDN:
		x, err1 := parseDN(stored)
		y, err2 := parseDN(asserted)
		if err1 != nil || err2 != nil {
			return 0, false
		}
		return strings.Compare(x.key(), y.key()), true
	case syntaxTime:
		x, ok1 := parseTime(stored)
		y, ok2 := parseTime(asserted)
		return x.Compare(y), ok1 && ok2
	case syntaxSID:
		return bytes.Compare([]byte(stored), binarySID(asserted)), true
	case syntaxGUID:
		return bytes.Compare([]byte(stored), binaryGUID(asserted)), true
	case syntaxBoolean, syntaxOctets, syntaxDescriptor:
		return strings.Compare(stored, asserted), true
	}
	return strings.Compare(fold(stored), fold(asserted)), true
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{"20060102150405.0Z", "20060102150405Z", "20060102150405.999Z", "20060102150405Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// binarySID accepts both spellings a filter may use.
func binarySID(s string) []byte {
	if strings.HasPrefix(s, "S-1-") || strings.HasPrefix(s, "s-1-") {
		if raw, err := security.SID(s).Bytes(); err == nil {
			return raw
		}
	}
	return []byte(s)
}

// binaryGUID accepts the 16 bytes or the dashed text, whose first three groups
// are little-endian.
func binaryGUID(s string) []byte {
	text := strings.Trim(s, "{}")
	if len(text) != 36 {
		return []byte(s)
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(raw) != 16 {
		return []byte(s)
	}
	out := binary.LittleEndian.AppendUint32(nil, binary.BigEndian.Uint32(raw))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(raw[4:]))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(raw[6:]))
	return append(out, raw[8:]...)
}

// wellFormed says whether a value may be stored under the attribute.
func wellFormed(a attribute, v string) bool {
	switch a.syntax {
	case syntaxInteger:
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	case syntaxBoolean:
		return v == "TRUE" || v == "FALSE"
	case syntaxDN:
		d, err := parseDN(v)
		return err == nil && len(d) > 0
	case syntaxTime:
		_, ok := parseTime(v)
		return ok
	case syntaxDescriptor:
		_, err := security.ParseDescriptor([]byte(v))
		return err == nil
	}
	return v != ""
}
