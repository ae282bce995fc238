package collect

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// TestWindowsLayouts: what Windows writes into must be laid out as it is in its
// headers, on every processor of 64 bits.
func TestWindowsLayouts(t *testing.T) {
	var n netlogonInfo2
	var p primaryDomain
	for name, at := range map[string][2]uintptr{
		"NETLOGON_INFO_2, status":           {unsafe.Offsetof(n.pdcStatus), 4},
		"NETLOGON_INFO_2, controller":       {unsafe.Offsetof(n.controller), 8},
		"NETLOGON_INFO_2, channel":          {unsafe.Offsetof(n.channelStatus), 16},
		"DSROLE_PRIMARY_DOMAIN_INFO, short": {unsafe.Offsetof(p.short), 8},
		"DSROLE_PRIMARY_DOMAIN_INFO, full":  {unsafe.Offsetof(p.full), 16},
		"DSROLE_PRIMARY_DOMAIN_INFO, id":    {unsafe.Offsetof(p.id), 32},
	} {
		if unsafe.Sizeof(uintptr(0)) == 8 && at[0] != at[1] {
			t.Errorf("%s is at %d, not at %d", name, at[0], at[1])
		}
	}
}

func TestWindowsStates(t *testing.T) {
	for s, want := range map[uint32]string{
		windows.SERVICE_STOPPED: "stopped", windows.SERVICE_START_PENDING: "start pending", windows.SERVICE_STOP_PENDING: "stop pending",
		windows.SERVICE_RUNNING: "running", windows.SERVICE_CONTINUE_PENDING: "paused", windows.SERVICE_PAUSE_PENDING: "paused", windows.SERVICE_PAUSED: "paused",
		99: "in the state 99",
	} {
		if got := state(s); got != want {
			t.Errorf("state %d is %q, want %q", s, got, want)
		}
	}
}

func TestWindowsAccounts(t *testing.T) {
	for account, want := range map[string]string{
		"LocalSystem": "S-1-5-18", `NT AUTHORITY\SYSTEM`: "S-1-5-18", `NT AUTHORITY\LocalService`: "S-1-5-19", `nt authority\local service`: "S-1-5-19",
		`NT AUTHORITY\NetworkService`: "S-1-5-20", `NT AUTHORITY\NETWORK SERVICE`: "S-1-5-20", `.\nobody-of-that-name`: "", `FABRIKAM\nobody`: "",
	} {
		if got := identifier(account); got != want {
			t.Errorf("%s is %q, want %q", account, got, want)
		}
	}
}

func TestWindowsPrograms(t *testing.T) {
	// Wine cannot take away what Go put there; the machine goes as a whole.
	folder := filepath.Join(os.TempDir(), "with blanks") //nolint:usetesting // see above
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "a.exe")
	if err := os.WriteFile(program, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SENSEGATE_FOLDER", folder)
	for line, want := range map[string]string{
		`"` + program + `" -k group`: program, program + ` -k group`: program, `"%SENSEGATE_FOLDER%\a.exe"`: program, `%SENSEGATE_FOLDER%\A.EXE /s`: filepath.Join(folder, "A.EXE"),
		`C:\gone\b.exe -k`: `C:\gone\b.exe`, "": "",
	} {
		if got := executable(line); got != want {
			t.Errorf("%s runs %q, want %q", line, got, want)
		}
	}
}

// TestWindowsVerdicts puts what Windows says of a certificate into words that
// the check can tell apart.
func TestWindowsVerdicts(t *testing.T) {
	leaf := &x509.Certificate{DNSNames: []string{"qlik01"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0)}
	for status, want := range map[uint32]string{
		windows.CERT_TRUST_IS_UNTRUSTED_ROOT: "does not hold", windows.CERT_TRUST_IS_PARTIAL_CHAIN: "does not hold",
		windows.CERT_TRUST_IS_NOT_TIME_VALID | windows.CERT_TRUST_IS_UNTRUSTED_ROOT: "does not hold",
		windows.CERT_TRUST_IS_NOT_TIME_VALID:                                        "has expired", windows.CERT_TRUST_IS_NOT_VALID_FOR_USAGE: "0x10",
		0: "is valid for qlik01, not sense.contoso.test",
	} {
		if err := judged(status, leaf, "sense.contoso.test"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("status %#x: %v, want %q", status, err, want)
		}
	}
	if err := judged(0, leaf, "qlik01"); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

// TestWindowsMachine asks what every machine can tell, and for what none has.
func TestWindowsMachine(t *testing.T) {
	m := Local()
	if name, err := m.Name(); err != nil || name == "" {
		t.Errorf("its name: %q %v", name, err)
	}
	if name, joined, err := m.Domain(); err != nil || joined || name == "" {
		t.Errorf("its domain: %q %t %v", name, joined, err)
	}
	if _, ok, err := m.Service("no such service"); ok || err != nil {
		t.Errorf("a service that is not there: %t %v", ok, err)
	}
	if v, err := m.Number(`SOFTWARE\no such key`, "x"); v != nil || err != nil {
		t.Errorf("a value that is not there: %v %v", v, err)
	}
	if v, err := m.Text(`HKU\S-1-5-21-0-0-0-0\Software`, "x"); v != "" || err != nil {
		t.Errorf("a user who is not there: %q %v", v, err)
	}
	if _, err := m.List(`C:\no such folder`); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Discovered(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("looking for proxy settings while nobody waits: %v", err)
	}
	if got := unreadable(usersHive+"S-1-5-20", "X", registry.MULTI_SZ, registry.ErrUnexpectedType).Error(); got != `HKU\S-1-5-20, X is of the wrong type REG_MULTI_SZ: delete it, and write it anew` {
		t.Errorf("a value of the wrong type: %s", got)
	}
}
