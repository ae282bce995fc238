package sync_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

// pair is tenant and directory; fails are errors by question.
type pair struct {
	sync.Entra
	sync.Directory
	org     fact.Organization
	user    fact.CloudUser
	account fact.Account
	clients []fact.SyncClient
	hosts   map[string]fact.SyncHost
	adSync  map[string]string // the state of the service, where it was collected
	agents  map[string]string // that of Cloud Sync's agent
	age     time.Duration     // of what was collected
	fails   map[string]error
}

// Host answers what was collected on the servers.
func (p pair) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	h, ok := p.hosts[name]
	state, told := p.adSync[name]
	agent, cloud := p.agents[name]
	if !ok && !told && !cloud {
		return fact.HostEvidence{}, missing()
	}
	e := fact.HostEvidence{Host: name, Collected: checkstest.Now().Add(-p.age)}
	if ok {
		e.Sync = &h
	}
	if told {
		e.Services = []fact.Service{{Name: "ADSync", State: state, Start: "automatic"}}
	}
	if cloud {
		e.Services = append(e.Services, fact.Service{Name: "AADConnectProvisioningAgent", State: agent, Start: "automatic"})
	}
	return e, nil
}

// servers are those of Entra Connect that feed the tenant.
func servers(collected map[string]fact.SyncHost, names ...string) func(*pair) {
	return func(x *pair) {
		x.hosts = collected
		for _, n := range names {
			x.clients = append(x.clients, fact.SyncClient{Server: n, Enabled: true})
		}
	}
}

func (p pair) Organization(context.Context) (fact.Organization, error) {
	return p.org, p.fails["organization"]
}

func (p pair) SyncClients(context.Context) ([]fact.SyncClient, error) {
	return p.clients, p.fails["clients"]
}

func (p pair) User(context.Context, string) (fact.CloudUser, error) { return p.user, p.fails["user"] }

func (p pair) Account(context.Context, string) (fact.Account, error) {
	return p.account, p.fails["account"]
}

func healthy() pair {
	return pair{
		org: fact.Organization{Name: "Contoso", SyncEnabled: true, LastSync: checkstest.Now().Add(-20 * time.Minute)},
		user: fact.CloudUser{
			ID: "u-1", UPN: "alice@contoso.test", Type: "Member", Enabled: true, Synced: true, Licensed: true,
			OnPremDomain: "contoso.test", OnPremSAM: "alice", OnPremSID: "S-1-5-21-1",
		},
		account: fact.Account{SAM: "Alice", SID: "s-1-5-21-1", DN: "CN=alice"}, fails: map[string]error{},
	}
}

// facts are what the checks before provide.
func (p pair) facts() map[string]any {
	out := map[string]any{sync.FactUser: p.user}
	var names []string
	for _, c := range p.clients {
		if c.Server != "" {
			names = append(names, c.Server)
		}
	}
	if len(names) > 0 {
		out[sync.FactServers] = names
	}
	return out
}

func room(p pair) checkstest.Room {
	return checkstest.Room{Checks: sync.Checks(sync.Ports{Entra: p, Directory: p, Hosts: p}), Causes: sync.Causes()}
}

func missing() error { return &fact.Error{Kind: fact.NotFound, System: "Graph"} }

