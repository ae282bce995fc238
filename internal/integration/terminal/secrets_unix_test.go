//go:build unix

package terminal

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAcceptance10Secrets: a password that is missing is never asked for without
// a terminal; what is said instead names its variable, and the site's key where
// a file can stand in for it.
func TestAcceptance10Secrets(t *testing.T) {
	file, _ := startedLab(t, "--finished")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(t.TempDir(), "locked.pem")
	if err := os.WriteFile(locked, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, line, instead string
		want                []string
	}{
		{"directory", `(?m)^ *keytab: .*admin\.keytab\n`, "", []string{"SENSEGATE_DIRECTORY_PASSWORD", "directory.keytab"}},
		{"kerberos", `(?m)^ *keytab: .*alice\.keytab\n`, "", []string{"SENSEGATE_KERBEROS_PASSWORD", "kerberos.keytab"}},
		{"connector", `(?m)^ *keytab: .*conn0.\.keytab\n`, "", []string{"SENSEGATE_CONNECTOR_PASSWORD", "connector.hosts", "connector.rehearsal"}},
		{"qlik", `key: .*client_key\.pem`, "key: " + locked, []string{"SENSEGATE_QLIK_PASSWORD"}},
		{"entra", `sign_in: .*`, "sign_in: secret", []string{"SENSEGATE_ENTRA_SECRET"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			without := regexp.MustCompile(tt.line).ReplaceAllString(string(text), tt.instead)
			if without == string(text) {
				t.Fatal("the lab's site has no such line")
			}
			name := filepath.Join(t.TempDir(), "without.yaml")
			if err := os.WriteFile(name, []byte(without), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(sensegate, "check", "--site", name)
			cmd.Env = environment(t)
			out, err := cmd.CombinedOutput() // standard input is nowhere
			if err == nil {
				t.Error("everything is said to be proved")
			}
			for _, want := range tt.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("%q is not named in\n%s", want, out)
				}
			}
		})
	}
}
