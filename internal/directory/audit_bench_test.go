package directory_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// largeForest tells this program, started once more, to be the directory of a
// forest with that many accounts: neither its memory nor its time is ours.
const largeForest = "SENSEGATE_LARGE_FOREST"

// forest is what the other process tells of itself.
type forest struct {
	Catalogue string
	CA        string
}

// BenchmarkAudit reads a forest of 100,000 accounts with 150,000 names, served
// by a process of its own, in turn with OpenLDAP's ldapsearch. It reports how
// much our heap grew at its highest, and the ratio of the better times.
func BenchmarkAudit(b *testing.B) {
	f := startForest(b, 100_000)
	dialer, err := netprobe.New(f)
	if err != nil {
		b.Fatal(err)
	}
	secrets := func(string) (string, bool) { return contoso.Admin().Password, true }
	c := directory.New(f, dialer, kerberos.New(f, dialer, secrets), secrets)
	b.Cleanup(func() { _ = c.Close() })
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	audit := func() {
		got, err := c.Audit(ctx)
		if err != nil || got.Names < 150_000 || got.Doubled != 0 {
			b.Fatalf("%+v, %v", got, err)
		}
	}
	peak := grown(audit)
	var ours, theirs time.Duration
	for b.Loop() {
		began := time.Now()
		audit()
		ours = better(ours, time.Since(began))
		b.StopTimer()
		if took, ok := ldapsearch(b, f.Pins[0].Address); ok {
			theirs = better(theirs, took)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(peak)/(1<<20), "MiB-live")
	if theirs > 0 {
		b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio-to-ldapsearch")
	}
}

func better(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// startForest runs the directory in a process of its own until the benchmark
// ends, and gives a site of it.
func startForest(b *testing.B, accounts int) site.Site {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self) //nolint:gosec // this very program, ended by the cleanup
	cmd.Env = append(os.Environ(), largeForest+"="+strconv.Itoa(accounts))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		b.Fatal(err)
	}
	var f forest
	if err := json.Unmarshal(line, &f); err != nil {
		b.Fatal(err)
	}
	trusted := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, []byte(f.CA), 0o600); err != nil {
		b.Fatal(err)
	}
	return site.Site{
		Directory: site.Directory{
			Domain: contoso.Domain, User: contoso.Admin().UPN,
			Server: "ldaps://" + contoso.DC + ":3269", GlobalCatalog: "ldaps://" + contoso.DC + ":3269",
		},
		Kerberos: site.Kerberos{KDC: "127.0.0.1:1"},
		Trust:    site.Trust{CA: []string{trusted}},
		Pins:     []site.Pin{{Name: contoso.DC + ":3269", Address: f.Catalogue}},
	}
}

// beForest is the other process: it serves until its standard input ends.
func beForest(accounts string, in io.Reader, out io.Writer) error {
	n, err := strconv.Atoi(accounts)
	if err != nil {
		return fmt.Errorf("reading the number of accounts: %w", err)
	}
	store, err := lab.NewStore(time.Now)
	if err != nil {
		return fmt.Errorf("making the directory: %w", err)
	}
	if err := populate(store, n); err != nil {
		return err
	}
	ca, err := pki.NewCA("Large forest CA")
	if err != nil {
		return fmt.Errorf("making a CA: %w", err)
	}
	server, err := lab.New(lab.Options{CA: ca, Store: store})
	if err != nil {
		return fmt.Errorf("making the server: %w", err)
	}
	if err := server.Start(context.Background()); err != nil {
		return fmt.Errorf("starting the server: %w", err)
	}
	if err := json.NewEncoder(out).Encode(forest{Catalogue: server.AddrGCS(), CA: string(ca.PEM())}); err != nil {
		return fmt.Errorf("telling the address: %w", err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return fmt.Errorf("waiting for the end: %w", err)
	}
	return server.Close()
}

// grown is by how much the live heap grew at its highest while f ran. Collecting
// all the time is slow, so it is not done while time is taken.
func grown(f func()) (peak uint64) {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapInuse-min(now.HeapInuse, before.HeapInuse))
			}
		}
	}()
	f()
	close(done)
	<-stopped
	return peak
}

// ldapsearch reads the same attribute of the same entries with OpenLDAP's
// program; it is left out where there is none.
func ldapsearch(b *testing.B, address string) (time.Duration, bool) {
	b.Helper()
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		return 0, false
	}
	cmd := exec.CommandContext(b.Context(), "ldapsearch", "-x", "-LLL", "-E", "pr=1000/noprompt", "-H", "ldaps://"+address,
		"-D", contoso.Admin().UPN, "-w", contoso.Admin().Password, "-b", "", "(servicePrincipalName=*)", "servicePrincipalName")
	cmd.Env = append(os.Environ(), "LDAPTLS_REQCERT=never")
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began), true
}
