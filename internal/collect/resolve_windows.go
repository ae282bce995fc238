package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// resolve follows the canonical names of host, link by link, to its addresses.
func resolve(ctx context.Context, host string) (chain, addresses []string, err error) {
	addresses, lookup := net.DefaultResolver.LookupHost(ctx, host)
	chain, err = within(ctx, chainLimit, func() ([]string, error) { return canonical(host, windows.DNS_TYPE_A) })
	if len(chain) == 0 && lookup == nil {
		// A name with IPv6 addresses alone answers the first question with nothing.
		chain, _ = within(ctx, chainLimit, func() ([]string, error) { return canonical(host, windows.DNS_TYPE_AAAA) })
	}
	if lookup != nil {
		if err != nil && !errors.Is(err, syscall.Errno(0)) {
			lookup = errors.Join(lookup, err)
		}
		return chain, nil, fmt.Errorf("looking it up: %w", lookup)
	}
	return chain, addresses, nil
}

// chainLimit is how long the links may take; the addresses are what counts.
const chainLimit = 8 * time.Second

// canonical are the names that host leads through.
func canonical(host string, kind uint16) ([]string, error) {
	var first *windows.DNSRecord
	if err := windows.DnsQuery(host, kind, 0, nil, &first, nil); err != nil {
		return nil, err //nolint:wrapcheck // the caller says what was asked
	}
	defer windows.DnsRecordListFree(first, 1)
	var chain []string
	for r := first; r != nil; r = r.Next {
		if r.Type == windows.DNS_TYPE_CNAME {
			// The record's data begins with the name it leads to.
			chain = append(chain, strings.TrimSuffix(windows.UTF16PtrToString((*windows.DNSPTRData)(unsafe.Pointer(&r.Data[0])).Host), "."))
		}
	}
	return chain, nil
}
