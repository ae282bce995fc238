package collect

import (
	"context"
	"errors"
	"fmt"
	"syscall"
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
	n := uint32(512)
	buffer := make([]uint16, n)
	if err := windows.GetComputerNameEx(windows.ComputerNamePhysicalDnsDomain, &buffer[0], &n); err != nil || n == 0 {
		return short, true, nil //nolint:nilerr // the short name is a name as well
	}
	return windows.UTF16ToString(buffer[:n]), true, nil
}

// The functions of I_NetLogonControl2 and what they answer at level 2.
const (
	channelQuery  = 6  // NETLOGON_CONTROL_TC_QUERY: as it was last used
	channelVerify = 10 // NETLOGON_CONTROL_TC_VERIFY: tried now; administrators only
)

type netlogonInfo2 struct {
	flags, pdcStatus uint32
	controller       *uint16
	channelStatus    uint32
}

// Channel asks Netlogon. Somebody who is no administrator learns how the
// channel stood when it was last used.
func (local) Channel(_ context.Context, domain string) (bool, error) {
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
	sound := info.channelStatus == 0
	if err := windows.NetApiBufferFree((*byte)(unsafe.Pointer(info))); err != nil {
		return false, fmt.Errorf("asking Netlogon: %w", err)
	}
	return sound, nil
}
