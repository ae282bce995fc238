package lab_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"

	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/site"
)

func TestFilesStayInAFolderOfTheCallers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	l := start(t, lab.Options{Dir: dir, Finished: true})
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", path, info.Mode())
		}
		if !d.IsDir() {
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"README.txt", "admin.keytab", "alice.keytab", "ca.pem", "conn01.keytab", "conn02.keytab",
		"evidence/conn01.json", "evidence/conn02.json", "evidence/qlik01.json", "evidence/sync01.json", "krb5.conf", "ports.env",
		"qlik/client.pem", "qlik/client_key.pem", "qlik/log/Proxy/Audit/QLIK01_AuditSecurity_Proxy.txt", "qlik/root.pem", "qlik.keytab", "site.yaml", "users.txt",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "site.yaml")); err != nil {
		t.Errorf("Close took the caller's folder away: %v", err)
	}
}

func TestSiteFileIsTheSite(t *testing.T) {
	l := start(t, lab.Options{})
	got, err := site.Load(filepath.Join(l.Dir(), "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(l.Site(), got); d != "" {
		t.Error(d)
	}
	if p := got.Problems(); len(p) != 0 {
		t.Errorf("problems: %v", p)
	}
	if !got.Simulated {
		t.Error("the site does not say that it is simulated")
	}
	for _, pin := range got.Pins {
		conn, err := net.DialTimeout("tcp", pin.Address, 5*time.Second)
		if errors.Is(err, syscall.ECONNRESET) {
			continue // something listens there, and turns strangers away at once
		}
		if err != nil {
			t.Errorf("%s: %v", pin.Name, err)
			continue
		}
		_ = conn.Close()
	}
}

func TestKeytabsSignIn(t *testing.T) {
	l := start(t, lab.Options{Finished: true})
	for file, account := range map[string]string{
		"admin.keytab": "admin", "alice.keytab": "alice", "conn01.keytab": "CONN01$", "conn02.keytab": "CONN02$",
	} {
		t.Run(file, func(t *testing.T) {
			conf, err := config.Load(filepath.Join(l.Dir(), "krb5.conf"))
			if err != nil {
				t.Fatal(err)
			}
			kt, err := keytab.Load(filepath.Join(l.Dir(), file))
			if err != nil {
				t.Fatal(err)
			}
			c := client.NewWithKeytab(account, contoso.Realm, kt, conf, client.DisablePAFXFAST(true))
			defer c.Destroy()
			if err := c.Login(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.GetServiceTicket(contoso.SPN); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEvidenceIsSealed(t *testing.T) {
	l := start(t, lab.Options{Faults: []string{"connector-old", "tls-inspection"}})
	var machines []string
	for _, path := range l.Site().Evidence {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Schema, Host, SHA256 string
			Simulated            bool
			Facts                map[string]any
			Sections             map[string]string
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Schema != "sensegate/evidence/v1" || !doc.Simulated {
			t.Errorf("%s: %+v", path, doc)
		}
		machines = append(machines, doc.Host)
		for name, section := range doc.Facts {
			sealed, err := json.Marshal(section)
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(sealed); hex.EncodeToString(sum[:]) != doc.Sections[name] {
				t.Errorf("%s: the hash of %s is not that of its facts", path, name)
			}
		}
		if len(doc.SHA256) != 64 || len(doc.Sections) != len(doc.Facts) {
			t.Errorf("%s: the seal is %q over %d sections", path, doc.SHA256, len(doc.Sections))
		}
		if broken := strings.Contains(string(raw), "1.5.400.0") && strings.Contains(string(raw), "Inspection CA"); broken != (doc.Host == contoso.Connectors()[1].Name) {
			t.Errorf("%s: broken %v", path, broken)
		}
	}
	if d := cmp.Diff([]string{"conn01.contoso.test", "conn02.contoso.test", contoso.QlikNode, "sync01.contoso.test"}, machines); d != "" {
		t.Error(d)
	}
}

func TestPorts(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	tests := []struct {
		name  string
		ports map[string]string
		want  []string
	}{
		{"in use", map[string]string{"graph": taken.Addr().String()}, []string{taken.Addr().String()}},
		{"in use by the directory", map[string]string{"ldaps": taken.Addr().String()}, []string{taken.Addr().String()}},
		{"unknown server", map[string]string{"ldapz": "127.0.0.1:0"}, []string{`"ldapz"`, "ldaps"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			l, err := lab.Start(t.Context(), lab.Options{Ports: tc.ports})
			if err == nil {
				_ = l.Close()
				t.Fatal("it started")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in: %v", w, err)
				}
			}
		})
	}
}

func TestCallersContextEndsTheStartOnly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := lab.Start(ctx, lab.Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	cancel()
	if err := askRepository(t, l); err != nil {
		t.Errorf("the lab ended with its caller's context: %v", err)
	}
	if _, err := lab.Start(ctx, lab.Options{}); err == nil {
		t.Error("a lab started on a context that was over")
	}
}

func TestBreakAfterClose(t *testing.T) {
	l := start(t, lab.Options{})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Break("spn-missing"); err == nil {
		t.Error("a closed lab was broken")
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
