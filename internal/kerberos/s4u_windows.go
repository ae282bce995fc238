package kerberos

import (
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/alexbrainman/sspi"
	"golang.org/x/sys/windows"
)

// networkLogon is SECURITY_LOGON_TYPE Network, as a service makes for somebody
// who is not at the keyboard.
const networkLogon = 3

var errNotSystem = errors.New("the machine's own rehearsal runs only as LocalSystem")

var errNoLogon = errors.New("making a logon in the user's name (S4U2Self): Windows agreed and gave none")

// tokenSource is TOKEN_SOURCE: who asks for the logon.
type tokenSource struct {
	name [8]byte
	id   windows.LUID
}

// quotas is QUOTA_LIMITS.
type quotas struct {
	paged, nonPaged, minimum, maximum, pagefile uintptr
	time                                        int64
}

// rehearseAsMachine does what the connector service does on its own host: the
// LSA makes a logon in the user's name (S4U2Self), the thread takes it on, and
// SSPI asks for a ticket to spn with it (S4U2Proxy). The token is returned as
// it goes into an Authorization header.
func rehearseAsMachine(upn, realm, spn string) (token string, err error) {
	if !localSystem() {
		return "", errNotSystem
	}
	session, err := openLSA(true)
	if err != nil {
		return "", err
	}
	defer session.close()
	user, err := session.logonFor(upn, realm)
	if err != nil {
		return "", err
	}
	defer func() { _ = user.Close() }()

	// Impersonation belongs to the thread, not to the goroutine.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := impersonate(user); err != nil {
		return "", fmt.Errorf("taking on the user's logon: %w", err)
	}
	defer func() { err = errors.Join(err, windows.RevertToSelf()) }()
	return contextFor(spn)
}

// logonFor asks the LSA for a network logon in the user's name.
func (s *lsaSession) logonFor(upn, realm string) (windows.Token, error) {
	room := make([]byte, len(s4uLogon(upn, realm, 0)))
	copy(room, s4uLogon(upn, realm, uint64(uintptr(unsafe.Pointer(&room[0])))))
	origin, keep := newANSI("Sensegate")
	source := tokenSource{name: [8]byte{'S', 'e', 'n', 's', 'e', 'g', 't', 'e'}}
	var profile *byte
	var profileSize uint32
	var logon windows.LUID
	var token windows.Token
	var limits quotas
	var sub uint32
	p := procs()
	status, _, _ := p.logon.Call(uintptr(s.handle), uintptr(unsafe.Pointer(&origin)), networkLogon, uintptr(s.kerberos),
		uintptr(unsafe.Pointer(&room[0])), uintptr(len(room)), 0, uintptr(unsafe.Pointer(&source)),
		uintptr(unsafe.Pointer(&profile)), uintptr(unsafe.Pointer(&profileSize)), uintptr(unsafe.Pointer(&logon)),
		uintptr(unsafe.Pointer(&token)), uintptr(unsafe.Pointer(&limits)), uintptr(unsafe.Pointer(&sub)))
	runtime.KeepAlive(room)
	runtime.KeepAlive(keep)
	if profile != nil {
		_, _, _ = p.free.Call(uintptr(unsafe.Pointer(profile)))
	}
	if status != 0 {
		return 0, fmt.Errorf("making a logon in the user's name (S4U2Self): %w", lsaStatus(status))
	}
	if token == 0 {
		return 0, errNoLogon
	}
	return token, nil
}

func impersonate(user windows.Token) error {
	dll := windows.NewLazySystemDLL("advapi32.dll")
	ok, _, err := dll.NewProc("ImpersonateLoggedOnUser").Call(uintptr(user))
	if ok == 0 {
		return fmt.Errorf("impersonating: %w", err)
	}
	return nil
}

// contextFor makes the first token of a Kerberos context to spn as whoever the
// thread is; NTLM is not offered.
func contextFor(spn string) (string, error) {
	credential, err := sspi.AcquireCredentials("", "Kerberos", sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return "", fmt.Errorf("acquiring the user's credentials: %w", err)
	}
	defer func() { _ = credential.Release() }()
	target, err := windows.UTF16PtrFromString(spn)
	if err != nil {
		return "", fmt.Errorf("naming the service: %w", err)
	}
	client := sspi.NewClientContext(credential, sspi.ISC_REQ_MUTUAL_AUTH|sspi.ISC_REQ_CONNECTION|sspi.ISC_REQ_INTEGRITY)
	defer func() { _ = client.Release() }()
	out := make([]byte, 64<<10)
	var buffers [1]sspi.SecBuffer
	buffers[0].Set(sspi.SECBUFFER_TOKEN, out)
	desc := &sspi.SecBufferDesc{Version: sspi.SECBUFFER_VERSION, BuffersCount: 1, Buffers: &buffers[0]}
	status := client.Update(target, desc, nil)
	if status != sspi.SEC_E_OK && status != sspi.SEC_I_CONTINUE_NEEDED {
		return "", fmt.Errorf("asking for the ticket on behalf of the user (S4U2Proxy): %w", status)
	}
	return "Negotiate " + base64.StdEncoding.EncodeToString(out[:buffers[0].BufferSize]), nil
}
