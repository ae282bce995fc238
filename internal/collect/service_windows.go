package collect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"sensegate/internal/fact"
)

// Service asks the service control manager, with no more rights than reading
// takes.
func (local) Service(name string) (Service, bool, error) {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return Service{}, false, fmt.Errorf("opening the service control manager: %w", err)
	}
	defer func() { _ = windows.CloseServiceHandle(manager) }() // it was only read
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return Service{}, false, err //nolint:wrapcheck // a NUL in a name of ours
	}
	h, err := windows.OpenService(manager, wide, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return Service{}, false, nil
	}
	if err != nil {
		return Service{}, false, fmt.Errorf("opening it: %w", err)
	}
	defer func() { _ = windows.CloseServiceHandle(h) }() // it was only read
	var status windows.SERVICE_STATUS
	if err := windows.QueryServiceStatus(h, &status); err != nil {
		return Service{}, false, fmt.Errorf("asking for its state: %w", err)
	}
	config, err := configuration(h)
	if err != nil {
		return Service{}, false, fmt.Errorf("asking for its configuration: %w", err)
	}
	account := windows.UTF16PtrToString(config.ServiceStartName)
	return Service{
		Service: fact.Service{
			Name: name, Display: windows.UTF16PtrToString(config.DisplayName), State: state(status.CurrentState),
			Start: start(h, config.StartType), Account: account, SID: identifier(account),
		},
		Program: executable(windows.UTF16PtrToString(config.BinaryPathName)),
	}, true, nil
}

func configuration(h windows.Handle) (*windows.QUERY_SERVICE_CONFIG, error) {
	size := uint32(1024)
	for {
		block := make([]uint64, (size+7)/8) // aligned for the structure in it
		config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&block[0]))
		err := windows.QueryServiceConfig(h, config, size, &size)
		if err == nil || !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) || size > 1<<16 {
			return config, err //nolint:wrapcheck // the caller says what was asked
		}
	}
}

func state(s uint32) string {
	switch s {
	case windows.SERVICE_STOPPED:
		return "stopped"
	case windows.SERVICE_START_PENDING:
		return "start pending"
	case windows.SERVICE_STOP_PENDING:
		return "stop pending"
	case windows.SERVICE_PAUSED, windows.SERVICE_PAUSE_PENDING, windows.SERVICE_CONTINUE_PENDING:
		return "paused"
	case windows.SERVICE_RUNNING:
		return "running"
	}
	return "in the state " + strconv.Itoa(int(s))
}

func start(h windows.Handle, kind uint32) string {
	switch kind {
	case windows.SERVICE_DEMAND_START:
		return "manual"
	case windows.SERVICE_DISABLED:
		return "disabled"
	}
	var info windows.SERVICE_DELAYED_AUTO_START_INFO
	var needed uint32
	err := windows.QueryServiceConfig2(h, windows.SERVICE_CONFIG_DELAYED_AUTO_START_INFO,
		(*byte)(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)), &needed)
	if err == nil && info.IsDelayedAutoStartUp != 0 {
		return "automatic (delayed)"
	}
	return "automatic"
}

// identifier is the SID of an account, which is the same in every language;
// empty where Windows does not tell.
func identifier(account string) string {
	// The service control manager keeps these in English whatever the language,
	// and the lookup may know the translated names alone.
	switch strings.ReplaceAll(strings.ToUpper(account), " ", "") {
	case "LOCALSYSTEM", `NTAUTHORITY\SYSTEM`, `.\LOCALSYSTEM`:
		return "S-1-5-18"
	case `NTAUTHORITY\LOCALSERVICE`:
		return "S-1-5-19"
	case `NTAUTHORITY\NETWORKSERVICE`:
		return "S-1-5-20"
	}
	if rest, ok := strings.CutPrefix(account, `.\`); ok {
		account = rest
		if computer, err := windows.ComputerName(); err == nil {
			account = computer + `\` + rest // and not one of the domain that is called alike
		}
	}
	// A name of the domain is looked up at its controller, which may be away.
	sid, err := within(context.Background(), lookupLimit, func() (string, error) {
		sid, _, _, err := windows.LookupSID("", account)
		if err != nil {
			return "", err //nolint:wrapcheck // the caller goes without
		}
		return sid.String(), nil
	})
	if err != nil {
		return ""
	}
	return sid
}

const lookupLimit = 5 * time.Second

// executable is the path in a service's command line.
func executable(line string) string {
	if expanded, err := expand(line); err == nil {
		line = expanded
	}
	if rest, ok := strings.CutPrefix(line, `"`); ok {
		path, _, _ := strings.Cut(rest, `"`)
		return path
	}
	// Unquoted paths may hold blanks: it ends where a file of that name exists.
	if i := strings.Index(strings.ToLower(line), ".exe"); i >= 0 {
		if _, err := os.Stat(line[:i+4]); err == nil {
			return line[:i+4]
		}
	}
	path, _, _ := strings.Cut(line, " ")
	return path
}

func expand(line string) (string, error) {
	from, err := windows.UTF16PtrFromString(line)
	if err != nil {
		return "", err //nolint:wrapcheck // the caller goes without
	}
	buffer := make([]uint16, 4096)
	if _, err := windows.ExpandEnvironmentStrings(from, &buffer[0], uint32(len(buffer))); err != nil {
		return "", err //nolint:wrapcheck // the caller goes without
	}
	return windows.UTF16ToString(buffer), nil
}
