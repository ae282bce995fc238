package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/cli"
	"sensegate/internal/report"
)

// TestWizardInPlainLines walks the wizard from nothing to the last open gate:
// a present release with one application, one from before April 2018 with two.
func TestWizardInPlainLines(t *testing.T) {
	t.Parallel()
	answers := strings.Fields("n n n a yes n a yes n a qlik n a yes n a CONN01 n a yes n q")
	const second = "CHANGED: publishing of Qlik Sense sign-in (enterprise application)"
	for _, tt := range []struct {
		name string
		args []string
		two  bool
	}{
		{"one application", []string{"demo"}, false},
		{"two applications", []string{"demo", "--variant", "old-release"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			said := filepath.Join(home, "said")
			typed := filepath.Join(home, "typed")
			if err := os.WriteFile(typed, []byte(strings.Join(answers, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := os.Open(typed)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			out, err := os.Create(said)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = out.Close() }()
			code := cli.Main(t.Context(), cli.Process{
				Args: tt.args, In: in, Out: out, Err: out, Environ: []string{"SENSEGATE_HOME=" + filepath.Join(home, "sensegate")},
			})
			raw, err := os.ReadFile(said)
			if err != nil {
				t.Fatal(err)
			}
			text := string(raw)
			if code != report.ExitOpen || !strings.Contains(text, "all 10 gates are open") || strings.Contains(text, "Not understood") {
				t.Fatalf("exit code %d\n%s", code, text)
			}
			if strings.Contains(text, second) != tt.two || !strings.Contains(text, "CHANGED: publishing of Qlik Sense (enterprise application)") {
				t.Errorf("a second application is %v\n%s", !tt.two, text)
			}
		})
	}
}
