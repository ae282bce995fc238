package powershell_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/winhost"
)

const tenant = "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10"

// bothWays collects on a described machine by the script and by our own program.
func bothWays(t *testing.T, e *evaluator, d *described) (script, program fact.HostEvidence) {
	t.Helper()
	roots := d.net.roots(t)
	dir := t.TempDir()
	collected := make(chan error, 1)
	go func() {
		var err error
		program, err = collect.Run(t.Context(), collect.Options{
			Machine: machine{d}, Clock: time.Now, Tool: "1.0 (script)", Tenant: tenant, Backends: options().Backends, Controller: options().Controller,
			Net: collect.Net{Dial: d.net.dial, Lookup: d.net.lookup, Roots: roots},
		})
		collected <- err
	}()
	r := e.run(t, d, dir, collect.Script(options()), "-Output", "evidence.json")
	if r.code != 0 {
		t.Fatalf("it ended with %d:\n%s", r.code, r.output)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "c", "collect", "evidence.json"))
	if err != nil {
		t.Fatal(err)
	}
	script, origin, err := winhost.Parse(raw)
	if err != nil {
		t.Fatalf("the evidence is refused: %v\n%s", err, raw)
	}
	if origin.Site != options().Site || origin.Simulated {
		t.Errorf("the origin is %+v", origin)
	}
	if err := <-collected; err != nil {
		t.Fatal(err)
	}
	// As it comes out of a file.
	path := filepath.Join(dir, "program.json")
	if err := winhost.Write(path, program, winhost.Origin{Site: "contoso"}); err != nil {
		t.Fatal(err)
	}
	if program, _, err = winhost.Read(path); err != nil {
		t.Fatal(err)
	}
	return script, program
}

func options() collect.ScriptOptions {
	return collect.ScriptOptions{Tool: "1.0", Site: "contoso", Tenant: tenant, Controller: "dc1.contoso.test", Backends: []string{"sense.contoso.test"}}
}

var counted = regexp.MustCompile(`^a list of \d+ revoked certificates`)

var unread = regexp.MustCompile(`^\(it could not be read: .+\)$`)

func there(s string) string {
	if s == "" {
		return ""
	}
	return "something"
}

// words compares a field by what a function makes of it.
func words(field string, as func(string) string) cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == field }, cmp.Transformer("words", func(s string) said { return said(as(s)) }))
}

type said string

// alike compares what was found section by section.
func alike(t *testing.T, script, program fact.HostEvidence) {
	t.Helper()
	if d := cmp.Diff(program, script,
		// Where it was read from, and when; how the clock stands is compared below.
		cmpopts.IgnoreFields(fact.HostEvidence{}, "File", "Collected", "ClockSkew"), cmpopts.IgnoreFields(fact.Provenance{}, "File", "At"),
		// The script reads of a list no more than its day.
		words(".Fetched", func(s string) string { return counted.ReplaceAllString(s, "a list of revoked certificates") }),
		// Why something failed is said by Windows there, by Go here: that it did is
		// compared, and what the checks make of it.
		words(".Problem", there), words(".Missing", there),
		// What a locked file says of itself, likewise.
		cmp.FilterPath(func(p cmp.Path) bool { return len(p) > 1 && p.Index(-2).String() == ".Lines" }, cmp.Transformer("unread", func(s string) string {
			return unread.ReplaceAllString(s, "(it could not be read)")
		})),
		cmpopts.EquateEmpty(),
	); d != "" {
		t.Errorf("the program (-) and the script (+) differ:\n%s", d)
	}
	if off := (script.ClockSkew - program.ClockSkew).Abs(); off > 2*time.Second {
		t.Errorf("the clocks differ by %s: %s and %s", off, program.ClockSkew, script.ClockSkew)
	}
}
