package winhost_test

import (
	"path/filepath"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// TestWhatIsGone shows that a section of an earlier file ends with the service
// that it tells of, and only then.
func TestWhatIsGone(t *testing.T) {
	first := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	evidence := func(at time.Time, services ...string) fact.HostEvidence {
		e := fact.HostEvidence{
			Host: "conn01.contoso.test", Collected: at, Tool: "1.0", TLS12Client: -1, HTTP2: 0, SPNEGO: -1,
			Sections: map[string]fact.Provenance{fact.SectionServices: {At: at}, fact.SectionWinHTTP: {At: at}},
		}
		for _, s := range services {
			e.Services = append(e.Services, fact.Service{Name: s, State: "running", Start: "automatic"})
		}
		return e
	}
	full := evidence(first, "WAPCSvc", "WAPCUpdaterSvc", "ADSync", "QlikSenseProxyService")
	full.Version, full.SPNEGO = "1.5.4892.0", 1
	full.Sync, full.Qlik = &fact.SyncHost{CycleEnabled: true}, &fact.QlikHost{Certificates: []string{"client.pem"}}
	for _, s := range []string{fact.SectionConnector, fact.SectionSPNEGO, fact.SectionProxy, fact.SectionTraces, fact.SectionSync, fact.SectionQlik} {
		full.Sections[s] = fact.Provenance{At: first}
	}
	unread := evidence(first.Add(time.Hour))
	unread.Sections[fact.SectionServices] = fact.Provenance{At: unread.Collected, Missing: "access is denied"}
	all := []string{fact.SectionConnector, fact.SectionSPNEGO, fact.SectionProxy, fact.SectionTraces, fact.SectionSync, fact.SectionQlik}
	for _, tt := range []struct {
		name  string
		later fact.HostEvidence
		gone  []string
	}{
		{"all still there", evidence(first.Add(time.Hour), "WAPCSvc", "ADSync", "QlikSenseEngineService"), nil},
		{"the connector was taken off", evidence(first.Add(time.Hour), "ADSync", "QlikSenseProxyService"), all[:4]},
		{"Entra Connect was taken off", evidence(first.Add(time.Hour), "WAPCSvc", "QlikSenseProxyService"), all[4:5]},
		{"Qlik was taken off", evidence(first.Add(time.Hour), "WAPCSvc", "ADSync"), all[5:]},
		{"nothing is left", evidence(first.Add(time.Hour)), all},
		{"the services could not be read", unread, nil},
		{"an earlier file", evidence(first.Add(-time.Hour)), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			var files []string
			for i, e := range []fact.HostEvidence{full, tt.later} {
				path := filepath.Join(dir, string(rune('a'+i))+".json")
				if err := winhost.Write(path, e, winhost.Origin{Site: "contoso"}); err != nil {
					t.Fatal(err)
				}
				files = append(files, path)
			}
			got, err := winhost.NewHosts(site.Site{Name: "contoso", Evidence: files}).Host(t.Context(), "conn01.contoso.test")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, s := range tt.gone {
				want[s] = true
			}
			for _, s := range all {
				if missing := got.Missing(s) != ""; missing != want[s] {
					t.Errorf("%s is missing: %t, want %t", s, missing, want[s])
				}
			}
			if want[fact.SectionConnector] && (got.Version != "" || got.SPNEGO != -1) {
				t.Errorf("version %q and SPNEGO %d are left", got.Version, got.SPNEGO)
			}
		})
	}
}
