package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/cli"
	"sensegate/internal/lab"
	"sensegate/internal/report"
	"sensegate/internal/session"
	"sensegate/internal/site"
)

// scServices is what sc prints of a host's two services, in Spanish: some labels
// have no space before the colon.
func scServices(host, updater string) string {
	block := func(name, state, account string) string {
		return checkstest.Answered("sc.exe query "+name, "\r\nNOMBRE_SERVICIO: "+name+"\r\n        TIPO               : 10  WIN32_OWN_PROCESS\r\n        ESTADO             : "+state) +
			checkstest.Answered("sc.exe qc "+name, "[SC] QueryServiceConfig CORRECTO\r\n\r\nNOMBRE_SERVICIO: "+name+"\r\n        TIPO               : 10  WIN32_OWN_PROCESS\r\n"+
				"        TIPO_INICIO        : 2   AUTO_START\r\n        ERROR_CONTROL      : 1   NORMAL\r\n        NOMBRE_RUTA_BINARIO: C:\\x.exe\r\n        LOAD_ORDER_GROUP   :\r\n        TAG                : 0\r\n        DISPLAY_NAME       : x\r\n        DEPENDENCIES       : rpcss\r\n        NOMBRE_INICIO_SERVICIO: "+account+"\r\n")
	}
	return checkstest.Printed(host, time.Now(), block("WAPCSvc", "4  RUNNING", `NT AUTHORITY\NetworkService`)+block("WAPCUpdaterSvc", updater, "LocalSystem")) + ".\r\n"
}

// TestPastesOutliveTheSession pastes in the wizard's lines what two hosts print,
// and finds it proved in the next process: by whom, and how long ago.
func TestPastesOutliveTheSession(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	s := l.Site()
	s.Evidence = nil
	dir := t.TempDir()
	file, env := filepath.Join(dir, "site.yaml"), []string{session.HomeVariable + "=" + filepath.Join(dir, "home")}
	if err := site.Save(file, s); err != nil {
		t.Fatal(err)
	}
	said := typed(t, env, []string{
		"", "", // the site and the synchronisation hold
		"o", scServices("WEB01", "4  RUNNING"), // another machine
		"o", scServices("CONN01", "4  RUNNING"),
		"o", scServices("conn02", "1  STOPPED"),
		"o", scServices("conn02", "4  RUNNING"), // started, and pasted again
		"q",
	}, "--site", file, "--accessible")
	for _, want := range []string{
		"run in the command prompt on each of conn01.contoso.test, conn02.contoso.test", "& sc.exe query WAPCSvc", "NOT ACCEPTED: the paste is refused: it is of the machine WEB01",
		"nothing was collected on conn02", "WAPCUpdaterSvc is stopped", "it was this line: WAPCUpdaterSvc: ESTADO             : 4  RUNNING",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
	out := filepath.Join(dir, "report.json")
	_, printed := runIn(t, env, "check", "--site", file, "--step", "connector", "--format", "json", "--output", out)
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Steps[0].Checks {
		if c.ID != "connector.services" {
			continue
		}
		row := ""
		for _, e := range c.Evidence {
			if e.Name == "pasted" {
				row = e.Value
			}
		}
		if c.Status != checks.Pass || c.Source != checks.Pasted || !strings.HasPrefix(row, "of conn02.contoso.test, ") || !strings.HasSuffix(row, " ago") {
			t.Errorf("%s, %s, %q: %s", c.Status, c.Source, row, c.Seen)
		}
		return
	}
	t.Error("the report has no connector.services")
}

// typed runs the program with lines of input.
func typed(t *testing.T, env, lines []string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	in, said := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte(strings.ReplaceAll(strings.Join(lines, "\n")+"\n", ".\r\n\n", ".\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }() // it was only read
	to, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }() // read by its name below
	cli.Main(t.Context(), cli.Process{Args: args, In: from, Out: to, Err: to, Environ: env})
	raw, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
