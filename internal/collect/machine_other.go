//go:build !windows

package collect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"
)

// Local is this machine. On a system other than Windows it can tell its name
// and try connections, and nothing else.
func Local() Machine { return local{} }

type local struct{}

func (local) Name() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("reading the host name: %w", err)
	}
	if strings.Contains(name, ".") {
		return name, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	full, err := net.DefaultResolver.LookupCNAME(ctx, name)
	if full = strings.TrimSuffix(full, "."); err != nil || !strings.HasPrefix(strings.ToLower(full), strings.ToLower(name)+".") {
		return name, nil
	}
	return full, nil
}

func (local) Service(string) (Service, bool, error)         { return Service{}, false, ErrNotWindows }
func (local) Number(string, string) (*int, error)           { return nil, ErrNotWindows }
func (local) Text(string, string) (string, error)           { return "", ErrNotWindows }
func (local) Version(string) (string, error)                { return "", ErrNotWindows }
func (local) Folder(string) string                          { return "" }
func (local) Domain() (string, bool, error)                 { return "", false, ErrNotWindows }
func (local) Scheduler(context.Context) ([]byte, error)     { return nil, ErrNotWindows }
func (local) List(string) ([]File, error)                   { return nil, ErrNotWindows }
func (local) Discovered(context.Context) (string, error)    { return "", ErrNotWindows }
func (local) Channel(context.Context, string) (bool, error) { return false, ErrNotWindows }

func (local) Read(string, int64) ([]byte, time.Time, error) {
	return nil, time.Time{}, errors.Join(ErrNotWindows, fs.ErrInvalid)
}

func (local) Events(context.Context, string, int) ([]string, error) { return nil, ErrNotWindows }
