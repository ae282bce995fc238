package ad_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sensegate/internal/foreign"
)

// inside marks the copy of the test program that runs in the namespace; its
// value is a folder that is removed afterwards.
const inside = "SENSEGATE_AD_NAMESPACE"

// absent is why the tests cannot run here; empty when they can.
//
//nolint:gochecknoglobals // TestMain has no other way to tell the tests
var absent struct{ what, from string }

func TestMain(m *testing.M) {
	if os.Getenv(inside) == "" {
		os.Exit(outside(m))
	}
	if err := enclose(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// outside starts this program again in namespaces of its own: the network, so
// that the ports of a domain controller are free, and the mounts, so that DNS
// can be the domain's.
func outside(m *testing.M) int {
	for program, from := range map[string]string{
		"samba": "samba-ad-dc", "samba-tool": "samba-ad-provision", "ldbmodify": "ldb-tools", "apache2": "apache2",
		"kinit": "krb5-user", "kvno": "krb5-user", "ldapsearch": "ldap-utils", "curl": "curl",
	} {
		if _, err := exec.LookPath(program); err != nil {
			absent.what, absent.from = program, "the package "+from
			return m.Run()
		}
	}
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "sensegate-ad")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd := exec.Command(self, os.Args[1:]...) //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), inside+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode()
	case errors.Is(err, syscall.EPERM):
		absent.what, absent.from = "a network namespace of its own", "root's rights"
		return m.Run()
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// enclose brings loopback up and puts the domain's DNS in place.
func enclose() error {
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bringing loopback up: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("separating the mounts: %w", err)
	}
	dir := os.Getenv(inside)
	for name, content := range map[string]string{
		"resolv.conf":   "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n",
		"hosts":         "127.0.0.1 localhost\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil { //nolint:gosec // as in /etc
			return fmt.Errorf("writing %s: %w", name, err)
		}
		if _, err := os.Stat("/etc/" + name); err != nil {
			continue
		}
		if err := unix.Mount(file, "/etc/"+name, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("putting %s in place: %w", name, err)
		}
	}
	return nil
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// need skips where the real systems are not at hand, or fails when they are
// demanded.
func need(t *testing.T) {
	t.Helper()
	if absent.what != "" {
		foreign.Missing(t, absent.what, absent.from)
	}
}
