package spn_test

import (
	"context"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
)

// machine is the Qlik node with the account that its proxy runs as.
type machine struct{ account, sid string }

func (m machine) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	if name != "qlik01.contoso.test" || m.account == "nobody" {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound}
	}
	return fact.HostEvidence{Host: name, Collected: checkstest.Now(), Services: []fact.Service{{Name: "QlikSenseProxyService", State: "running", Account: m.account, SID: m.sid}}}, nil
}

func TestRunsAs(t *testing.T) {
	const sid = "S-1-5-21-1-2-3-1104"
	pass := checkstest.Want{Status: checks.Pass, Seen: "qlik01"}
	other := checkstest.Want{Status: checks.Fail, Cause: "spn.runs-as-another", Seen: "it runs as"}
	tests := []struct {
		name, account, sid, owner string
		want                      checkstest.Want
	}{
		{"by name", `CONTOSO\svc-qlik`, "", "svc-qlik", pass},
		{"by its other name", "svc-qlik@contoso.test", "", "svc-qlik", pass},
		{"by SID, whatever the name", `FABRIKAM\x`, sid, "svc-qlik", pass},
		{"a managed account", `CONTOSO\gmsa-qlik$`, "", "gmsa-qlik$", pass},
		{"the computer itself", "LocalSystem", "S-1-5-18", "QLIK01$", pass},
		{"another name", `CONTOSO\svc-new`, "", "svc-qlik", other},
		{"another SID, the same name", `CONTOSO\svc-qlik`, "S-1-5-21-9-9-9-1104", "svc-qlik", other},
		{"an account of the machine", `.\svc-qlik`, "", "svc-qlik", other},
		{"NETWORK SERVICE, which is the computer as well", `NT AUTHORITY\NetworkService`, "S-1-5-20", "QLIK01$", pass},
		{"NETWORK SERVICE by name alone", `NT AUTHORITY\NETWORK SERVICE`, "", "QLIK01$", pass},
		{"an account of the machine, by the machine's name", `QLIK01\svc-qlik`, "", "svc-qlik", other},
		{"the system, and not the computer's name", "LocalSystem", "S-1-5-18", "svc-qlik", other},
		{"nothing collected", "nobody", "", "svc-qlik", checkstest.Want{Status: checks.Skipped, Seen: "nothing was collected"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := checkstest.Room{Checks: spn.Checks(spn.Ports{Hosts: machine{tt.account, tt.sid}}), Causes: spn.RunsCauses()}
			owner := fact.Account{SAM: tt.owner, UPN: "svc-qlik@contoso.test", SID: sid}
			r.Hold(t, r.Ask(t, "spn.runs", checkstest.Site(), map[string]any{spn.FactAccount: owner}), tt.want)
		})
	}
}

// nodes are several machines of Qlik, with the accounts that their proxies run as.
type nodes map[string]string

func (m nodes) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	account, ok := m[name]
	if !ok {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound}
	}
	return fact.HostEvidence{Host: name, Collected: checkstest.Now(), Services: []fact.Service{{Name: "QlikSenseProxyService", State: "running", Account: account}}}, nil
}

// TestEveryNodeRunsAs: one node that runs as somebody else is enough.
func TestEveryNodeRunsAs(t *testing.T) {
	const right, wrong, second = `CONTOSO\svc-qlik`, `CONTOSO\svc-new`, "qlik02.contoso.test"
	tests := []struct {
		name  string
		nodes nodes
		want  checkstest.Want
	}{
		{"all of them", nodes{"qlik01.contoso.test": right, second: right}, checkstest.Want{Status: checks.Pass, Seen: "all 2 nodes"}},
		{"the second does not", nodes{"qlik01.contoso.test": right, second: wrong}, checkstest.Want{Status: checks.Fail, Cause: "spn.runs-as-another", Seen: second}},
		{"the first does not", nodes{"qlik01.contoso.test": wrong, second: right}, checkstest.Want{Status: checks.Fail, Cause: "spn.runs-as-another", Seen: "qlik01"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := checkstest.Site()
			s.Qlik.Nodes = []string{second}
			r := checkstest.Room{Checks: spn.Checks(spn.Ports{Hosts: tt.nodes}), Causes: spn.RunsCauses()}
			r.Hold(t, r.Ask(t, "spn.runs", s, map[string]any{spn.FactAccount: fact.Account{SAM: "svc-qlik"}}), tt.want)
		})
	}
}
