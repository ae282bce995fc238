package collect

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

func (local) Domain() (string, bool, error) {
	var name *uint16
	var status uint32
	if err := windows.NetGetJoinInformation(nil, &name, &status); err != nil {
		return "", false, fmt.Errorf("asking what this machine is joined to: %w", err)
	}
	short := windows.UTF16PtrToString(name)
	if err := windows.NetApiBufferFree((*byte)(unsafe.Pointer(name))); err != nil {
		return "", false, fmt.Errorf("asking what this machine is joined to: %w", err)
	}
	if status != windows.NetSetupDomainName {
		return short, false, nil
	}
	if full := joinedTo(); full != "" {
		return full, true, nil
	}
	n := uint32(512)
	buffer := make([]uint16, n)
	if err := windows.GetComputerNameEx(windows.ComputerNamePhysicalDnsDomain, &buffer[0], &n); err != nil || n == 0 {
		return short, true, nil //nolint:nilerr // the short name is a name as well
	}
	return windows.UTF16ToString(buffer[:n]), true, nil
}

// primaryDomain is DSROLE_PRIMARY_DOMAIN_INFO_BASIC.
type primaryDomain struct {
	role                uint32
	flags               uint32
	short, full, forest *uint16
	id                  windows.GUID
}

// joinedTo is the domain's own DNS name; empty where Windows does not tell. The
// suffix of the machine's name may be another one.
func joinedTo() string {
	dll := windows.NewLazySystemDLL("netapi32.dll")
	ask, free := dll.NewProc("DsRoleGetPrimaryDomainInformation"), dll.NewProc("DsRoleFreeMemory")
	if ask.Find() != nil || free.Find() != nil {
		return ""
	}
	var info *primaryDomain
	if code, _, _ := ask.Call(0, 1, uintptr(unsafe.Pointer(&info))); code != 0 || info == nil {
		return ""
	}
	full := windows.UTF16PtrToString(info.full)
	_, _, _ = free.Call(uintptr(unsafe.Pointer(info))) // what cannot be freed is gone with the program
	return full
}

// The functions of I_NetLogonControl2 and what they answer at level 2.
const (
	channelQuery      = 6    // NETLOGON_CONTROL_TC_QUERY: as it was last used
	channelVerify     = 10   // NETLOGON_CONTROL_TC_VERIFY: tried now; administrators only
	channelTried      = 0x80 // NETLOGON_VERIFY_STATUS_RETURNED: pdcStatus is that of the trial
	channelLimit      = 30 * time.Second
	errNoLogonServers = syscall.Errno(1311) // ERROR_NO_LOGON_SERVERS
	errNoSuchDomain   = syscall.Errno(1355) // ERROR_NO_SUCH_DOMAIN
	errRPCUnavailable = syscall.Errno(1722) // RPC_S_SERVER_UNAVAILABLE
)

type netlogonInfo2 struct {
	flags, pdcStatus uint32
	controller       *uint16
	channelStatus    uint32
}

// Channel asks Netlogon. Somebody who is no administrator learns how the
// channel stood when it was last used.
func (local) Channel(ctx context.Context, domain string) (bool, error) {
	return within(ctx, channelLimit, func() (bool, error) { return channel(domain) })
}

func channel(domain string) (bool, error) {
	control := windows.NewLazySystemDLL("netapi32.dll").NewProc("I_NetLogonControl2")
	if err := control.Find(); err != nil {
		return false, fmt.Errorf("asking Netlogon: %w", err)
	}
	wide, err := windows.UTF16PtrFromString(domain)
	if err != nil {
		return false, fmt.Errorf("asking Netlogon: %w", err)
	}
	var info *netlogonInfo2
	code := uintptr(0)
	for _, function := range []uintptr{channelVerify, channelQuery} {
		code, _, _ = control.Call(0, function, 2, uintptr(unsafe.Pointer(&wide)), uintptr(unsafe.Pointer(&info)))
		if !errors.Is(syscall.Errno(code), windows.ERROR_ACCESS_DENIED) {
			break
		}
	}
	if code != 0 {
		return false, fmt.Errorf("asking Netlogon: %w", syscall.Errno(code))
	}
	if info == nil {
		return false, errors.New("asking Netlogon: it answered nothing")
	}
	status := syscall.Errno(info.channelStatus)
	if status == 0 && info.flags&channelTried != 0 {
		status = syscall.Errno(info.pdcStatus)
	}
	if err := windows.NetApiBufferFree((*byte)(unsafe.Pointer(info))); err != nil {
		return false, fmt.Errorf("asking Netlogon: %w", err)
	}
	// Nobody to ask is not a channel that is broken.
	if status == errNoLogonServers || status == errNoSuchDomain || status == errRPCUnavailable {
		return false, fmt.Errorf("no domain controller answers this machine: %w", status)
	}
	return status == 0, nil
}
