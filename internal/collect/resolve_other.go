//go:build !windows

package collect

import (
	"context"
	"fmt"
	"net"
	"strings"
)

// resolve finds the addresses of host, and the last of its canonical names.
func resolve(ctx context.Context, host string) (chain, addresses []string, err error) {
	addresses, err = net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return nil, nil, fmt.Errorf("looking it up: %w", err)
	}
	canonical, err := net.DefaultResolver.LookupCNAME(ctx, host)
	if canonical = strings.TrimSuffix(canonical, "."); err == nil && !strings.EqualFold(canonical, host) {
		chain = []string{canonical} // some resolvers refuse the question; the addresses count
	}
	return chain, addresses, nil
}
