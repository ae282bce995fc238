package steps_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
	"sensegate/steps"
)

// world is three systems in memory, as an unfinished installation has them.
// Its parts answer the questions and take the changes of the plans.
type world struct {
	apps     []fact.PublishedApp
	user     fact.CloudUser
	proxies  []fact.ProxyService
	virtual  []fact.VirtualProxy
	accounts []fact.Account
	secondly bool             // the release signs in on a port of its own
	fails    map[string]error // by question
	writes   int
}

const (
	serviceDN   = "CN=svc-qlik,DC=contoso,DC=test"
	connectorDN = "CN=CONN01,DC=contoso,DC=test"
	secondDN    = "CN=CONN02,DC=contoso,DC=test"
)

func newWorld() *world {
	return &world{
		user:    fact.CloudUser{ID: "u-alice", UPN: "alice@contoso.test", OnPremUPN: "alice@contoso.test", OnPremSAM: "alice"},
		proxies: []fact.ProxyService{{ID: "px-1", Host: "qlik01"}, {ID: "px-2", Host: "qlik02"}},
		virtual: []fact.VirtualProxy{
			{ID: "vp-0", Prefix: "other", Description: "Other", DevicePattern: "Windows", AllowList: []string{"keep.me"}},
			{ID: "vp-1", Prefix: "", Description: "Central", DevicePattern: "Windows", AllowList: []string{"old.contoso.test"}},
		},
		accounts: []fact.Account{
			{DN: serviceDN, SAM: "svc-qlik", SPNs: []string{"HTTP/other.contoso.test"}},
			{DN: connectorDN, SAM: "CONN01$", Computer: true, UAC: 0x1000},
			{DN: secondDN, SAM: "CONN02$", Computer: true, UAC: 0x1000, DelegateTo: []string{"cifs/files.contoso.test"}},
			{DN: "CN=alice,DC=contoso,DC=test", SAM: "alice", UPN: "alice@contoso.test"},
		},
		fails: map[string]error{},
	}
}

func (w *world) ports() steps.Ports {
	return steps.Ports{Graph: tenant{world: w}, Qlik: repository{world: w}, Front: front{world: w}, Directory: domain{world: w}}
}

func (w *world) writers() steps.Writers {
	return steps.Writers{Graph: tenant{world: w}, Qlik: repository{world: w}, Directory: domain{world: w}}
}

// env is what the checks before a plan have learned.
func (w *world) env() checks.Env {
	learned := checks.Passed("so", "so").
		Provide(connector.FactGroup, fact.ConnectorGroup{ID: "g-1", Name: "Qlik"}).Provide(sync.FactUser, w.user)
	return checks.NewEnv(completeSite(), time.Now, map[checks.ID]checks.Result{"learned": learned})
}

// plan asks a step of the order what it would change.
func (w *world) plan(t *testing.T, id checks.StepID) (steps.Plan, error) {
	t.Helper()
	s, ok := steps.FindStep(steps.Order(w.ports()), string(id))
	if !ok || s.Plan == nil {
		t.Fatalf("the step %s has no plan", id)
	}
	before := w.writes
	plan, err := s.Plan(t.Context(), w.env(), w.writers())
	if w.writes != before {
		t.Fatalf("planning %s wrote %d times", id, w.writes-before)
	}
	return plan, err
}

func (w *world) write(what string) error {
	w.writes++
	return w.fails[what]
}

// tenant answers what plans ask of Graph; the checks' other questions are not
// asked here.
type tenant struct {
	steps.Graph
	*world
}

func (t tenant) PublishedApps(_ context.Context, external, internal, name string) ([]fact.PublishedApp, error) {
	var out []fact.PublishedApp
	for _, a := range t.apps {
		if external != "" && a.ExternalURL == external || internal != "" && a.InternalURL == internal || name != "" && a.Name == name {
			out = append(out, a)
		}
	}
	return out, t.fails["apps"]
}

func (t tenant) User(context.Context, string) (fact.CloudUser, error) { return t.user, t.fails["user"] }

func (t tenant) Publish(_ context.Context, w fact.PublishWish) (fact.PublishedApp, error) {
	a := fact.PublishedApp{
		ObjectID: "o-" + w.Name, Name: w.Name, ExternalURL: w.ExternalURL, InternalURL: w.InternalURL, GroupID: w.GroupID, GroupName: "Qlik",
		PreAuthentication: "aadPreAuthentication", TranslateHostHeader: true, HiddenFromUsers: w.Hidden, AssignedPrincipalIDs: []string{w.AssignUserID},
	}
	if err := t.write("publish"); err != nil {
		return a, err
	}
	t.apps = append(slices.DeleteFunc(t.apps, func(x fact.PublishedApp) bool { return x.Name == a.Name }), a)
	return a, nil
}

