//go:build !linux

package ad_test

import "testing"

func TestRealDomain(t *testing.T) {
	t.Skip("a real domain controller is provisioned on Linux only")
}
