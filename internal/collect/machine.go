// Package collect gathers, on the machine it runs on, the facts that only that
// machine can tell: services, registry values, files, event logs, and whether
// the way out is open. It reads, and changes nothing.
package collect

import (
	"context"
	"errors"
	"time"

	"sensegate/internal/fact"
)

// ErrNotWindows is why a fact cannot be read on another system.
var ErrNotWindows = errors.New("this is not a Windows machine")

// Service is a service with the program it runs.
type Service struct {
	fact.Service
	// Program is the path of its executable, without arguments.
	Program string
}

// Machine is what is asked of the machine. Every method only reads.
type Machine interface {
	// Name is the machine's full DNS name.
	Name() (string, error)
	// Service tells of one service; false where there is none of that name.
	Service(name string) (Service, bool, error)
	// Number reads a DWORD or QWORD below HKEY_LOCAL_MACHINE; nil when absent.
	Number(key, name string) (*int, error)
	// Text reads a string below HKEY_LOCAL_MACHINE, or HKEY_USERS where the key
	// begins with HKU\; empty when absent.
	Text(key, name string) (string, error)
	// Version is the file version of an executable.
	Version(path string) (string, error)
	// Folder is where programs keep their data ("ProgramData"), or where the
	// system is ("SystemRoot").
	Folder(variable string) string
	// Read returns the last bytes of a file, at most so many, and when it was
	// changed.
	Read(path string, most int64) ([]byte, time.Time, error)
	// List names the files in a folder.
	List(folder string) ([]File, error)
	// Domain is the domain the machine belongs to, or its workgroup.
	Domain() (name string, joined bool, err error)
	// Channel tells whether the secure channel to the domain is sound.
	Channel(ctx context.Context, domain string) (bool, error)
	// Discovered is the address of the proxy settings that WinHTTP finds by DHCP
	// or DNS (WPAD); empty where it finds none.
	Discovered(ctx context.Context) (string, error)
	// Events are the latest events of a channel as XML; fs.ErrNotExist where
	// there is no such channel.
	Events(ctx context.Context, channel string, most int) ([]string, error)
	// Scheduler is the output of Get-ADSyncScheduler as JSON.
	Scheduler(ctx context.Context) ([]byte, error)
}
