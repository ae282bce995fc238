package wire

import (
	"encoding/binary"
	"fmt"

	"github.com/jcmturner/gofork/encoding/asn1"
)

// NTSTATUS is the Windows status that a domain controller adds to an error.
type NTSTATUS uint32

// The statuses a refused sign-in or delegation carries.
const (
	StatusAccountRestriction NTSTATUS = 0xC000006E
	StatusAccountDisabled    NTSTATUS = 0xC0000072
	StatusNotSupported       NTSTATUS = 0xC00000BB
	StatusAccountExpired     NTSTATUS = 0xC0000193
	StatusPasswordMustChange NTSTATUS = 0xC0000224
	StatusNotFound           NTSTATUS = 0xC0000225
	StatusAccountLockedOut   NTSTATUS = 0xC0000234
	StatusNoMatch            NTSTATUS = 0xC0000272
)

// String gives the number and, where known, the name.
func (s NTSTATUS) String() string {
	names := map[NTSTATUS]string{
		StatusAccountRestriction: "STATUS_ACCOUNT_RESTRICTION",
		StatusAccountDisabled:    "STATUS_ACCOUNT_DISABLED",
		StatusNotSupported:       "STATUS_NOT_SUPPORTED",
		StatusAccountExpired:     "STATUS_ACCOUNT_EXPIRED",
		StatusPasswordMustChange: "STATUS_PASSWORD_MUST_CHANGE",
		StatusNotFound:           "STATUS_NOT_FOUND",
		StatusAccountLockedOut:   "STATUS_ACCOUNT_LOCKED_OUT",
		StatusNoMatch:            "STATUS_NO_MATCH",
	}
	if n, ok := names[s]; ok {
		return fmt.Sprintf("0x%08X %s", uint32(s), n)
	}
	return fmt.Sprintf("0x%08X", uint32(s))
}

// errorData is KERB-ERROR-DATA (MS-KILE section 2.2.2).
type errorData struct {
	Type  int32  `asn1:"explicit,tag:1"`
	Value []byte `asn1:"explicit,optional,tag:2"`
}

const (
	errTypeExtended = 3
	extErrorSize    = 12
)

// NewErrorData marshals the status as the e-data of a KRB-ERROR.
func NewErrorData(s NTSTATUS) ([]byte, error) {
	v := binary.LittleEndian.AppendUint32(nil, uint32(s))
	v = binary.LittleEndian.AppendUint32(v, 0)
	v = binary.LittleEndian.AppendUint32(v, 1)
	b, err := asn1.Marshal(errorData{Type: errTypeExtended, Value: v})
	if err != nil {
		return nil, fmt.Errorf("marshaling KERB-ERROR-DATA: %w", err)
	}
	return b, nil
}

// ParseErrorData finds the status in e-data, wrapped as Windows does or bare
// as Samba does.
func ParseErrorData(b []byte) (NTSTATUS, bool) {
	var d errorData
	if _, err := asn1.Unmarshal(b, &d); err == nil && d.Type == errTypeExtended {
		b = d.Value
	}
	if len(b) != extErrorSize {
		return 0, false
	}
	return NTSTATUS(binary.LittleEndian.Uint32(b)), true
}
