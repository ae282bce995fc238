package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// resolve follows the canonical names of host, link by link, to its addresses.
func resolve(ctx context.Context, host string) (chain, addresses []string, err error) {
	addresses, lookup := net.DefaultResolver.LookupHost(ctx, host)
	var first *windows.DNSRecord
	err = windows.DnsQuery(host, windows.DNS_TYPE_A, 0, nil, &first, nil)
	if err == nil {
		defer windows.DnsRecordListFree(first, 1)
		for r := first; r != nil; r = r.Next {
			if r.Type == windows.DNS_TYPE_CNAME {
				// The record's data begins with the name it leads to.
				chain = append(chain, strings.TrimSuffix(windows.UTF16PtrToString((*windows.DNSPTRData)(unsafe.Pointer(&r.Data[0])).Host), "."))
			}
		}
	}
	if lookup != nil {
		if err != nil && !errors.Is(err, syscall.Errno(0)) {
			lookup = errors.Join(lookup, err)
		}
		return chain, nil, fmt.Errorf("looking it up: %w", lookup)
	}
	return chain, addresses, nil
}
