package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// trade are account names that are words of every such installation: alone
// they name nobody. With a domain around them they do.
func trade() []string {
	return []string{"qlik", "admin", "administrator", "guest", "krbtgt", "http/sense", "host/sense"}
}

// betrayed lists the names of a lab that stand in a text, with the words around
// the first place.
func betrayed(text string, names []string) []string {
	var out []string
	for _, n := range append(slices.Clone(names), "contoso") {
		v := regexp.QuoteMeta(strings.TrimSuffix(n, "$"))
		form := `(?i)(^|[^\pL\pN])` + v + `($|[^\pL\pN])`
		if slices.Contains(trade(), strings.ToLower(n)) || len(n) < 3 {
			form = `[\pL\pN]\\+` + v + `\b|\b` + v + `@` // C:\ProgramData\Qlik is nobody
		} else if n == "contoso" {
			form = `(?i)contoso` // as part of a word, too
		}
		if at := regexp.MustCompile(form).FindStringIndex(text); at != nil {
			out = append(out, fmt.Sprintf("%s in %q", n, text[max(at[0]-60, 0):min(at[1]+60, len(text))]))
		}
	}
	return out
}

// TestReportsTellNoNames breaks labs in every way there is and looks for every
// name and every secret that they hold in the reports about them.
func TestReportsTellNoNames(t *testing.T) {
	t.Parallel()
	var all []string
	for _, f := range lab.Faults() {
		all = append(all, f.ID)
	}
	const together = 18
	for batch := range slices.Chunk(all, together) {
		t.Run(batch[0], func(t *testing.T) {
			t.Parallel()
			tellsNoNames(t, batch)
		})
	}
}

// tellsNoNames is for faults that may contradict each other: then each half of
// them is played by itself.
func tellsNoNames(t *testing.T, batch []string) {
	t.Helper()
	p := silent(t)
	dir := t.TempDir()
	l, err := lab.Start(t.Context(), lab.Options{Dir: dir, Faults: batch})
	if half := len(batch) / 2; err != nil && half > 0 {
		tellsNoNames(t, batch[:half])
		tellsNoNames(t, batch[half:])
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, l.Close)
	full := p.foundAt(t, filepath.Join(dir, "site.yaml"))
	redacted, err := report.Redact(full, l.Site())
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{"full json": inFormat(t, full, "json")}
	for _, f := range report.DocumentFormats() {
		written[f] = inFormat(t, redacted, f)
	}
	seeded := l.Seeded()
	if len(betrayed(written["full json"], seeded.Names)) < 10 {
		t.Fatal("the full report names hardly anybody: this test would prove nothing")
	}
	for format, text := range written {
		for _, s := range seeded.Secrets {
			if len(s) > 4 && strings.Contains(text, s) {
				t.Errorf("%s tells the secret %s", format, s)
			}
		}
		if format == "full json" {
			continue
		}
		if names := betrayed(text, seeded.Names); len(names) > 0 {
			t.Errorf("%s names %s", format, strings.Join(names, "; "))
		}
		if !strings.Contains(text, "SIMULATED") {
			t.Errorf("%s does not say SIMULATED", format)
		}
	}
}

// foundAt is the report of one run of all checks, with all names.
func (p *program) foundAt(t *testing.T, file string) report.Document {
	t.Helper()
	d, err := p.found(t.Context(), source{file: file}, "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func inFormat(t *testing.T, d report.Document, format string) string {
	t.Helper()
	var b strings.Builder
	if err := report.WriteDocument(&b, d, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReportOnEveryWayOut writes a report on success, on failure, on
// interruption, on a fault of the program and where nothing could begin.
func TestReportOnEveryWayOut(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(broken, []byte("name: alpha\nentra: {tenant: secret-corp.example}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name    string
		ctx     context.Context
		from    source
		exit    int
		problem string
		steps   int
	}{
		{name: "success", from: source{demo: true, finished: true}, exit: 0, steps: 10},
		{name: "failure", from: source{demo: true, faults: []string{"spn-duplicate"}}, exit: 3, steps: 10},
		{name: "interrupted", ctx: cut, from: source{demo: true, finished: true}, exit: 130, problem: "interrupted"},
		{name: "not begun", from: source{file: broken}, exit: 2, problem: "the site file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := tt.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			p, path := silent(t), filepath.Join(t.TempDir(), "r.json")
			err := p.check(ctx, checkOptions{from: tt.from, format: "text", report: reportWish{path: path}})
			if got := p.exitOf(ctx, err); got != tt.exit {
				t.Errorf("exit %d, want %d: %v", got, tt.exit, err)
			}
			d := readDocument(t, path)
			if d.Exit != tt.exit || !strings.Contains(d.Problem, tt.problem) || tt.problem == "" && d.Problem != "" || tt.steps > 0 && len(d.Steps) != tt.steps {
				t.Errorf("exit %d, problem %q, %d steps", d.Exit, d.Problem, len(d.Steps))
			}
			if strings.Contains(d.Problem, "secret-corp") {
				t.Errorf("the problem tells names: %q", d.Problem)
			}
		})
	}
}

// TestReportOfAPanic writes what was found, and lets the program break.
func TestReportOfAPanic(t *testing.T) {
	t.Parallel()
	p, path := silent(t), filepath.Join(t.TempDir(), "r.json")
	func() {
		defer func() {
			if what := recover(); fmt.Sprint(what) != "boom" {
				t.Errorf("it broke with %v", what)
			}
		}()
		var err error
		r, werr := p.reportTo(reportWish{path: path})
		if werr != nil {
			t.Fatal(werr)
		}
		defer r.finish(t.Context(), &err)
		panic("boom")
	}()
	if d := readDocument(t, path); d.Exit != exitTool || !strings.Contains(d.Problem, "broke") {
		t.Errorf("%+v", d)
	}
}

func readDocument(t *testing.T, path string) report.Document {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestReportFromReport analyses a report anew, and comes to the same.
func TestReportFromReport(t *testing.T) {
	t.Parallel()
	p := silent(t)
	dir := t.TempDir()
	var ee *exitError
	first := reportOptions{from: source{demo: true, faults: []string{"spn-duplicate"}}, full: true, output: filepath.Join(dir, "a.json")}
	if err := later(p).writeReport(t.Context(), first); !errors.As(err, &ee) || ee.code != exitFailed {
		t.Fatal(err)
	}
	a := filepath.Join(dir, "a-FULL-NOT-REDACTED.json")
	second := reportOptions{saved: a, full: true, output: filepath.Join(dir, "b.json")}
	if err := later(p).writeReport(t.Context(), second); !errors.As(err, &ee) || ee.code != exitFailed {
		t.Fatal(err)
	}
	one, two := readDocument(t, a), readDocument(t, filepath.Join(dir, "b-FULL-NOT-REDACTED.json"))
	x, err := json.Marshal(one.Steps)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(two.Steps)
	if err != nil {
		t.Fatal(err)
	}
	if string(x) != string(y) {
		t.Errorf("analysed anew it is another:\n%s\n%s", x, y)
	}
}
