package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// hosts are those that a site's evidence tells of.
func (x imported) hosts(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, path := range x.evidence(t) {
		e, _, err := winhost.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e.Host)
	}
	return out
}

// withheld is a copy of a file with sections taken out by hand.
func withheld(t *testing.T, path string, sections ...string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		doc["facts"].(map[string]any)[s] = "redacted"
	}
	if raw, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "withheld.json")
	if err := os.WriteFile(out, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestImportOfOneNameAfterAnother brings each host's evidence under the name
// that the manual uses: the second does not take the place of the first.
func TestImportOfOneNameAfterAnother(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	path := filepath.Join(t.TempDir(), "evidence.json")
	for _, host := range []string{"conn01.contoso.test", "CONN02.contoso.test"} {
		e := x.e
		e.Host = host
		if err := winhost.Write(path, e, winhost.Origin{Site: x.facts.Name}); err != nil {
			t.Fatal(err)
		}
		if code, said := run(t, "import", "--site", x.file, path); code != 0 {
			t.Fatalf("exit %d\n%s", code, said)
		}
	}
	if got := x.hosts(t); !slices.Equal(got, []string{"conn01.contoso.test", "CONN02.contoso.test"}) {
		t.Errorf("evidence of %v", got)
	}
}

// TestImportAgain shows what is said of evidence that is there already, that is
// older, and of which there is a copy with something withheld.
func TestImportAgain(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	old := x.e
	old.Collected = old.Collected.Add(-time.Hour)
	steps := []struct {
		name, path, want string
		n                int
	}{
		{"first", x.good, "Added to", 1},
		{"the same", x.good, "has all of it already", 1},
		{"the copy itself", "", "has all of it already", 1},
		{"withheld", withheld(t, x.good, fact.SectionEgress), "withheld egress: nothing is known of that", 2},
		{"older", x.write(t, old, winhost.Origin{}), "older    than what is here already", 3},
	}
	for _, s := range steps {
		if s.path == "" {
			s.path = x.evidence(t)[0]
		}
		code, said := run(t, "import", "--site", x.file, s.path, s.path)
		if got := x.evidence(t); code != 0 || len(got) != s.n || !strings.Contains(said, s.want) {
			t.Errorf("%s: exit %d, %v\n%s", s.name, code, got, said)
		}
	}
	got, err := winhost.NewHosts(x.site(t)).Host(t.Context(), x.e.Host)
	if err != nil || !got.Collected.Equal(x.e.Collected) || got.Missing(fact.SectionEgress) != "" {
		t.Errorf("the newest whole one does not count: %+v %v", got, err)
	}
}

func (x imported) site(t *testing.T) site.Site {
	t.Helper()
	s, err := site.Load(x.file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestImportsAtOnce lets many add to one site file at the same time.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	const n = 8
	var all sync.WaitGroup
	for i := range n {
		e := x.e
		e.Collected = e.Collected.Add(-time.Duration(i) * time.Minute)
		path := x.write(t, e, winhost.Origin{})
		all.Go(func() {
			if code, said := run(t, "import", "--site", x.file, path); code != 0 {
				t.Errorf("exit %d\n%s", code, said)
			}
		})
	}
	all.Wait()
	if got := x.evidence(t); len(got) != n {
		t.Errorf("%d of %d were kept: %v", len(got), n, got)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(x.file), ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestImportAfterAKill shows that what a killed import left behind neither
// counts nor stops the next one.
func TestImportAfterAKill(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	dir := filepath.Dir(x.file)
	claim := filepath.Join(dir, "."+filepath.Base(x.file)+".import")
	half := filepath.Join(dir, "evidence", ".evidence-1")
	if err := os.MkdirAll(filepath.Dir(half), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{claim, half} {
		if err := os.WriteFile(path, []byte("{\"schema"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(claim, long, long); err != nil {
		t.Fatal(err)
	}
	if code, said := run(t, "import", "--site", x.file, x.good); code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	if got := x.hosts(t); len(got) != 1 {
		t.Errorf("evidence of %v", got)
	}
}

// TestImportIsWholeOrNothing breaks the last thing that an import does: no copy
// of the evidence is left, and the site says what it said.
func TestImportIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	before, err := os.ReadFile(x.file)
	if err != nil {
		t.Fatal(err)
	}
	// A folder where the new site file should be made.
	claim := filepath.Join(filepath.Dir(x.file), "."+filepath.Base(x.file)+".import")
	if err := os.Mkdir(claim, 0o700); err != nil {
		t.Fatal(err)
	}
	code, said := run(t, "import", "--site", x.file, x.good)
	if code != 1 || !strings.Contains(said, "another import into it is under way") || !strings.Contains(said, "nothing was imported") {
		t.Errorf("exit %d\n%s", code, said)
	}
	after, err := os.ReadFile(x.file)
	if err != nil || string(after) != string(before) {
		t.Errorf("the site changed: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(x.file), "evidence", "*")); err != nil || len(left) != 0 {
		t.Errorf("imported by half: %v %v", left, err)
	}
}

// TestImportWhileTheWizardIsOpen would be lost: the wizard writes its own
// answers over it.
func TestImportWhileTheWizardIsOpen(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	home := t.TempDir()
	env := []string{session.HomeVariable + "=" + home}
	s, err := session.NewStore(home, time.Now).Create(x.facts)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--site", x.file}, {"--name", x.facts.Name}, {}} {
		code, said := runIn(t, env, append([]string{"import", x.good}, args...)...)
		if code != 2 || !strings.Contains(said, "is open in another sensegate: import it there") {
			t.Errorf("%v: exit %d\n%s", args, code, said)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Without a name it goes to the saved site that it was collected for.
	if code, said := runIn(t, env, "import", x.good); code != 0 || !strings.Contains(said, "Added to "+x.facts.Name) {
		t.Errorf("exit %d\n%s", code, said)
	}
	nobodys := x.write(t, x.e, winhost.Origin{})
	if code, said := runIn(t, env, "import", nobodys); code != 2 || !strings.Contains(said, "saved are "+x.facts.Name) {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// TestImportIntoAStoreOfANewerVersion leaves it alone.
func TestImportIntoAStoreOfANewerVersion(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	home := t.TempDir()
	s, err := session.NewStore(home, time.Now).Create(x.facts)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(s.Dir(), "journal.jsonl")
	raw, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(raw), `"schema":1`, `"schema":9`, 1)
	if err := os.WriteFile(journal, []byte(newer), 0o600); err != nil || newer == string(raw) {
		t.Fatal(err, newer)
	}
	code, said := runIn(t, []string{session.HomeVariable + "=" + home}, "import", "--name", x.facts.Name, x.good)
	if code != 2 || !strings.Contains(said, "was written by a newer sensegate") {
		t.Errorf("exit %d\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join(s.Dir(), "evidence")); !os.IsNotExist(err) {
		t.Errorf("imported by half: %v", err)
	}
}

// TestImportOfAmbiguousNames refuses what could be of either of two machines.
func TestImportOfAmbiguousNames(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	named := func(hosts ...string) string {
		s := x.facts
		s.Connector.Hosts = nil
		for _, h := range hosts {
			s.Connector.Hosts = append(s.Connector.Hosts, site.ConnectorHost{Name: h})
		}
		file := filepath.Join(t.TempDir(), "site.yaml")
		if err := site.Save(file, s); err != nil {
			t.Fatal(err)
		}
		return file
	}
	of := func(host string) string {
		e := x.e
		e.Host = host
		return x.write(t, e, winhost.Origin{})
	}
	tests := []struct {
		name  string
		hosts []string
		files []string
		want  string // empty where it is taken
	}{
		{"the short name", []string{"conn01.contoso.test"}, []string{of("conn01")}, ""},
		{"other case", []string{"conn01.contoso.test"}, []string{of("CONN01.Contoso.TEST")}, ""},
		{"a short name in the site", []string{"conn01"}, []string{of("conn01.contoso.test")}, ""},
		{"another domain", []string{"conn01.contoso.test"}, []string{of("conn01.fabrikam.test")}, "no host of this site"},
		{"a name that begins alike", []string{"conn01.contoso.test"}, []string{of("conn0")}, "no host of this site"},
		{"two of that short name", []string{"conn01.contoso.test", "conn01.fabrikam.test"}, []string{of("conn01")}, "could be conn01.contoso.test or conn01.fabrikam.test"},
		{"two of that short name, told apart", []string{"conn01.contoso.test", "conn01.fabrikam.test"}, []string{of("conn01.fabrikam.test")}, ""},
		{"two machines for one short name", []string{"conn01"}, []string{of("conn01.contoso.test"), of("conn01.fabrikam.test")}, "write its name with the domain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, said := run(t, append([]string{"import", "--site", named(tt.hosts...)}, tt.files...)...)
			if tt.want == "" && code != 0 || tt.want != "" && (code != 2 || !strings.Contains(said, tt.want)) {
				t.Errorf("exit %d, want %q\n%s", code, tt.want, said)
			}
		})
	}
}

// TestImportWithheld takes out each section by itself: what rested on it cannot
// be told, says why, and nothing else changes.
func TestImportWithheld(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	e, _, err := winhost.Read(x.good)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(path string) []string {
		code, said := run(t, "import", "--site", x.file, "--dry-run", path)
		if code != 0 {
			t.Fatalf("exit %d\n%s", code, said)
		}
		return slices.DeleteFunc(strings.Split(said, "\n")[2:], func(l string) bool { return strings.HasPrefix(l, "  withheld") })
	}
	whole := lines(x.good)
	var all []string
	for _, section := range fact.HostSections() {
		if _, ok := e.Sections[section]; !ok {
			continue
		}
		all = append(all, section)
		t.Run(section, func(t *testing.T) {
			changed := 0
			for i, l := range lines(withheld(t, x.good, section)) {
				if l == whole[i] {
					continue
				}
				changed++
				if !strings.HasPrefix(l, "  unknown") && !strings.HasPrefix(l, "  skipped") || !strings.Contains(l, "taken out of the file (redacted)") {
					t.Errorf("%q became %q", whole[i], l)
				}
			}
			if changed == 0 {
				t.Errorf("nothing rests on it:\n%s", strings.Join(whole, "\n"))
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		for _, l := range lines(withheld(t, x.good, all...)) {
			if strings.HasPrefix(l, "  pass") {
				t.Error(l)
			}
		}
	})
}
