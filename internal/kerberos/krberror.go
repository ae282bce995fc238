package kerberos

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const kdcSystem = "KDC"

// KDCError is a KRB-ERROR, kept whole.
type KDCError struct {
	Code int
	Name string // KDC_ERR_BADOPTION
	// NTStatus is Windows' own reason, from e-data; zero when none came.
	NTStatus     uint32
	NTStatusName string
	// Time is the answering machine's clock.
	Time  time.Time
	Realm string // the client's realm, where the KDC names one
	Text  string // e-text, cleaned
	EData []byte
}

// Error names the code and, where one came, the Windows status.
func (e *KDCError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d)", e.Name, e.Code)
	if e.NTStatus != 0 {
		b.WriteString(", " + e.NTStatusName)
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// parseError reads a KRB-ERROR; ok is false when raw is something else.
func parseError(raw []byte) (*KDCError, bool) {
	if len(raw) == 0 || raw[0] != 0x7e { // [APPLICATION 30]
		return nil, false
	}
	var m messages.KRBError
	if guard(func() error { return m.Unmarshal(raw) }) != nil {
		return nil, false //nolint:nilerr // false says that it is no error message
	}
	e := &KDCError{
		Code:  int(m.ErrorCode),
		Name:  CodeName(int(m.ErrorCode)),
		Time:  m.STime.Add(time.Duration(m.Susec) * time.Microsecond),
		Realm: netprobe.Clean(m.CRealm),
		Text:  netprobe.Clean(m.EText),
		EData: m.EData,
	}
	if status, ok := ntstatus(m.EData); ok {
		e.NTStatus, e.NTStatusName = status, NTStatusName(status)
	}
	return e, true
}

// extendedError is the data-type of KERB-ERROR-DATA whose value holds an
// NTSTATUS (MS-KILE 2.2.1).
const extendedError = 3

// ntstatus reads the status from e-data: KERB-ERROR-DATA as Windows sends it, a
// list of such entries, or the bare twelve bytes that Samba sends at times.
func ntstatus(edata []byte) (uint32, bool) {
	if len(edata) == 12 && edata[0] != 0x30 {
		return extended(edata)
	}
	in := cryptobyte.String(edata)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() {
		return 0, false
	}
	if !seq.PeekASN1Tag(cbasn1.SEQUENCE) {
		return errorData(seq)
	}
	for !seq.Empty() {
		var entry cryptobyte.String
		if !seq.ReadASN1(&entry, cbasn1.SEQUENCE) {
			return 0, false
		}
		if status, ok := errorData(entry); ok {
			return status, true
		}
	}
	return 0, false
}

// errorData reads the inside of one KERB-ERROR-DATA.
func errorData(seq cryptobyte.String) (uint32, bool) {
	var wrapped, value, octets cryptobyte.String
	var kind int64
	if !seq.ReadASN1(&wrapped, explicit(1)) || !wrapped.ReadASN1Integer(&kind) || kind != extendedError {
		return 0, false
	}
	if !seq.ReadASN1(&value, explicit(2)) || !value.ReadASN1(&octets, cbasn1.OCTET_STRING) {
		return 0, false
	}
	return extended(octets)
}

// extended reads KERB_EXT_ERROR: status, reserved, flags.
func extended(b []byte) (uint32, bool) {
	if len(b) != 12 {
		return 0, false
	}
	status := binary.LittleEndian.Uint32(b)
	return status, status != 0
}

func explicit(n uint8) cbasn1.Tag { return cbasn1.Tag(n).ContextSpecific().Constructed() }

// refused wraps a KRB-ERROR for the checks. In a sign-in the codes about the
// client are about our credentials; elsewhere they are about somebody else.
func refused(op string, e *KDCError, signIn bool) *fact.Error {
	return &fact.Error{Kind: kindOf(e.Code, signIn), System: kdcSystem, Op: op, Code: e.Name, Text: e.Text, Err: e}
}

func kindOf(code int, signIn bool) fact.ErrorKind {
	switch code {
	case 6, 12, 18, 21, 23, 24:
		if signIn {
			return fact.NotSignedIn
		}
		if code == 6 {
			return fact.NotFound
		}
	case 7:
		return fact.NotFound
	case 29:
		return fact.Unreachable
	case 3, 16, 17, 52:
		return fact.Unsupported
	}
	return fact.Refused
}
