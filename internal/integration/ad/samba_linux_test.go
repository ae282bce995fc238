package ad_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sensegate/internal/lab/pki"
)

// The domain as it is provisioned.
const (
	domainName = "qlikemm.test"
	netbios    = "QLIKEMM"
	realmName  = "QLIKEMM.TEST"
	baseDN     = "DC=qlikemm,DC=test"
	dcHost     = "dc1.qlikemm.test"
	adminName  = "Administrator"
	adminPass  = "Admin-Pass-1"
)

// dc is a running Samba domain controller.
type dc struct {
	dir string
	ca  *pki.CA
	env []string
}

// provisioned makes the domain once for all tests: it takes some seconds.
//
//nolint:gochecknoglobals // one domain for one run of the tests
var provisioned = struct {
	once sync.Once
	dir  string
	ca   *pki.CA
	err  error
}{}

func (d *dc) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

// startDC runs the domain controller for one test, on a fresh copy of the
// provisioned domain, with settings of its own.
func startDC(t *testing.T, options ...string) *dc {
	t.Helper()
	need(t)
	provisioned.once.Do(provision)
	if provisioned.err != nil {
		t.Fatal(provisioned.err)
	}
	d := &dc{dir: filepath.Join(t.TempDir(), "dc"), ca: provisioned.ca}
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", provisioned.dir, d.dir).CombinedOutput(); err != nil { //nolint:gosec // our folders
		t.Fatalf("copying the domain: %v\n%s", err, out)
	}
	conf, err := os.ReadFile(d.path("etc", "smb.conf"))
	if err != nil {
		t.Fatal(err)
	}
	conf = []byte(strings.ReplaceAll(string(conf), provisioned.dir, d.dir))
	if err := os.WriteFile(d.path("etc", "smb.conf"), conf, 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = clientEnv(d, t.TempDir())
	d.run(t, options)
	return d
}

// run starts samba in the foreground and waits until it answers.
func (d *dc) run(t *testing.T, options []string) {
	t.Helper()
	log, err := os.Create(d.path("out"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-i", "-M", "single", "-s", d.path("etc", "smb.conf")}
	for _, o := range append([]string{
		"server services=ldap, kdc, cldap, dns", "dns forwarder=", "log level=1",
		"pid directory=" + d.path("run"), "ncalrpc dir=" + d.path("run", "ncalrpc"),
		"ntp signd socket directory=" + d.path("run"), "winbindd socket directory=" + d.path("run"), "log file=" + d.path("log"),
		"tls enabled=yes", "tls keyfile=" + d.path("tls", "key.pem"), "tls certfile=" + d.path("tls", "cert.pem"), "tls cafile=" + d.path("tls", "ca.pem"),
	}, options...) {
		args = append(args, "--option="+o)
	}
	cmd := exec.Command("samba", args...) //nolint:gosec // ended by the cleanup
	cmd.Stdout, cmd.Stderr = log, log
	// Samba ends when its standard input does; a pipe that stays open keeps it.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			if out, err := os.ReadFile(d.path("out")); err == nil {
				t.Logf("samba said:\n%s", tail(string(out), 40))
			}
		}
	})
	// All four at once: they come up one after the other.
	deadline := time.Now().Add(60 * time.Second)
	for _, port := range []string{"53", "88", "389", "636", "3268", "3269"} {
		for {
			conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
			if err == nil {
				_ = conn.Close()
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("samba does not listen on port %s", port)
			}
			pause(t.Context(), 50*time.Millisecond)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func provision() {
	provisioned.err = func() error {
		dir := filepath.Join(os.Getenv(inside), "dc")
		provisioned.dir = dir
		cmd := exec.Command("samba-tool", "domain", "provision", "--realm="+realmName, "--domain="+netbios, //nolint:gosec // constants
			"--server-role=dc", "--dns-backend=SAMBA_INTERNAL", "--adminpass="+adminPass, "--targetdir="+dir,
			"--host-ip=127.0.0.1", "--host-name=dc1", "--option=interfaces=lo", "--option=bind interfaces only=yes")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("provisioning the domain: %w\n%s", err, out)
		}
		for _, sub := range []string{"run", "run/ncalrpc", "tls"} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil { //nolint:gosec // samba checks the modes
				return fmt.Errorf("making a folder: %w", err)
			}
		}
		if err := certificates(dir); err != nil {
			return err
		}
		return populate(dir)
	}()
}

func certificates(dir string) error {
	ca, err := pki.NewCA("Real domain test CA")
	if err != nil {
		return err
	}
	provisioned.ca = ca
	var server tls.Certificate
	if server, err = ca.Server(dcHost); err != nil {
		return err
	}
	cert, key, err := pki.Encode(server)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"ca.pem": ca.PEM(), "cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, "tls", name), content, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

func tail(s string, lines int) string {
	all := strings.Split(s, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
