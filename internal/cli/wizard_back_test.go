package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// TestWizardThereAndBack walks the wizard from nothing to ten open gates, for a
// present release and for one from before April 2018, and takes everything back
// by its record alone, newest first: directory, repository and tenant hold what
// they held at first.
func TestWizardThereAndBack(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]lab.Options{"one application": {}, "two applications": {Variants: []string{"old-release"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := silent(t)
			file := labSite(t, o)
			before := p.presently(t, file)

			folder := t.TempDir()
			typed := filepath.Join(folder, "typed")
			if err := os.WriteFile(typed, []byte(strings.ReplaceAll("n n n a yes n a yes n a qlik n a yes n a CONN01 n a yes n q", " ", "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := os.Open(typed)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, in.Close)
			out, err := os.Create(filepath.Join(folder, "said"))
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, out.Close)
			code := Main(t.Context(), Process{Args: []string{"--accessible", "--site", file}, In: in, Out: out, Err: out, Environ: p.Environ})
			said, err := os.ReadFile(out.Name())
			if err != nil {
				t.Fatal(err)
			}
			if code != report.ExitOpen || !strings.Contains(string(said), "all 10 gates are open") {
				t.Fatalf("exit code %d\n%s", code, said)
			}
			when := cmpopts.IgnoreFields(fact.VirtualProxy{}, "Modified")
			whenProxy := cmpopts.IgnoreFields(fact.ProxyService{}, "Modified", "ModifiedBy")
			if d := cmp.Diff(before, p.presently(t, file), when, whenProxy, cmpopts.EquateEmpty()); d == "" {
				t.Fatal("the walk changed nothing")
			}
			if err := later(p).undo(t.Context(), undoOptions{from: source{file: file}, yes: true}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(before, p.presently(t, file), when, whenProxy, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("taken back (-before +after):\n%s", d)
			}
		})
	}
}
