package directory_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
)

// populate gives the directory that many accounts, every second one with two
// names and the others with one, so that there are half as many names again.
func populate(tb testing.TB, store *lab.Store, accounts int) {
	tb.Helper()
	err := store.Update(func(tx *lab.Tx) error {
		for i := range accounts {
			names := []string{fmt.Sprintf("HTTP/host%06d.contoso.test", i)}
			if i%2 == 0 {
				names = append(names, fmt.Sprintf("HTTP/host%06d", i))
			}
			err := tx.Create(fmt.Sprintf("CN=svc%06d,OU=Services,%s", i, contoso.BaseDN), map[string][]string{
				"objectClass": {"user"}, "sAMAccountName": {fmt.Sprintf("svc%06d", i)}, "servicePrincipalName": names,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// TestAudit finds what is held twice, in other letters and in look-alikes.
func TestAudit(t *testing.T) {
	d := start(t)
	populate(t, d.store, 2500)
	clean, err := d.client(t).Audit(t.Context())
	if err != nil || clean.Doubled != 0 || clean.Accounts < 2500 || clean.Names < 3750 {
		t.Fatalf("%+v, %v", clean, err)
	}
	err = d.store.Update(func(tx *lab.Tx) error {
		if err := tx.Add("svc000002", "servicePrincipalName", "http/HOST000001.contoso.test"); err != nil {
			return err
		}
		return tx.Add("svc000004", "servicePrincipalName", strings.Replace("HTTP/host000003.contoso.test", "o", "\u043e", 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.client(t).Audit(t.Context())
	if err != nil || got.Doubled != 2 || len(got.Groups) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, g := range got.Groups {
		if len(g.Holders) != 2 {
			t.Errorf("%+v", g)
		}
	}
}

// BenchmarkAudit reads a forest of 100,000 accounts with 150,000 names. It
// reports how much the heap grew at its highest, beside the directory's own.
func BenchmarkAudit(b *testing.B) {
	d := start(b)
	populate(b, d.store, 100_000)
	c := d.client(b)
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	audit := func() {
		got, err := c.Audit(ctx)
		if err != nil || got.Names < 150_000 || got.Doubled != 0 {
			b.Fatalf("%+v, %v", got, err)
		}
	}
	peak := grown(audit)
	for b.Loop() {
		audit()
	}
	b.ReportMetric(float64(peak)/(1<<20), "MiB-live")
	ours := b.Elapsed() / time.Duration(max(b.N, 1))
	if theirs, ok := ldapsearch(b, d); ok {
		b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio-to-ldapsearch")
	}
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
			case <-time.After(200 * time.Millisecond):
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
// program and takes the better of two runs; it is left out where there is none.
func ldapsearch(b *testing.B, d *dc) (time.Duration, bool) {
	b.Helper()
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		return 0, false
	}
	best := time.Duration(0)
	for range 2 {
		cmd := exec.CommandContext(b.Context(), "ldapsearch", "-x", "-LLL", "-E", "pr=1000/noprompt", "-H", "ldaps://"+d.ldap.AddrGCS(),
			"-D", contoso.Admin().UPN, "-w", contoso.Admin().Password, "-b", "", "(servicePrincipalName=*)", "servicePrincipalName")
		cmd.Env = append(os.Environ(), "LDAPTLS_REQCERT=never")
		began := time.Now()
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		if took := time.Since(began); best == 0 || took < best {
			best = took
		}
	}
	return best, true
}
