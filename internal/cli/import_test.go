package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// imported is a lab's site whose file names no evidence yet, and good evidence
// of its first host.
type imported struct {
	file, good string
	facts      site.Site
	e          fact.HostEvidence
}

func readyToImport(t *testing.T) imported {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	x := imported{facts: l.Site(), file: filepath.Join(t.TempDir(), "site.yaml")}
	if x.e, _, err = winhost.Read(x.facts.Evidence[0]); err != nil {
		t.Fatal(err)
	}
	x.facts.Evidence = nil
	if err := site.Save(x.file, x.facts); err != nil {
		t.Fatal(err)
	}
	x.good = x.write(t, x.e, winhost.Origin{Site: x.facts.Name})
	return x
}

func (x imported) write(t *testing.T, e fact.HostEvidence, from winhost.Origin) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "evidence.json")
	if err := winhost.Write(path, e, from); err != nil {
		t.Fatal(err)
	}
	return path
}

func (x imported) evidence(t *testing.T) []string {
	t.Helper()
	s, err := site.Load(x.file)
	if err != nil {
		t.Fatal(err)
	}
	return s.Evidence
}

func TestImport(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	code, said := run(t, "import", "--site", x.file, "--dry-run", x.good)
	if code != 0 || len(x.evidence(t)) != 0 {
		t.Fatalf("the dry run: exit %d, %v\n%s", code, x.evidence(t), said)
	}
	code, said = run(t, "import", "--site", x.file, x.good)
	list := x.evidence(t)
	if code != 0 || len(list) != 1 || filepath.Dir(list[0]) != filepath.Join(filepath.Dir(x.file), "evidence") {
		t.Fatalf("exit %d, %v\n%s", code, list, said)
	}
	if err := os.Remove(x.good); err != nil { // what was imported does not lie on somebody's stick
		t.Fatal(err)
	}
	if e, _, err := winhost.Read(list[0]); err != nil || e.Host != x.e.Host {
		t.Errorf("%s %v", e.Host, err)
	}
	for _, want := range []string{"SIMULATED", x.e.Host, "pass", "connector and its updater", "Added to"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

// TestImportRefuses shows that evidence which cannot count is refused with the
// reason, and that then nothing is imported, not even the good file before it.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	raw, err := os.ReadFile(x.good)
	if err != nil {
		t.Fatal(err)
	}
	edited := func(from, to string) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			path := filepath.Join(t.TempDir(), "edited.json")
			text := strings.Replace(string(raw), from, to, 1)
			if text == string(raw) {
				t.Fatalf("%q is not in the file", from)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	changed := func(change func(*fact.HostEvidence, *winhost.Origin)) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			e, from := x.e, winhost.Origin{Site: x.facts.Name}
			change(&e, &from)
			return x.write(t, e, from)
		}
	}
	tests := []struct {
		name string
		file func(*testing.T) string
		want string
	}{
		{"edited by hand", edited(`"state": "running"`, `"state": "stopped"`), "section services was changed"},
		{"another host by hand", edited(`"host": "conn01`, `"host": "conn02`), "the head"},
		{"newer schema", edited("evidence/v1", "evidence/v2"), "newer than this program"},
		{"cut off", edited(string(raw[len(raw)/2:]), ""), "decoding"},
		{"another site", changed(func(_ *fact.HostEvidence, o *winhost.Origin) { o.Site = "fabrikam" }), "collected for the site fabrikam"},
		{"another host", changed(func(e *fact.HostEvidence, _ *winhost.Origin) { e.Host = "conn01.fabrikam.test" }), "no host of this site"},
		{"too old", changed(func(e *fact.HostEvidence, _ *winhost.Origin) { e.Collected = time.Now().Add(-8 * 24 * time.Hour) }), "collect again"},
		{"from the future", changed(func(e *fact.HostEvidence, _ *winhost.Origin) { e.Collected = time.Now().Add(time.Hour) }), "has not come yet"},
		{"of Qlik, from a connector host", changed(func(e *fact.HostEvidence, _ *winhost.Origin) {
			e.Sections, e.Qlik = nil, &fact.QlikHost{Certificates: []string{"client.pem"}}
		}), "no machine of Qlik in this site"},
		{"of Qlik, from a machine that nobody named", changed(func(e *fact.HostEvidence, _ *winhost.Origin) {
			e.Sections, e.Host, e.Qlik = nil, "qlik09.contoso.test", &fact.QlikHost{}
		}), "qlik.nodes"},
		{"of Entra Connect, from a machine that nobody named", changed(func(e *fact.HostEvidence, _ *winhost.Origin) {
			e.Sections, e.Host, e.Sync = nil, "sync01.contoso.test", &fact.SyncHost{CycleEnabled: true}
		}), "sync.servers"},
		{"not there", func(*testing.T) string { return filepath.Join(t.TempDir(), "nowhere.json") }, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, said := run(t, "import", "--site", x.file, x.good, tt.file(t))
			if code != 2 || !strings.Contains(said, tt.want) || !strings.Contains(said, "nothing was imported") {
				t.Errorf("exit %d, want %q:\n%s", code, tt.want, said)
			}
			if got := x.evidence(t); len(got) != 0 {
				t.Errorf("imported by half: %v", got)
			}
		})
	}
	t.Run("written by a lab for a real site", func(t *testing.T) {
		lab := x.write(t, x.e, winhost.Origin{Site: x.facts.Name, Simulated: true})
		customer := x.facts
		customer.Simulated = false
		file := filepath.Join(t.TempDir(), "site.yaml")
		if err := site.Save(file, customer); err != nil {
			t.Fatal(err)
		}
		if code, said := run(t, "import", "--site", file, lab); code != 2 || !strings.Contains(said, "practice lab") {
			t.Errorf("exit %d:\n%s", code, said)
		}
	})
}

