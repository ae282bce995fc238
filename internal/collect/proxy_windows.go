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

// What WinHttpDetectAutoProxyConfigUrl is asked with, and answers.
const (
	detectDHCP         = 0x1
	detectDNS          = 0x2
	errDetectionFailed = syscall.Errno(12180) // ERROR_WINHTTP_AUTODETECTION_FAILED
)

// detectionLimit is how long it may take: without an answer Windows itself tries
// one adapter and one suffix after the other.
const detectionLimit = 20 * time.Second

// Discovered looks for proxy settings as WinHTTP does: by DHCP's option 252 and
// by the name wpad.
func (local) Discovered(ctx context.Context) (string, error) {
	return within(ctx, detectionLimit, detected)
}

func detected() (string, error) {
	dll := windows.NewLazySystemDLL("winhttp.dll")
	detect := dll.NewProc("WinHttpDetectAutoProxyConfigUrl")
	free := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree")
	for _, p := range []*windows.LazyProc{detect, free} {
		if err := p.Find(); err != nil {
			return "", fmt.Errorf("looking for proxy settings: %w", err)
		}
	}
	var at *uint16
	ok, _, err := detect.Call(detectDHCP|detectDNS, uintptr(unsafe.Pointer(&at)))
	if ok == 0 {
		if errors.Is(err, errDetectionFailed) || errors.Is(err, syscall.Errno(0)) {
			return "", nil
		}
		return "", fmt.Errorf("looking for proxy settings: %w", err)
	}
	if at == nil {
		return "", nil
	}
	address := windows.UTF16PtrToString(at)
	_, _, _ = free.Call(uintptr(unsafe.Pointer(at))) // what cannot be freed is gone with the program
	return address, nil
}