func (t tenant) Unpublish(_ context.Context, id string) error {
	t.apps = slices.DeleteFunc(t.apps, func(x fact.PublishedApp) bool { return x.ObjectID == id })
	return t.write("unpublish")
}

func (t tenant) Restore(_ context.Context, id string, had fact.PublishedApp, _ []string) error {
	for i := range t.apps {
		if t.apps[i].ObjectID == id {
			t.apps[i] = had
		}
	}
	return t.write("restore")
}

func (t tenant) SetSSO(_ context.Context, id string, w fact.SSOWish) error {
	for i := range t.apps {
		if t.apps[i].ObjectID == id {
			t.apps[i].SSOMode, t.apps[i].SPN, t.apps[i].Mapping = w.Mode, w.SPN, w.Mapping
		}
	}
	return t.write("sso")
}

type repository struct {
	steps.Qlik
	*world
}

func (r repository) VirtualProxies(context.Context) ([]fact.VirtualProxy, error) {
	return slices.Clone(r.virtual), r.fails["virtual proxies"]
}

func (r repository) Proxies(context.Context) ([]fact.ProxyService, error) {
	return slices.Clone(r.proxies), r.fails["proxies"]
}

func (r repository) SetAllowList(_ context.Context, id string, hosts []string) error {
	for i := range r.virtual {
		if r.virtual[i].ID == id {
			r.virtual[i].AllowList = slices.Clone(hosts)
		}
	}
	return r.write("allow list")
}

func (r repository) SetDevicePattern(_ context.Context, id, pattern string) error {
	for i := range r.virtual {
		if r.virtual[i].ID == id {
			r.virtual[i].DevicePattern = pattern
		}
	}
	return r.write("pattern")
}

func (r repository) SetKerberos(_ context.Context, id string, on bool) error {
	for i := range r.proxies {
		if r.proxies[i].ID == id {
			r.proxies[i].Kerberos = on
		}
	}
	return r.write("kerberos")
}

type front struct {
	steps.Front
	*world
}

func (f front) LoginFlow(context.Context, string, string) (fact.LoginFlow, error) {
	return fact.LoginFlow{Location: "https://sense.contoso.test:4244/", SecondApp: f.secondly}, f.fails["front"]
}

type domain struct {
	steps.Directory
	*world
}

func (d domain) Account(_ context.Context, sam string) (fact.Account, error) {
	if _, bare, ok := strings.Cut(sam, `\`); ok {
		sam = bare
	}
	for _, a := range d.accounts {
		if strings.EqualFold(a.SAM, sam) {
			a.SPNs, a.DelegateTo = slices.Clone(a.SPNs), slices.Clone(a.DelegateTo)
			return a, d.fails["account"]
		}
	}
	return fact.Account{}, &fact.Error{Kind: fact.NotFound, System: "directory", Op: "reading " + sam}
}

func (d domain) Holders(_ context.Context, name string) ([]fact.Account, error) {
	var out []fact.Account
	for _, a := range d.accounts {
		if slices.ContainsFunc(a.SPNs, func(s string) bool { return strings.EqualFold(s, name) }) {
			out = append(out, a)
		}
	}
	return out, d.fails["holders"]
}

func (d domain) at(dn string, change func(*fact.Account)) error {
	for i := range d.accounts {
		if d.accounts[i].DN == dn {
			change(&d.accounts[i])
		}
	}
	return d.write("account")
}

func drop(list []string, v string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.EqualFold(s, v) })
}

func (d domain) AddSPN(_ context.Context, dn, name string) error {
	return d.at(dn, func(a *fact.Account) { a.SPNs = append(a.SPNs, name) })
}

func (d domain) RemoveSPN(_ context.Context, dn, name string) error {
	return d.at(dn, func(a *fact.Account) { a.SPNs = drop(a.SPNs, name) })
}

func (d domain) AddDelegation(_ context.Context, dn, name string) error {
	return d.at(dn, func(a *fact.Account) { a.DelegateTo = append(a.DelegateTo, name) })
}

func (d domain) RemoveDelegation(_ context.Context, dn, name string) error {
	return d.at(dn, func(a *fact.Account) { a.DelegateTo = drop(a.DelegateTo, name) })
}

func (d domain) SetProtocolTransition(_ context.Context, dn string, before uint32, on bool) error {
	return d.at(dn, func(a *fact.Account) {
		if a.UAC == before {
			a.UAC = before &^ fact.UACTrustedToAuthDeleg
			if on {
				a.UAC |= fact.UACTrustedToAuthDeleg
			}
		}
	})
}
