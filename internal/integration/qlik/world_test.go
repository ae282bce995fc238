package qlik_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/cli"
	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	"sensegate/internal/report"
	"sensegate/internal/site"
)

// world is a finished lab, and an authority for the boxes in front of it.
type world struct {
	lab  *lab.Lab
	site site.Site
	ca   *pki.CA
	dir  string
}

func start(t *testing.T, o lab.Options) *world {
	t.Helper()
	if len(o.Faults) == 0 {
		o.Finished = true
	}
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	ca, err := pki.NewCA("Box authority")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{lab: l, site: l.Site(), ca: ca, dir: t.TempDir()}
	w.write(t, "boxes.pem", ca.PEM())
	w.site.Trust.CA = append(w.site.Trust.CA, filepath.Join(w.dir, "boxes.pem"))
	// The workers of a box are somebody else and have to read its files.
	top := os.TempDir() //nolint:usetesting // the folder above that of the test
	for at := w.dir; strings.HasPrefix(at, top) && at != top; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil { //nolint:gosec // a folder of the test's own
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// at is where one of the lab's names listens.
func (w *world) at(t *testing.T, name string) string {
	t.Helper()
	i := slices.IndexFunc(w.lab.Site().Pins, func(p site.Pin) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("%s is not pinned", name)
	}
	return w.lab.Site().Pins[i].Address
}

// route sends a name to a box instead.
func (w *world) route(name, address string) {
	for i := range w.site.Pins {
		if w.site.Pins[i].Name == name {
			w.site.Pins[i].Address = address
		}
	}
}

// certificate writes what a box shows, chain and key in one file.
func (w *world) certificate(t *testing.T, ca *pki.CA, names ...string) string {
	t.Helper()
	c, err := ca.Server(names...)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := pki.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return w.write(t, names[0]+".pem", append(cert, key...))
}

// run is the program in this process, on the site as it is routed now.
func (w *world) run(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	raw, err := site.Encode(w.site)
	if err != nil {
		t.Fatal(err)
	}
	file := w.write(t, "site.yaml", raw)
	out, err := os.OpenFile(filepath.Join(t.TempDir(), "out"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = out.Close(), nothing.Close() }()
	code = cli.Main(t.Context(), cli.Process{
		Args: append(args, "--site", file), In: nothing, Out: out, Err: out,
		Environ: []string{"SENSEGATE_HOME=" + t.TempDir()},
	})
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

// report runs every check.
func (w *world) report(t *testing.T) report.Report {
	t.Helper()
	_, said := w.run(t, "check", "--format", "json")
	var r report.Report
	if err := json.NewDecoder(strings.NewReader(said)).Decode(&r); err != nil {
		t.Fatalf("%v in\n%s", err, said)
	}
	return r
}

// check runs every check and returns what does not hold, as "check cause".
func (w *world) check(t *testing.T) []string {
	t.Helper()
	return named(t, w.report(t))
}

func named(t *testing.T, r report.Report) []string {
	t.Helper()
	var out []string
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			switch c.Status {
			case checks.Pass, checks.Skipped, checks.Waiting:
			default:
				out = append(out, c.ID+" "+c.Cause)
				t.Logf("%s is %s: %s (%s)", c.ID, c.Status, c.Seen, c.Cause)
			}
		}
	}
	return out
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// launch runs a box until the test ends, and returns when it listens.
func (w *world) launch(t *testing.T, listens, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it ends because it is told to
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(15 * time.Second)
	for {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", listens)
		if err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %s", program, said.String())
		case <-deadline:
			t.Fatalf("%s does not listen", program)
		case <-tick.C:
		}
	}
}

const (
	insideName  = contoso.QlikHost + ":443"
	outsideName = contoso.ExternalHost + ":443"
)