func TestRoom(t *testing.T) {
	const p, w, f, u = checks.Pass, checks.Warn, checks.Fail, checks.Unknown
	since := func(d time.Duration) func(*pair) {
		return func(x *pair) { x.org.LastSync = checkstest.Now().Add(-d) }
	}
	tests := []struct {
		name  string
		id    checks.ID
		alter func(*pair)
		want  checkstest.Want
	}{
		{"on", "sync.on", nil, checkstest.Want{Status: p, Seen: "Contoso"}},
		{"off", "sync.on", func(x *pair) { x.org.SyncEnabled = false }, checkstest.Want{Status: f, Cause: "sync.off"}},
		{"just now", "sync.fresh", since(10 * time.Second), checkstest.Want{Status: p, Seen: "just now"}},
		{"a while ago", "sync.fresh", nil, checkstest.Want{Status: p, Seen: "20 minutes ago"}},
		{"three cycles missed", "sync.fresh", since(2 * time.Hour), checkstest.Want{Status: w, Cause: "sync.stale", Seen: "2 hours ago"}},
		{"a schedule of one's own", "sync.fresh", func(x *pair) {
			servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Interval: 3 * time.Hour}}, "SYNC01")(x)
			since(8 * time.Hour)(x)
		}, checkstest.Want{Status: p, Seen: "8 hours ago"}},
		{"three cycles of one's own missed", "sync.fresh", func(x *pair) {
			servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Interval: 3 * time.Hour}}, "SYNC01")(x)
			since(10 * time.Hour)(x)
		}, checkstest.Want{Status: w, Cause: "sync.stale", Seen: "10 hours ago"}},
		{"renamed", "sync.joined", func(x *pair) { x.user.OnPremUPN, x.account.UPN = "alice@contoso.test", "alice.new@contoso.test" }, checkstest.Want{Status: w, Cause: "sync.renamed", Seen: "alice.new"}},
		{"days ago", "sync.fresh", since(73 * time.Hour), checkstest.Want{Status: f, Cause: "sync.stale", Seen: "3 days ago"}},
		{"never", "sync.fresh", func(x *pair) { x.org.LastSync = time.Time{} }, checkstest.Want{Status: f, Cause: "sync.stale", Seen: "never"}},
		{"a clock that is behind", "sync.fresh", since(-time.Minute), checkstest.Want{Status: p, Seen: "just now"}},
		{"no server", "sync.server", nil, checkstest.Want{Status: checks.Skipped}},
		{"nothing collected", "sync.server", servers(nil, "SYNC01"), checkstest.Want{Status: checks.Skipped, Seen: "Get-ADSyncScheduler"}},
		{"one and its stand-in", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true}, "SYNC02": {CycleEnabled: true, Staging: true}}, "SYNC01", "SYNC02"), checkstest.Want{Status: p}},
		{"only a stand-in", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Staging: true}}, "SYNC01"), checkstest.Want{Status: f, Cause: "sync.all-staging", Seen: "SYNC01"}},
		{"suspended", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Suspended: true}}, "SYNC01"), checkstest.Want{Status: f, Cause: "sync.scheduler-off", Seen: "SYNC01"}},
		{"two that export", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true}, "SYNC02": {CycleEnabled: true}}, "SYNC01", "SYNC02"), checkstest.Want{Status: f, Cause: "sync.two-active"}},
		{"new enough", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Version: "2.5.79.0"}}, "SYNC01"), checkstest.Want{Status: p}},
		{"too old", "sync.server", servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Version: "2.5.76.0"}}, "SYNC01"), checkstest.Want{Status: f, Cause: "sync.version-old", Seen: "2.5.76.0"}},
		{"evidence of last month", "sync.server", func(x *pair) {
			servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true}}, "SYNC01")(x)
			x.age = 30 * 24 * time.Hour
		}, checkstest.Want{Status: w, Cause: "sync.evidence-old", Seen: "30 days"}},
		{"synchronised", "sync.user", nil, checkstest.Want{Status: p, Seen: `contoso.test\alice`}},
		{"not there", "sync.user", func(x *pair) { x.fails["user"] = missing() }, checkstest.Want{Status: f, Cause: "sync.user-missing"}},
		{"in the cloud alone", "sync.user", func(x *pair) { x.user.Synced = false }, checkstest.Want{Status: f, Cause: "sync.user-cloud-only"}},
		{"disabled", "sync.user", func(x *pair) { x.user.Enabled = false }, checkstest.Want{Status: f, Cause: "sync.user-disabled"}},
		{"a guest", "sync.user", func(x *pair) { x.user.Type = "Guest" }, checkstest.Want{Status: f, Cause: "sync.user-guest"}},
		{"the same person", "sync.joined", nil, checkstest.Want{Status: p}},
		{"the SID of another", "sync.joined", func(x *pair) { x.account.SID = "S-1-5-21-2" }, checkstest.Want{Status: f, Cause: "sync.not-joined"}},
		{"the name of another", "sync.joined", func(x *pair) { x.user.OnPremSID, x.user.OnPremSAM = "", "bob" }, checkstest.Want{Status: f, Cause: "sync.not-joined", Seen: "bob"}},
		{"nobody", "sync.joined", func(x *pair) { x.fails["account"] = missing() }, checkstest.Want{Status: f, Cause: "sync.not-joined", Seen: "alice"}},
		{"nothing to compare with", "sync.joined", func(x *pair) { x.user.OnPremSID, x.user.OnPremSAM = "", "" }, checkstest.Want{Status: u, Reason: checks.Unexplained}},
		{"an agent of Cloud Sync", "sync.server", func(x *pair) {
			servers(nil, "A1", "A2")(x)
			x.agents = map[string]string{"A1": "stopped", "A2": "running"}
		}, checkstest.Want{Status: p, Seen: "A2"}},
		{"no agent of Cloud Sync runs", "sync.server", func(x *pair) { servers(nil, "A1")(x); x.agents = map[string]string{"A1": "stopped"} }, checkstest.Want{Status: f, Cause: "sync.agent-stopped", Seen: "A1"}},
		{"stopped", "sync.server", func(x *pair) { servers(nil, "SYNC01")(x); x.adSync = map[string]string{"SYNC01": "stopped"} }, checkstest.Want{Status: f, Cause: "sync.service-stopped", Seen: "SYNC01"}},
		{"no error", "sync.provisioning", nil, checkstest.Want{Status: p}},
		{"an error", "sync.provisioning", func(x *pair) { x.user.ProvisioningProblem = "proxyAddresses is taken" }, checkstest.Want{Status: f, Cause: "sync.provisioning-error", Seen: "proxyAddresses"}},
		{"licensed", "sync.licence", nil, checkstest.Want{Status: p}},
		{"not licensed", "sync.licence", func(x *pair) { x.user.Licensed = false }, checkstest.Want{Status: f, Cause: "sync.user-unlicensed"}},
	}
	var causes []checks.CauseID
	for _, tt := range tests {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			x := healthy()
			if tt.alter != nil {
				tt.alter(&x)
			}
			r := room(x)
			r.Hold(t, r.Ask(t, tt.id, checkstest.Site(), x.facts()), tt.want)
		})
	}
	room(healthy()).Covered(t, causes)
}

