package site_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sensegate/internal/site"
)

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name, text string
		says       []string // the command line puts it in its reader's words
	}{
		{"empty", "", []string{"the file is empty"}},
		{"comments alone", "# a site\n\n", []string{"the file is empty"}},
		{"an unknown field", "name: contoso\ncolour: red\n", []string{"line 2: field colour not found"}},
		{"an unknown field within", "name: contoso\nentra:\n  tenent: x\n", []string{"line 3: field tenent not found"}},
		{"a host's unknown field", "connector:\n  hosts:\n    - nam: x\n", []string{"line 3: field nam not found"}},
		{"two at once", "colour: red\nsize: 3\n", []string{"line 1: field colour", "line 2: field size"}},
		{"a field twice", "name: a\nname: b\n", []string{"line 2", `"name"`, "already"}},
		{"two documents", "name: a\n---\nname: b\n", []string{"more than one document"}},
		{"rubbish behind", "name: a\n---\n{", []string{"more than one document"}},
		{"a list for a word", "name: [a]\n", []string{"line 1", "into string"}},
		{"a word for a list", "evidence: conn01.json\n", []string{"line 1", "into []string"}},
		{"a word for a group", "name: a\nentra: contoso\n", []string{"line 2", "`contoso`"}},
		{"a word for yes or no", "simulated: perhaps\n", []string{"line 1", "`perhaps`", "bool"}},
		{"no time", "verify:\n  idle: soon\n", []string{"line 2", "`soon`", "time.Duration"}},
		{"a list of sites", "- name: a\n", []string{"line 1"}},
		{"a word", "contoso\n", []string{"line 1", "`contoso`"}},
		{"not YAML", "name: \"contoso\nentra: x\n", []string{"line "}},
		{"a tab", "entra:\n\ttenant: x\n", []string{"line 2"}},
		{"not text", "\x00\x01\x02", []string{"control characters"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "site.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := site.Load(path)
			var fe *site.FileError
			if !errors.As(err, &fe) || fe.Path != path || !strings.HasPrefix(err.Error(), "reading the site file "+path+": ") {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nwant %q", err, want)
				}
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, path string
		is         error
	}{
		{"not there", filepath.Join(dir, "none.yaml"), fs.ErrNotExist},
		{"no folder", filepath.Join(dir, "none", "site.yaml"), fs.ErrNotExist},
		{"a folder", dir, nil},
		{"no name", "", fs.ErrNotExist},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := site.Load(tt.path)
			var fe *site.FileError
			if !errors.As(err, &fe) || fe.Path != tt.path || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v", err)
			}
			if tt.path != "" && strings.Count(err.Error(), tt.path) != 1 {
				t.Errorf("the path is named %d times: %v", strings.Count(err.Error(), tt.path), err)
			}
		})
	}
}

// TestAnchored takes relative paths from the file's own folder.
func TestAnchored(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	elsewhere := filepath.Join(t.TempDir(), "away.pem")
	text := "qlik:\n  certificate: certs/client.pem\n  key: " + elsewhere + "\n  root: ../root.pem\n  logs: logs\n" +
		"directory: {keytab: admin.keytab}\nkerberos: {keytab: alice.keytab}\n" +
		"connector:\n  hosts:\n    - {name: a.b.c, keytab: a.keytab}\n    - {name: d.e.f}\n" +
		"trust: {ca: [ca.pem]}\nevidence: [conn01.json]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(dir))
	for _, from := range []string{path, filepath.Join(filepath.Base(dir), "site.yaml")} {
		s, err := site.Load(from)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{
			s.Qlik.Certificate, s.Qlik.Key, s.Qlik.Root, s.Qlik.Logs, s.Directory.Keytab, s.Kerberos.Keytab,
			s.Connector.Hosts[0].Keytab, s.Connector.Hosts[1].Keytab, s.Trust.CA[0], s.Evidence[0],
		}
		at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
		want := []string{
			at("certs", "client.pem"), elsewhere, at("..", "root.pem"), at("logs"), at("admin.keytab"), at("alice.keytab"),
			at("a.keytab"), "", at("ca.pem"), at("conn01.json"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", from, diff)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(path, []byte("name: old\n"), 0o644); err != nil { //nolint:gosec // what Save must narrow
		t.Fatal(err)
	}
	want := site.Site{Name: "contoso", Qlik: site.Qlik{ServiceAccount: `CONTOSO\qlik`}}
	if err := site.Save(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := site.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %s", info.Mode())
	}
	alone(t, dir, "site.yaml")
}

// TestSaveFails leaves what was there, and nothing besides.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	if err := os.MkdirAll(filepath.Join(path, "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := site.Save(path, site.Site{Name: "x"}); err == nil || !strings.Contains(err.Error(), "writing the site file "+path) {
		t.Errorf("saving over a folder: %v", err)
	}
	alone(t, dir, "site.yaml")
	alone(t, path, "kept")
	if err := site.Save(filepath.Join(dir, "none", "site.yaml"), site.Site{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("saving into no folder: %v", err)
	}
}

// TestUnwritable keeps the file that is there when the new one could not be
// read back.
func TestUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := site.Save(path, site.Site{Name: "contoso"}); err != nil {
		t.Fatal(err)
	}
	if err := site.Save(path, site.Site{Name: "contoso", TestUser: site.TestUser{SAM: "\t\n"}}); err == nil {
		t.Error("saved what cannot be read")
	}
	if s, err := site.Load(path); err != nil || s.Name != "contoso" {
		t.Errorf("%q, %v", s.Name, err)
	}
}

func alone(t *testing.T, dir, name string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != name {
		t.Errorf("in the folder: %v, %v", list, err)
	}
}

// sites are sites with any text that a form can give: it trims blanks.
func sites() *rapid.Generator[site.Site] {
	return rapid.MakeCustom[site.Site](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[string](): rapid.Map(rapid.String(), func(s string) any { return strings.TrimSpace(s) }),
	}})
}

// TestRoundTrip writes any site and reads it back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sites().Draw(t, "site")
		raw, err := site.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := site.Parse(raw)
		if err != nil {
			t.Fatalf("%v\n%s", err, raw)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", diff, raw)
		}
	})
}

// FuzzParse reads anything without a crash, and reads what it accepted again
// once it is written.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "name: contoso\n", "a: &a [*a]\n", "a: &a {b: *a}\n", "name: !!binary aGk=\n", "name: |\n  two\n  lines\n", "? {a: b}\n: c\n",
		"verify: {idle: 1m}\n", "pins: [{name: a, address: b}]\n", "<<: {name: a}\n", "name: ~\n", "entra: null\n", "simulated: 1\n", "name: 0x10\n", "\xff\xfen\x00", "verify: {idle: 9223372036854775808}\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := site.Parse(raw)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		s.Problems()
		again, err := site.Encode(s)
		if err != nil {
			return // what could not be read back is not written
		}
		back, err := site.Parse(again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		if diff := cmp.Diff(s, back, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
