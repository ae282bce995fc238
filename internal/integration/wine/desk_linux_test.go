package wine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/cli"
	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/report"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// desk is where the wizard runs: a site with this one host.
type desk struct {
	p    *prefix
	site string
	file string
	// facts are what the site's file holds before anything is imported.
	facts site.Site
	// steps are those that are checked.
	steps []string
}

func newDesk(t *testing.T, p *prefix) *desk {
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
	d := &desk{p: p, site: filepath.Join(p.work, "site.yaml"), file: filepath.Join(p.work, "evidence.json"), steps: []string{"site", "connector"}}
	d.collect(t)
	e := d.evidence(t)
	s := l.Site()
	s.Evidence = nil
	short, _, _ := strings.Cut(e.Host, ".")
	full := short + "." + s.Directory.Domain
	s.Connector.Hosts = []site.ConnectorHost{{Name: full}}
	// The same machine plays a Qlik node and a server of Entra Connect, later on.
	s.Qlik.Nodes, s.Sync.Servers = []string{full}, []string{full}
	d.facts = s
	return d
}

// collect runs the Windows program on the machine. The way out is left out unless
// it is asked for, as it would try the internet, and the clock always, for Wine
// has no UDP that Go can use.
func (d *desk) collect(t *testing.T, more ...string) {
	t.Helper()
	if more == nil {
		more = []string{"--without", "egress"}
	}
	d.p.wine(t, append([]string{filepath.Join(d.p.work, "sensegate.exe"), "collect", "--without", "clock", "--output", windowsPath(d.file)}, more...)...)
}

// evidence is what the collected file holds.
func (d *desk) evidence(t *testing.T) fact.HostEvidence {
	t.Helper()
	e, _, err := winhost.Read(d.file)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// collected collects, imports and checks. What was imported before is forgotten:
// it would stand in for what could not be read now.
func (d *desk) collected(t *testing.T, more ...string) report.Report {
	t.Helper()
	d.collect(t, more...)
	if err := site.Save(d.site, d.facts); err != nil {
		t.Fatal(err)
	}
	if code, said := here(t, "import", "--site", d.site, d.file); code != 0 {
		t.Fatalf("import: exit %d\n%s", code, said)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	args := []string{"check", "--site", d.site, "--format", "json", "--output", file}
	for _, s := range d.steps {
		args = append(args, "--step", s)
	}
	_, said := here(t, args...)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// here runs the program in this process, as on the machine of the wizard.
func here(t *testing.T, args ...string) (int, string) {
	t.Helper()
	said, err := os.CreateTemp(t.TempDir(), "said")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = said.Close() }() // read by its name below
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // nothing is in it
	code := cli.Main(t.Context(), cli.Process{Args: args, In: in, Out: said, Err: said, Environ: []string{"SENSEGATE_HOME=" + t.TempDir()}})
	raw, err := os.ReadFile(said.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(raw)
}
