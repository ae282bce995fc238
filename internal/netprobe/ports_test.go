package netprobe_test

import (
	"sensegate/checks/access"
	"sensegate/checks/allowlist"
	"sensegate/checks/application"
	"sensegate/checks/kerberos"
	"sensegate/checks/spn"
	"sensegate/internal/netprobe"
)

// What the checks ask for is answered here.
var (
	_ access.Front      = (*netprobe.Front)(nil)
	_ allowlist.Front   = (*netprobe.Front)(nil)
	_ application.Front = (*netprobe.Front)(nil)
	_ kerberos.Front    = (*netprobe.Front)(nil)
	_ spn.Resolver      = (*netprobe.Resolver)(nil)
)
