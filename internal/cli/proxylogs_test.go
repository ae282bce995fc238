package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/winhost"
)

// TestProxyLogsOfOtherHosts finds what was collected on the Qlik node, beside
// files at hand.
func TestProxyLogsOfOtherHosts(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, l.Close) })
	facts := l.Site()
	i := slices.IndexFunc(facts.Evidence, func(path string) bool { return strings.HasPrefix(filepath.Base(path), "qlik01") })
	if i < 0 {
		t.Fatalf("nothing was collected on the Qlik node: %v", facts.Evidence)
	}
	e, _, err := winhost.Read(facts.Evidence[i])
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond)
	e.Qlik = &fact.QlikHost{Lines: []fact.Trace{{
		File: `C:\ProgramData\Qlik\Sense\Log\Proxy\Audit\QLIK01_AuditSecurity_Proxy.txt`, Modified: at,
		Lines: []string{"7 14.254.6 " + at.Format("20060102T150405.000Z") + " QLIK01 id Command=Open connection;Result=1;ResultText=CSWSH check failed: origin https://bi.contoso.test"},
	}}}
	file := filepath.Join(t.TempDir(), "qlik01.json")
	if err := winhost.Write(file, e, winhost.Origin{Site: facts.Name, Simulated: true}); err != nil {
		t.Fatal(err)
	}
	facts.Evidence = []string{file}
	logs := newProxyLogs(facts, winhost.NewHosts(facts))
	got, err := logs.ProxyLogs(t.Context(), facts.Qlik.Logs, at.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(got.Findings, func(f fact.LogFinding) bool {
		return f.Trouble && f.Last.Equal(at) && f.File == "QLIK01_AuditSecurity_Proxy.txt of qlik01.contoso.test"
	}) || len(got.Sources) < 2 {
		t.Errorf("got %+v", got)
	}
	if late, err := logs.ProxyLogs(t.Context(), facts.Qlik.Logs, at.Add(time.Minute)); err != nil || slices.ContainsFunc(late.Findings, func(f fact.LogFinding) bool { return f.Trouble }) {
		t.Errorf("since later: %+v, %v", late, err)
	}
	if _, err := logs.ProxyLogs(t.Context(), filepath.Join(t.TempDir(), "nowhere"), at); err == nil {
		t.Error("a folder that is not there was read")
	}
}