// TestConfigurableAge shows that the site says how old evidence may be.
func TestConfigurableAge(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	x.e.Collected = time.Now().Add(-2 * time.Hour)
	old := x.write(t, x.e, winhost.Origin{})
	x.facts.EvidenceMaxAge = time.Hour
	if err := site.Save(x.file, x.facts); err != nil {
		t.Fatal(err)
	}
	if code, said := run(t, "import", "--site", x.file, old); code != 2 || !strings.Contains(said, "2 hours ago, and this site allows 1 hour (evidence_max_age: 1h0m0s): collect again") {
		t.Errorf("exit %d:\n%s", code, said)
	}
}

func TestCollectCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"dry run", []string{"--dry-run"}, 0, []string{"WAPCSvc", "EnableDefaultHTTP2", "Nothing was read"}},
		{"script", []string{"--script", "--for", "contoso"}, 0, []string{"$site = 'contoso'", "param("}},
		{"no output", nil, 2, []string{"--output"}},
		{"unknown section", []string{"--without", "passwords", "--dry-run"}, 2, []string{"is no section"}},
		{"no folder", []string{"--output", filepath.Join(t.TempDir(), "no", "e.json")}, 2, []string{"cannot be written"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, said := run(t, append([]string{"collect"}, tt.args...)...)
			if code != tt.code {
				t.Errorf("exit %d, want %d:\n%s", code, tt.code, said)
			}
			for _, w := range tt.want {
				if !strings.Contains(said, w) {
					t.Errorf("it does not say %q:\n%s", w, said)
				}
			}
		})
	}
}

// TestImportOfNamedMachines shows that what tells of Qlik and of Entra Connect
// is taken from the machines that the site names for it.
func TestImportOfNamedMachines(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	x.facts.Qlik.Nodes, x.facts.Sync.Servers = []string{"qlik09.contoso.test"}, []string{"sync01"}
	if err := site.Save(x.file, x.facts); err != nil {
		t.Fatal(err)
	}
	e := x.e
	e.Sections, e.Host, e.Qlik = nil, "QLIK09.contoso.test", &fact.QlikHost{}
	e.Services = []fact.Service{{Name: "QlikSenseProxyService", State: "stopped", Start: "automatic", Account: `CONTOSO\qlik`}}
	node := x.write(t, e, winhost.Origin{})
	e.Host, e.Qlik, e.Sync = "sync01.contoso.test", nil, &fact.SyncHost{CycleEnabled: true}
	code, said := run(t, "import", "--site", x.file, node, x.write(t, e, winhost.Origin{}))
	if code != 0 || len(x.evidence(t)) != 2 {
		t.Fatalf("exit %d, %v\n%s", code, x.evidence(t), said)
	}
	for _, want := range []string{"QlikSenseProxyService is stopped", "Entra Connect: cycle enabled true"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

// TestImportIntoASavedSite copies the evidence into the session's folder: the
// file may go, and what is refused leaves nothing there.
func TestImportIntoASavedSite(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	home := t.TempDir()
	s, err := session.NewStore(home, time.Now).Create(x.facts)
	if err != nil {
		t.Fatal(err)
	}
	dir := s.Dir()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) (int, string) {
		return runIn(t, []string{session.HomeVariable + "=" + home}, args...)
	}
	other := x.write(t, x.e, winhost.Origin{Site: "fabrikam"})
	if code, said := at("import", "--name", x.facts.Name, x.good, other); code != 2 || !strings.Contains(said, "nothing was imported") {
		t.Errorf("replayed: exit %d\n%s", code, said)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "evidence", "*")); err != nil || len(left) != 0 {
		t.Errorf("imported by half: %v %v", left, err)
	}
	if code, said := at("import", "--name", "nobody", x.good); code != 2 {
		t.Errorf("a site that is not there: exit %d\n%s", code, said)
	}
	for range 2 { // the same file twice is one piece of evidence
		if code, said := at("import", "--name", x.facts.Name, x.good); code != 0 {
			t.Fatalf("exit %d\n%s", code, said)
		}
	}
	if err := os.Remove(x.good); err != nil {
		t.Fatal(err)
	}
	saved, err := session.NewStore(home, time.Now).Open(x.facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := saved.Close(); err != nil {
			t.Error(err)
		}
	}()
	list := saved.Resume().Site.Evidence
	if len(list) != 1 || filepath.Dir(list[0]) != filepath.Join(dir, "evidence") {
		t.Fatalf("evidence %v", list)
	}
	if e, _, err := winhost.Read(list[0]); err != nil || e.Host != x.e.Host {
		t.Errorf("%v %v", e.Host, err)
	}
}

// TestImportRedacted shows that a section may be taken out before the file
// leaves the building: the rest counts, and nothing is proved of what is gone.
func TestImportRedacted(t *testing.T) {
	t.Parallel()
	x := readyToImport(t)
	raw, err := os.ReadFile(x.good)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	doc["facts"].(map[string]any)["egress"] = "redacted"
	if raw, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "redacted.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := run(t, "import", "--site", x.file, path)
	if code != 0 || len(x.evidence(t)) != 1 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	for _, want := range []string{"unknown  Every host reaches the service", "taken out of the file (redacted)", "pass     The connector and its updater run"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(string(raw), "login.entra.test") {
		t.Error("what was taken out is still in the file")
	}
}
