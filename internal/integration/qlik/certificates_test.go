package qlik_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
)

// TestCertificates reads the forms in which Qlik and Windows hand the site's
// certificate out, made here by OpenSSL.
func TestCertificates(t *testing.T) {
	foreign.Need(t, "the package openssl", "openssl")
	w := start(t, lab.Options{})
	dialer, err := netprobe.New(w.site)
	if err != nil {
		t.Fatal(err)
	}
	from := filepath.Join(w.lab.Dir(), "qlik")
	at := func(name string) string { return filepath.Join(w.dir, name) }
	openssl := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	key, cert := filepath.Join(from, "client_key.pem"), filepath.Join(from, "client.pem")
	openssl("pkcs8", "-topk8", "-v2", "aes256", "-in", key, "-out", at("aes.pem"), "-passout", "pass:practice")
	openssl("pkcs8", "-topk8", "-v2", "des3", "-in", key, "-out", at("des.pem"), "-passout", "pass:practice")
	openssl("ec", "-aes128", "-in", key, "-out", at("old.pem"), "-passout", "pass:practice")
	old := []string{"-export", "-inkey", key, "-in", cert, "-certfile", filepath.Join(from, "root.pem"), "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"}
	openssl(append(append([]string{"pkcs12"}, old...), "-out", at("client.pfx"), "-passout", "pass:practice")...)
	openssl(append(append([]string{"pkcs12"}, old...), "-out", at("open.pfx"), "-passout", "pass:")...)
	modern := []string{"pkcs12", "-export", "-inkey", key, "-in", cert, "-certfile", filepath.Join(from, "root.pem")}
	openssl(append(slices.Clone(modern), "-out", at("modern.pfx"), "-passout", "pass:practice")...)
	openssl(append(slices.Clone(modern), "-out", at("modern-open.pfx"), "-passout", "pass:")...)
	openssl(append(slices.Clone(modern), "-keypbe", "NONE", "-certpbe", "NONE", "-nomac", "-out", at("bare.pfx"), "-passout", "pass:")...)
	openssl("x509", "-in", filepath.Join(from, "root.pem"), "-outform", "der", "-out", at("root.cer"))
	if err := os.Mkdir(at(".Local Certificates"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"client.pem", "client_key.pem", "root.pem"} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at(".Local Certificates"), name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name        string
		certificate string
		key, root   string
		password    string
		want        string // of the refusal
	}{
		{name: "PEM set", certificate: cert, key: key},
		{name: "folder", certificate: at(".Local Certificates"), root: "-"},
		{name: "AES", certificate: cert, key: at("aes.pem"), password: "practice"},
		{name: "triple DES", certificate: cert, key: at("des.pem"), password: "practice"},
		{name: "traditional", certificate: cert, key: at("old.pem"), password: "practice"},
		{name: "PFX", certificate: at("client.pfx"), password: "practice"},
		{name: "PFX without a password", certificate: at("open.pfx")},
		{name: "newer PFX", certificate: at("modern.pfx"), password: "practice"},
		{name: "newer PFX without a password", certificate: at("modern-open.pfx")},
		{name: "PFX without protection", certificate: at("bare.pfx")},
		{name: "newer PFX, no password", certificate: at("modern.pfx"), want: "SENSEGATE_QLIK_PASSWORD"},
		{name: "newer PFX, wrong password", certificate: at("modern.pfx"), password: "other", want: "not that of the PFX"},
		{name: "authority as Windows exports it", certificate: cert, key: key, root: at("root.cer")},
		{name: "no password", certificate: cert, key: at("aes.pem"), want: "SENSEGATE_QLIK_PASSWORD"},
		{name: "wrong password", certificate: cert, key: at("aes.pem"), password: "other", want: "not that of the key"},
		{name: "wrong password, traditional", certificate: cert, key: at("old.pem"), password: "other", want: "not that of the key"},
		{name: "PFX, no password", certificate: at("client.pfx"), want: "SENSEGATE_QLIK_PASSWORD"},
		{name: "PFX, wrong password", certificate: at("client.pfx"), password: "other", want: "not that of the PFX"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := w.site
			s.Qlik.Certificate, s.Qlik.Key = tt.certificate, tt.key
			switch tt.root {
			case "":
			case "-":
				s.Qlik.Root = ""
			default:
				s.Qlik.Root = tt.root
			}
			for _, p := range s.Problems() {
				if strings.HasPrefix(p.Path, "qlik.") {
					t.Errorf("the site file is refused: %s", p)
				}
			}
			c, err := qlik.NewClientWith(s, dialer, func() (string, bool) { return tt.password, tt.password != "" })
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := c.About(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
