package qlik_test

import (
	"sensegate/checks/access"
	"sensegate/checks/allowlist"
	"sensegate/checks/kerberos"
	"sensegate/internal/qlik"
	"sensegate/steps"
)

// What the checks and the steps ask for is answered here.
var (
	_ access.Qlik      = (*qlik.Client)(nil)
	_ allowlist.Qlik   = (*qlik.Client)(nil)
	_ kerberos.Qlik    = (*qlik.Client)(nil)
	_ steps.QlikWriter = (*qlik.Writer)(nil)
)
