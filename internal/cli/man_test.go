package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestManPages writes every page, finds every option of `--help` in it, and has
// groff read them where it is at hand.
func TestManPages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man")
	if code, said := run(t, "man", "--dir", dir); code != 0 || said != "" {
		t.Fatalf("exit %d: %s", code, said)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	groff, missing := exec.LookPath("groff")
	flag := regexp.MustCompile(`(?m)^ +(?:-[a-z], )?(--[a-z-]+)`)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		page, name := string(raw), strings.TrimSuffix(filepath.Base(f), ".1")
		for _, want := range []string{".TH \"", ".SH NAME\n", ".SH SYNOPSIS\n.B sensegate", ".SH DESCRIPTION\n", ".SH EXIT STATUS\n"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
		_, help := run(t, append(strings.Split(name, "-")[1:], "--help")...)
		for _, m := range flag.FindAllStringSubmatch(help, -1) {
			if want := strings.ReplaceAll(m[1], "-", `\-`); m[1] != "--help" && m[1] != "--version" && !strings.Contains(page, want) {
				t.Errorf("%s does not tell of %s", name, m[1])
			}
		}
		for l := range strings.Lines(page) {
			if strings.HasPrefix(l, "'") || strings.HasPrefix(l, ".") && !regexp.MustCompile(`^\.(TH|SH|TP|BR?|PP|RS|RE|nf|fi)\b`).MatchString(l) {
				t.Errorf("%s: a text is read as a macro: %q", name, l)
			}
		}
		if missing == nil {
			if out, err := exec.CommandContext(t.Context(), groff, "-man", "-ww", "-z", "-Tutf8", f).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("groff says of %s: %v %s", name, err, out)
			}
		}
	}
}

// TestManOnStandardOutput is one page, the program's own.
func TestManOnStandardOutput(t *testing.T) {
	t.Parallel()
	out, wrong, code := runApart(t, "man")
	if code != 0 || wrong != "" || !strings.HasPrefix(out, ".TH \"SENSEGATE\" 1") {
		t.Errorf("exit %d, %q, %q", code, wrong, out[:min(len(out), 60)])
	}
	for _, want := range []string{"EXIT STATUS", "130", "SENSEGATE_HOME", "sensegate\\-undo", "NO_COLOR"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in it", want)
		}
	}
}
