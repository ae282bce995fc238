package kerberos

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// defaultCache is a file only where one is named; otherwise tickets are in the
// LSA.
func defaultCache() string { return os.Getenv("KRB5CCNAME") }

func systemTickets(name string) ([]fact.CachedTicket, error) {
	if name != "" {
		return fileTickets(name)
	}
	session, err := openLSA(false)
	if err != nil {
		return nil, err
	}
	defer session.close()
	raw, base, free, err := session.call(lsaRequest())
	if err != nil {
		return nil, err
	}
	defer free()
	records, err := parseLSA(raw, base)
	if err != nil {
		return nil, err
	}
	out := make([]fact.CachedTicket, 0, len(records))
	for _, r := range records {
		out = append(out, fact.CachedTicket{
			Client: netprobe.Clean(r.client + "@" + r.clientRealm), Server: netprobe.Clean(r.server), Realm: netprobe.Clean(r.serverRealm),
			EType: int(r.etype), ETypeName: ETypeName(int(r.etype)), Start: r.start, Until: r.end, Flags: lsaFlags(r.flags),
		})
	}
	return out, nil
}

// lsaSession is a connection to the LSA's Kerberos package.
type lsaSession struct {
	handle   windows.Handle
	kerberos uint32
}

// lsaProcs are the calls that x/sys does not have.
type lsaProcs struct {
	connect, register, lookup, call, logon, free, deregister *windows.LazyProc
}

func procs() lsaProcs {
	dll := windows.NewLazySystemDLL("secur32.dll")
	return lsaProcs{
		connect: dll.NewProc("LsaConnectUntrusted"), register: dll.NewProc("LsaRegisterLogonProcess"),
		lookup: dll.NewProc("LsaLookupAuthenticationPackage"), call: dll.NewProc("LsaCallAuthenticationPackage"),
		logon: dll.NewProc("LsaLogonUser"), free: dll.NewProc("LsaFreeReturnBuffer"), deregister: dll.NewProc("LsaDeregisterLogonProcess"),
	}
}

// found says which of the calls this Windows lacks: to call one that is not there
// would end the program.
func (p lsaProcs) found() error {
	for _, proc := range []*windows.LazyProc{p.connect, p.register, p.lookup, p.call, p.logon, p.free, p.deregister} {
		if err := proc.Find(); err != nil {
			return fmt.Errorf("looking for the LSA's calls: %w", err)
		}
	}
	return nil
}

// ansiString is STRING of ntdef.h.
type ansiString struct {
	length, room uint16
	buffer       *byte
}

func newANSI(text string) (ansiString, []byte) {
	b := append([]byte(text), 0)
	return ansiString{length: uint16(len(text)), room: uint16(len(b)), buffer: &b[0]}, b //nolint:gosec // a name of ours
}

// openLSA connects; trusted needs SeTcbPrivilege, which LocalSystem has.
func openLSA(trusted bool) (*lsaSession, error) {
	p := procs()
	if err := p.found(); err != nil {
		return nil, err
	}
	s := &lsaSession{}
	var status uintptr
	if trusted {
		name, keep := newANSI("Sensegate")
		var mode uint32
		status, _, _ = p.register.Call(uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&s.handle)), uintptr(unsafe.Pointer(&mode)))
		_ = keep
	} else {
		status, _, _ = p.connect.Call(uintptr(unsafe.Pointer(&s.handle)))
	}
	if status != 0 {
		return nil, fmt.Errorf("connecting to the LSA: %w", lsaStatus(status))
	}
	name, keep := newANSI("Kerberos")
	status, _, _ = p.lookup.Call(uintptr(s.handle), uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&s.kerberos)))
	_ = keep
	if status != 0 {
		s.close()
		return nil, fmt.Errorf("looking for the LSA's Kerberos package: %w", lsaStatus(status))
	}
	return s, nil
}

func (s *lsaSession) close() { _, _, _ = procs().deregister.Call(uintptr(s.handle)) }

// call hands a message to the package. The answer belongs to the LSA until
// free is called.
func (s *lsaSession) call(message []byte) (answer []byte, base uint64, free func(), err error) {
	p := procs()
	var buffer *byte
	var length, inner uint32
	status, _, _ := p.call.Call(uintptr(s.handle), uintptr(s.kerberos), uintptr(unsafe.Pointer(&message[0])), uintptr(len(message)),
		uintptr(unsafe.Pointer(&buffer)), uintptr(unsafe.Pointer(&length)), uintptr(unsafe.Pointer(&inner)))
	if status != 0 {
		return nil, 0, nil, fmt.Errorf("asking the LSA: %w", lsaStatus(status))
	}
	if inner != 0 {
		return nil, 0, nil, fmt.Errorf("asking the LSA's Kerberos package: %w", lsaStatus(uintptr(inner)))
	}
	if buffer == nil {
		return nil, 0, nil, errLSA
	}
	address := uintptr(unsafe.Pointer(buffer))
	return unsafe.Slice(buffer, length), uint64(address), func() { _, _, _ = p.free.Call(address) }, nil
}

// lsaStatus is what the LSA answered, by its name.
func lsaStatus(status uintptr) error {
	code := uint32(status) //nolint:gosec // an NTSTATUS has 32 bits
	return fmt.Errorf("%s: %w", NTStatusName(code), windows.NTStatus(code))
}

// lsaFlags names the flags of a ticket as the file cache does.
func lsaFlags(bits uint32) []string {
	return flagNames([]byte{byte(bits >> 24), byte(bits >> 16), byte(bits >> 8), byte(bits)})
}

// localSystem says whether this process runs as the machine itself.
func localSystem() bool {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	return err == nil && strings.EqualFold(user.User.Sid.String(), "S-1-5-18")
}
