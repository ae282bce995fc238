package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab"
	"sensegate/internal/site"
	"sensegate/ui"
)

// TestAnswersFileReplays makes a site the way the wizard's form does, answers
// once more, and gives the file it wrote to `check` and to `apply`: both come to
// the same without a question.
func TestAnswersFileReplays(t *testing.T) {
	t.Parallel()
	p := silent(t)
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, l.Close) })
	store, err := p.store()
	if err != nil {
		t.Fatal(err)
	}
	facts := l.Site()
	j, err := p.create(t.Context(), store, ui.NewDesk(p.secret), facts)
	if err != nil {
		t.Fatal(err)
	}
	facts.TestUser.SAM = facts.SAM()
	err = j.Guide.Answer(t.Context(), facts)
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(store.SiteDir(facts.Name), "site.yaml")
	got, err := site.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(facts, got); d != "" {
		t.Errorf("what was answered is not what is written:\n%s", d)
	}
	copied := filepath.Join(t.TempDir(), "elsewhere.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := later(p).check(t.Context(), checkOptions{from: source{file: copied}, format: "short"}); err != nil {
		t.Errorf("check: %v", err)
	}
	if err := later(p).apply(t.Context(), source{file: copied}, "app", true); err != nil {
		t.Errorf("apply: %v", err)
	}
}
