package powershell_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// TestScript runs the collection script, after the evaluator has shown that it reads
// the language as it is documented.
func TestScript(t *testing.T) {
	e := newEvaluator(t)
	t.Run("language", func(t *testing.T) { asDocumented(t, e) })
	t.Run("refusals", func(t *testing.T) { refusals(t, e) })
	s := startServers(t)
	s.everywhere()
	// Each waits for what it runs beside others.
	t.Run("hosts", func(t *testing.T) { hostsAlike(t, e, s) })
	t.Run("machines", func(t *testing.T) { machinesAlike(t, e, s) })
	t.Run("mistakes", func(t *testing.T) { mistakesShow(t, e, s) })
	t.Run("file", func(t *testing.T) { ownFileAlone(t, e, s) })
	t.Run("list", func(t *testing.T) { listsOnly(t, e, s) })
}

// hostsAlike describes hosts, healthy ones and others, and lets both
// collect on each: what they find is the same, and so is what the checks say of it.
func hostsAlike(t *testing.T, e *evaluator, s *servers) {
	for _, f := range append(faults(), wayFaults()...) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d := healthy(s)
			f.change(d, s)
			script, program := bothWays(t, e, d)
			alike(t, script, program)
			judged(t, f, script, program)
		})
	}
}

// everywhere lets the proxy reach all that connectors talk to.
func (s *servers) everywhere() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, e := range fact.ServiceEndpoints("", tenant) {
		if e.Port == 80 {
			s.through[e.Host+":80"] = s.revocation
		} else {
			s.through[e.Host+":443"] = s.service
		}
	}
}

type only struct{ e fact.HostEvidence }

func (o only) Host(context.Context, string) (fact.HostEvidence, error) { return o.e, nil }

// judged runs the checks of connector hosts over both.
func judged(t *testing.T, f fault, script, program fact.HostEvidence) {
	t.Helper()
	at := site.Site{Name: "contoso", Publish: site.Publish{InternalURL: "https://sense.contoso.test/"}, Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}}}
	run := func(e fact.HostEvidence) map[checks.ID]checks.Result {
		out := map[checks.ID]checks.Result{}
		for _, c := range connector.HostChecks(only{e}) {
			out[c.ID] = c.Run(t.Context(), checks.NewEnv(at, time.Now, nil))
		}
		return out
	}
	byScript, byProgram := run(script), run(program)
	if len(byScript) < 10 {
		t.Fatalf("only %d checks", len(byScript))
	}
	for id, r := range byScript {
		p := byProgram[id]
		if r.Status != p.Status || r.Cause != p.Cause {
			t.Errorf("%s: by the script %s %s (%s), by the program %s %s (%s)", id, r.Status, r.Cause, r.Seen, p.Status, p.Cause, p.Seen)
		}
		switch {
		case id == f.check && (r.Status != f.status || f.cause != "" && r.Cause != f.cause):
			t.Errorf("%s: %s %s (%s), want %s %s", id, r.Status, r.Cause, r.Seen, f.status, f.cause)
		case f.check == "" && r.Status != checks.Pass:
			t.Errorf("%s: %s %s (%s)", id, r.Status, r.Cause, r.Seen)
		}
	}
}

// listsOnly shows that -List prints every section and writes nothing.
func listsOnly(t *testing.T, e *evaluator, s *servers) {
	t.Helper()
	dir := t.TempDir()
	r := e.run(t, healthy(s), dir, collect.Script(options()), "-List")
	if r.code != 0 {
		t.Fatal(r.output)
	}
	for _, section := range fact.HostSections() {
		if !strings.Contains(r.output, "--- "+section+"\n") {
			t.Errorf("the section %s is missing:\n%s", section, r.output)
		}
	}
	found, err := os.ReadDir(filepath.Join(dir, "c", "collect"))
	if err != nil || len(found) > 0 {
		t.Errorf("it left %v, %v", found, err)
	}
}