// TestSilence lets each question go unanswered in every way. That somebody is
// not there is an answer.
func TestSilence(t *testing.T) {
	for id, q := range map[checks.ID]string{"sync.on": "organization", "sync.fresh": "organization", "sync.user": "user", "sync.joined": "account"} {
		for _, silence := range checkstest.Silences() {
			if silence.Name == "not found" && q != "organization" {
				continue
			}
			t.Run(string(id)+"/"+silence.Name, func(t *testing.T) {
				x := healthy()
				x.fails[q] = silence.Err
				r := room(x)
				r.Hold(t, r.Ask(t, id, checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
			})
		}
	}
}

// TestFedBy tells what feeds the tenant, and that there may be one server only.
func TestFedBy(t *testing.T) {
	connect := func(server string) fact.SyncClient {
		return fact.SyncClient{Kind: "Entra Connect", Server: server, Enabled: true}
	}
	tests := []struct {
		name    string
		clients []fact.SyncClient
		fails   error
		want    []string
	}{
		{"nothing is told", nil, nil, nil},
		{"nobody may read it", []fact.SyncClient{connect("DC1")}, missing(), nil},
		{"one server", []fact.SyncClient{connect("DC1"), {Kind: "Entra Connect", Server: "OLD"}}, nil, []string{"fed by: Entra Connect on DC1"}},
		{"two servers", []fact.SyncClient{connect("DC1"), connect("DC2")}, nil, []string{
			"fed by: Entra Connect on DC1, DC2",
			"only one may be active: all others in staging mode: Get-ADSyncScheduler on each tells",
		}},
		{"Cloud Sync", []fact.SyncClient{{Kind: "Cloud Sync", Enabled: true}}, nil, []string{"fed by: Cloud Sync"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := healthy()
			x.clients, x.fails["clients"] = tt.clients, tt.fails
			r := room(x).Ask(t, "sync.on", checkstest.Site(), nil)
			var got []string
			for _, e := range r.Evidence {
				got = append(got, e.Name+": "+e.Value)
			}
			if r.Status != checks.Pass || !slices.Equal(got, tt.want) {
				t.Errorf("%s %q, want %q", r.Status, got, tt.want)
			}
		})
	}
}
