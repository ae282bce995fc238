package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Local is this machine.
func Local() Machine { return local{} }

type local struct{}

func (local) Name() (string, error) {
	n := uint32(512)
	buffer := make([]uint16, n)
	if err := windows.GetComputerNameEx(windows.ComputerNamePhysicalDnsFullyQualified, &buffer[0], &n); err != nil {
		return "", fmt.Errorf("asking Windows for it: %w", err)
	}
	return windows.UTF16ToString(buffer[:n]), nil
}

func (local) Number(key, name string) (*int, error) {
	k, err := open(key)
	if k == 0 || err != nil {
		return nil, err
	}
	defer func() { _ = k.Close() }() // it was only read
	v, kind, err := k.GetIntegerValue(name)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return nil, nil //nolint:nilnil // absence is a value of its own here
	case err != nil:
		return nil, unreadable(key, name, kind, err)
	}
	n := int(min(v, 1<<31-1)) //nolint:gosec // bounded on the left
	return &n, nil
}

func (local) Text(key, name string) (string, error) {
	k, err := open(key)
	if k == 0 || err != nil {
		return "", err
	}
	defer func() { _ = k.Close() }() // it was only read
	v, kind, err := k.GetStringValue(name)
	if errors.Is(err, registry.ErrUnexpectedType) {
		var raw []byte
		raw, _, err = k.GetBinaryValue(name)
		v = string(raw)
	}
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return "", nil
	case err != nil:
		return "", unreadable(key, name, kind, err)
	}
	return v, nil
}

// unreadable says why a value cannot be read, and of which type it is where that
// is the reason: Windows and .NET pass such a value over.
func unreadable(key, name string, kind uint32, err error) error {
	if errors.Is(err, registry.ErrUnexpectedType) {
		types := map[uint32]string{
			registry.SZ: "REG_SZ", registry.EXPAND_SZ: "REG_EXPAND_SZ", registry.BINARY: "REG_BINARY", registry.DWORD: "REG_DWORD",
			registry.QWORD: "REG_QWORD", registry.MULTI_SZ: "REG_MULTI_SZ",
		}
		return fmt.Errorf(`%s, %s is of the wrong type %s: delete it, and write it anew`, shownKey(key), name, cmp.Or(types[kind], strconv.Itoa(int(kind))))
	}
	return fmt.Errorf(`reading %s, %s: %w`, shownKey(key), name, err)
}

func shownKey(key string) string {
	if strings.HasPrefix(key, usersHive) {
		return key
	}
	return `HKLM\` + key
}

// usersHive begins a key below HKEY_USERS.
const usersHive = `HKU\`

// open opens a key in the 64-bit view; 0 where there is none.
func open(key string) (registry.Key, error) {
	root := registry.LOCAL_MACHINE
	path := key
	if rest, ok := strings.CutPrefix(key, usersHive); ok {
		root, path = registry.USERS, rest
	}
	k, err := registry.OpenKey(root, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf(`opening %s: %w`, shownKey(key), err)
	}
	return k, nil
}

func (local) Version(path string) (string, error) {
	var zero windows.Handle
	size, err := windows.GetFileVersionInfoSize(path, &zero)
	if err != nil {
		return "", fmt.Errorf("it has no version: %w", err)
	}
	block := make([]byte, size)
	if err := windows.GetFileVersionInfo(path, 0, size, unsafe.Pointer(&block[0])); err != nil {
		return "", fmt.Errorf("reading its version: %w", err)
	}
	var info *windows.VS_FIXEDFILEINFO
	n := uint32(unsafe.Sizeof(*info))
	if err := windows.VerQueryValue(unsafe.Pointer(&block[0]), `\`, unsafe.Pointer(&info), &n); err != nil {
		return "", fmt.Errorf("reading its version: %w", err)
	}
	return fmt.Sprintf("%d.%d.%d.%d", info.FileVersionMS>>16, info.FileVersionMS&0xffff, info.FileVersionLS>>16, info.FileVersionLS&0xffff), nil
}

func (local) Folder(variable string) string { return os.Getenv(variable) }

func (local) Read(path string, most int64) (_ []byte, _ time.Time, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err //nolint:wrapcheck // it names the path
	}
	if !info.Mode().IsRegular() {
		return nil, time.Time{}, fs.ErrInvalid
	}
	if _, err := f.Seek(max(0, info.Size()-most), io.SeekStart); err != nil {
		return nil, time.Time{}, err //nolint:wrapcheck // it names the path
	}
	raw, err := io.ReadAll(io.LimitReader(f, most))
	return raw, info.ModTime(), err
}

func (local) List(folder string) ([]File, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the path
	}
	var out []File
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.Type().IsRegular() {
			out = append(out, File{Path: filepath.Join(folder, e.Name()), Modified: info.ModTime()})
		}
	}
	return out, nil
}

func (local) Scheduler(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(os.Getenv("SystemRoot"), `System32\WindowsPowerShell\v1.0\powershell.exe`),
		"-NoProfile", "-NonInteractive", "-Command", "Get-ADSyncScheduler | ConvertTo-Json -Compress")
	cmd.WaitDelay = 5 * time.Second // what it started itself may hold its output open
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
	}
	return out, err //nolint:wrapcheck // the caller says what was run
}
