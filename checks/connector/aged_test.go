package connector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// TestAgesAreTold says of which file evidence is and how old, in a measure that
// tells something.
func TestAgesAreTold(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name       string
		age, limit time.Duration
		row, seen  string
	}{
		{"minutes", 20 * time.Minute, 0, "conn01.contoso.test 20 minutes ago (conn01.json)", ""},
		{"hours", 30 * time.Hour, 0, "conn01.contoso.test 30 hours ago (conn01.json)", ""},
		{"days", 80 * time.Hour, 0, "conn01.contoso.test 3 days ago (conn01.json)", ""},
		{"a short limit", 20 * time.Minute, 10 * time.Minute, "", "20 minutes old, and 10 minutes are allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := now.Add(-tt.age)
			e := fact.HostEvidence{
				Host: "conn01.contoso.test", Collected: at, File: "/home/a/conn01.json", ClockSkew: time.Second, TLS12Client: -1, HTTP2: -1, SPNEGO: -1,
				Sections: map[string]fact.Provenance{fact.SectionClock: {At: at, File: "/home/a/conn01.json"}},
			}
			s := site.Site{Name: "contoso", EvidenceMaxAge: tt.limit, Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}}}
			for _, c := range connector.HostChecks(alone{e}) {
				if c.ID != "connector.clock" {
					continue
				}
				r := c.Run(t.Context(), checks.NewEnv(s, func() time.Time { return now }, nil))
				if tt.row != "" && r.Row("evidence of") != tt.row {
					t.Errorf("the row says %q, want %q", r.Row("evidence of"), tt.row)
				}
				if !strings.Contains(r.Seen, tt.seen) {
					t.Errorf("seen %q, want %q", r.Seen, tt.seen)
				}
			}
		})
	}
}

// alone is the evidence of the only host.
type alone struct{ e fact.HostEvidence }

func (a alone) Host(context.Context, string) (fact.HostEvidence, error) { return a.e, nil }
