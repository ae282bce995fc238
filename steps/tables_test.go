package steps

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/checks/spn"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

func TestComparisons(t *testing.T) {
	s := site.Site{Name: "contoso"}
	s.Publish.InternalURL = "https://sense.contoso.test/"
	s.Qlik.ServiceAccount = `CONTOSO\qlik`
	s.TestUser.UPN = "ada@contoso.test"
	s.Connector.Hosts = []site.ConnectorHost{{Name: "conn01.contoso.test"}, {Name: "conn02.contoso.test"}}
	known := checks.Passed("", "").
		Provide(sync.FactUser, fact.CloudUser{OnPremSAM: "ada", OnPremSID: "S-1-5-21-1-2-1104"}).
		Provide(spn.FactAccount, fact.Account{SPNs: []string{"HTTP/sense.contoso.test", "http/sense", "HOST/x"}}).
		Provide(connector.FactConnectors, []fact.Connector{{Machine: "CONN01", Active: true}, {Machine: "conn02.contoso.test"}})
	env := checks.NewEnv(s, time.Now, map[checks.ID]checks.Result{"x": known})
	row := func(verdict checks.Status, cells ...string) checks.Row {
		return checks.Row{Status: verdict, Cells: cells}
	}
	const name = "HTTP/sense.contoso.test"
	tests := []struct {
		name  string
		check checks.ID
		r     checks.Result
		want  []checks.Row
	}{
		{"nobody holds the name", "spn.owner", checks.Failed("spn.missing", "", ""), []checks.Row{row(checks.Fail, name, `CONTOSO\qlik`, "nobody"), row(checks.Pass, "http/sense", "–", `CONTOSO\qlik`)}},
		{"another holds it", "spn.owner", checks.Failed("spn.wrong-owner", "", "").Var("holder", "QLIK01$"), []checks.Row{row(checks.Fail, name, `CONTOSO\qlik`, "QLIK01$"), row(checks.Pass, "http/sense", "–", `CONTOSO\qlik`)}},
		{"joined", "sync.joined", checks.Passed("", "").With("SID", "S-1-5-21-1-2-1104"), []checks.Row{row(checks.Pass, "account", "ada", "ada"), row(checks.Pass, "SID", "S-…-2-1104", "S-…-2-1104")}},
		{"another SID", "sync.joined", checks.Failed("sync.not-joined", "", "").With("SID in the directory", "S-1-5-21-1-2-9"), []checks.Row{row(checks.Pass, "account", "ada", "ada"), row(checks.Fail, "SID", "S-…-2-1104", "S-…-2-9")}},
		{"one inactive", "connector.registered", checks.Failed("connector.inactive", "", "conn02.contoso.test is inactive").Var("host", "conn02.contoso.test"), []checks.Row{row(checks.Pending, "conn01.contoso.test", "–", "CONN01$"), row(checks.Fail, "conn02.contoso.test", "inactive", "CONN02$")}},
		{"one may not", "delegation.list", checks.Failed("delegation.missing", "", "").With("CONN01$", "as expected").With("CONN02$", "may delegate to nothing"), []checks.Row{row(checks.Pass, "CONN01$", "active", name, "the name"), row(checks.Fail, "CONN02$", "inactive", name, "nothing")}},
		{"the cloud has another name", "sso.spn", checks.Failed("sso.spn-differs", name, "Entra has HTTP/other"), []checks.Row{row(checks.Fail, "application in Entra", name, "HTTP/other"), row(checks.Pass, "account in the directory", name, name)}},
		{"both sides", "verify.same", checks.Passed("", "").With("inside", `C\ada, engine 12.1`).With("outside", `C\ada, engine 12.1`), []checks.Row{row(checks.Pass, "user", `C\ada`, `C\ada`), row(checks.Pass, "engine", "12.1", "12.1"), row(checks.Pending, "round trip", "–", "–")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := comparisons()[tt.check](env, tt.r)
			if d := cmp.Diff(tt.want, got.Rows); d != "" {
				t.Error(d)
			}
			for _, r := range got.Rows {
				if len(r.Cells) != len(got.Columns) {
					t.Errorf("%d cells under %d columns", len(r.Cells), len(got.Columns))
				}
			}
		})
	}
}

// TestComparisonsAreOfChecks shows that no comparison lost its check.
func TestComparisonsAreOfChecks(t *testing.T) {
	have := map[checks.ID]bool{}
	for _, s := range Order(Ports{}) {
		for _, c := range s.Checks {
			have[c.ID] = true
		}
	}
	for id := range comparisons() {
		if !have[id] {
			t.Errorf("%s: no such check", id)
		}
	}
}
