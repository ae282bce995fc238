package spn_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// forest is a directory in memory; fails are errors by question.
type forest struct {
	spn.Directory
	spn.KDC
	spn.Resolver
	accounts []fact.Account
	similar  []fact.Account
	machines []fact.Account
	mappings []string
	audit    fact.SPNAudit
	probe    fact.KDCProbe
	leads    string
	fails    map[string]error
}

func (f forest) Account(_ context.Context, sam string) (fact.Account, error) {
	if _, bare, ok := strings.Cut(sam, `\`); ok {
		sam = bare
	}
	for _, a := range f.accounts {
		if strings.EqualFold(a.SAM, sam) {
			return a, f.fails["account"]
		}
	}
	if err := f.fails["account"]; err != nil {
		return fact.Account{}, err
	}
	return fact.Account{}, &fact.Error{Kind: fact.NotFound, System: "directory"}
}

func (f forest) Holders(_ context.Context, name string) ([]fact.Account, error) {
	var out []fact.Account
	for _, a := range f.accounts {
		for _, s := range a.SPNs {
			if strings.EqualFold(s, name) {
				out = append(out, a)
			}
		}
	}
	if strings.HasPrefix(name, "HOST/") && f.fails["host"] != nil {
		return nil, f.fails["host"]
	}
	return out, f.fails["holders"]
}

func (f forest) Mappings(context.Context) ([]string, error) { return f.mappings, f.fails["mappings"] }

func (f forest) Similar(context.Context, string) ([]fact.Account, error) {
	return f.similar, f.fails["similar"]
}

func (f forest) Named(context.Context, string) ([]fact.Account, error) {
	return f.machines, f.fails["named"]
}

func (f forest) Audit(context.Context) (fact.SPNAudit, error) { return f.audit, f.fails["audit"] }

func (f forest) ProbeAccount(context.Context, string) (fact.KDCProbe, error) {
	return f.probe, f.fails["probe"]
}

func (f forest) CanonicalName(context.Context, string) (string, error) {
	return f.leads, f.fails["name"]
}

const name = "HTTP/sense.contoso.test"

func service(names ...string) fact.Account {
	return fact.Account{DN: "CN=svc-qlik", SAM: "svc-qlik", SPNs: names, EncTypes: -1, PasswordSet: checkstest.Now().Add(-24 * time.Hour)}
}

func computer(names ...string) fact.Account {
	return fact.Account{DN: "CN=QLIK01", SAM: "QLIK01$", Computer: true, SPNs: names}
}

func healthy() forest {
	return forest{
		accounts: []fact.Account{service(name)}, mappings: []string{"http", "cifs"}, leads: "sense.contoso.test.",
		probe: fact.KDCProbe{AES: true, Name: "KDC_ERR_PREAUTH_REQUIRED"}, audit: fact.SPNAudit{Accounts: 10, Names: 40}, fails: map[string]error{},
	}
}

func room(f forest) checkstest.Room {
	return checkstest.Room{Checks: spn.Checks(spn.Ports{Directory: f, KDC: f, Resolver: f}), Causes: spn.Causes()}
}

func TestRoom(t *testing.T) {
	const p, w, f = checks.Pass, checks.Warn, checks.Fail
	holders := func(list ...fact.Account) func(*forest) { return func(x *forest) { x.accounts = list } }
	with := func(change func(*fact.Account)) func(*forest) { return func(x *forest) { change(&x.accounts[0]) } }
	tests := []struct {
		name string
		id   checks.ID
		alter
		want checkstest.Want
	}{
		{"enabled", "spn.account", alter{}, checkstest.Want{Status: p, Seen: "enabled"}},
		{"no such account", "spn.account", alter{holders(), nil}, checkstest.Want{Status: f, Cause: "spn.account-missing"}},
		{"disabled", "spn.account", alter{with(func(a *fact.Account) { a.Disabled = true }), nil}, checkstest.Want{Status: f, Cause: "spn.account-disabled", Seen: "disabled"}},
		{"expired", "spn.account", alter{with(func(a *fact.Account) { a.Expired = true }), nil}, checkstest.Want{Status: f, Cause: "spn.account-disabled", Seen: "expired"}},
		{"locked out", "spn.account", alter{with(func(a *fact.Account) { a.Locked = true }), nil}, checkstest.Want{Status: w, Cause: "spn.account-locked"}},
		{"locked out and disabled", "spn.account", alter{with(func(a *fact.Account) { a.Locked, a.Disabled = true, true }), nil}, checkstest.Want{Status: f, Cause: "spn.account-disabled"}},
		{"held", "spn.owner", alter{}, checkstest.Want{Status: p, Seen: "svc-qlik"}},
		{"held in other letters", "spn.owner", alter{holders(service("http/SENSE.contoso.test")), nil}, checkstest.Want{Status: p}},
		{"held by nobody", "spn.owner", alter{holders(service("HTTP/other")), nil}, checkstest.Want{Status: f, Cause: "spn.missing"}},
		{"held by another", "spn.owner", alter{holders(service(), computer(name)), nil}, checkstest.Want{Status: f, Cause: "spn.wrong-owner", Seen: "QLIK01$"}},
		{"held by both is right here", "spn.owner", alter{holders(service(name), computer(name)), nil}, checkstest.Want{Status: p}},
		{"once", "spn.unique", alter{}, checkstest.Want{Status: p}},
		{"twice", "spn.unique", alter{holders(service(name), computer(name)), nil}, checkstest.Want{Status: f, Cause: "spn.duplicate", Seen: "svc-qlik and QLIK01$"}},
		{"a name that only looks the same", "spn.unique", alter{func(x *forest) { x.similar = []fact.Account{computer("HTTP/s\u0435nse.contoso.test")} }, nil}, checkstest.Want{Status: f, Cause: "spn.look-alike"}},
		{"one's own look-alike", "spn.unique", alter{func(x *forest) { x.similar = []fact.Account{service("HTTP/s\u0435nse.contoso.test")} }, nil}, checkstest.Want{Status: p}},
		{"every name is right", "spn.names", alter{}, checkstest.Want{Status: p}},
		{"a name of the site is missing", "spn.names", alter{nil, names("qlik")}, checkstest.Want{Status: w, Cause: "spn.name-missing", Seen: "HTTP/qlik"}},
		{"a name of the site is elsewhere", "spn.names", alter{holders(service(name), computer("HTTP/qlik")), names("qlik")}, checkstest.Want{Status: f, Cause: "spn.name-elsewhere", Seen: "QLIK01$"}},
		{"a name that may be typed is elsewhere", "spn.names", alter{holders(service(name), computer("HOST/sense")), nil}, checkstest.Want{Status: w, Cause: "spn.name-elsewhere", Seen: "HOST/sense"}},
		{"elsewhere outweighs missing", "spn.names", alter{holders(service(name), computer("HTTP/qlik")), names("none", "qlik")}, checkstest.Want{Status: f, Cause: "spn.name-elsewhere"}},
		{"no alias", "spn.alias", alter{}, checkstest.Want{Status: p}},
		{"HOST is another's", "spn.alias", alter{holders(service(name), computer("HOST/sense.contoso.test")), nil}, checkstest.Want{Status: f, Cause: "spn.host-alias", Seen: "QLIK01$"}},
		{"HOST is one's own", "spn.alias", alter{holders(service(name, "HOST/sense.contoso.test")), nil}, checkstest.Want{Status: p}},
		{"HOST does not stand for it", "spn.alias", alter{func(x *forest) { x.mappings = []string{"cifs"} }, nil}, checkstest.Want{Status: checks.Skipped, Seen: "HTTP"}},
		{"a computer bears the name", "spn.alias", alter{func(x *forest) { x.machines = []fact.Account{computer()} }, nil}, checkstest.Want{Status: w, Cause: "spn.machine-name", Seen: "QLIK01$"}},
		{"the name is an alias", "spn.alias", alter{func(x *forest) { x.leads = "qlik01.contoso.test." }, nil}, checkstest.Want{Status: w, Cause: "spn.cname", Seen: "qlik01.contoso.test"}},
		{"AES", "spn.aes", alter{}, checkstest.Want{Status: p}},
		{"AES is not allowed", "spn.aes", alter{with(func(a *fact.Account) { a.EncTypes = 4 }), nil}, checkstest.Want{Status: f, Cause: "spn.no-aes", Seen: "is 4"}},
		{"no AES key", "spn.aes", alter{func(x *forest) { x.probe.AES = false }, nil}, checkstest.Want{Status: f, Cause: "spn.no-aes"}},
		{"the account is locked, so that its keys are not told of", "spn.aes", alter{func(x *forest) { x.probe = fact.KDCProbe{Code: 18, Name: "KDC_ERR_CLIENT_REVOKED"} }, nil}, checkstest.Want{Status: checks.Unknown, Reason: checks.NoEvidence, Seen: "KDC_ERR_CLIENT_REVOKED"}},
		{"locked out, as the account itself says", "spn.aes", alter{func(x *forest) {
			x.accounts[0].Locked, x.probe = true, fact.KDCProbe{Code: 18, Name: "KDC_ERR_CLIENT_REVOKED"}
		}, nil}, checkstest.Want{Status: checks.Skipped, Seen: "locked out"}},
		{"allowed, but the password is older", "spn.aes", alter{func(x *forest) { x.probe.AES, x.accounts[0].EncTypes = false, 0x18 }, nil}, checkstest.Want{Status: f, Cause: "spn.password-old"}},
		{"nothing is doubled", "spn.forest", alter{}, checkstest.Want{Status: p, Seen: "40 names of 10 accounts"}},
		{"others are doubled", "spn.forest", alter{func(x *forest) { x.audit.Doubled = 2 }, nil}, checkstest.Want{Status: w, Cause: "spn.forest-duplicates", Seen: "2 held by several"}},
	}
	var causes []checks.CauseID
	for _, tt := range tests {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			x, s := healthy(), checkstest.Site()
			if tt.world != nil {
				tt.world(&x)
			}
			if tt.site != nil {
				tt.site(&s)
			}
			facts := map[string]any{}
			if len(x.accounts) > 0 {
				facts[spn.FactAccount] = x.accounts[0]
			}
			r := room(x)
			r.Hold(t, r.Ask(t, tt.id, s, facts), tt.want)
		})
	}
	room(healthy()).Covered(t, causes)
}

// alter is what a row changes before it asks.
type alter struct {
	world func(*forest)
	site  func(*site.Site)
}

func names(list ...string) func(*site.Site) {
	return func(s *site.Site) { s.Kerberos.Names = list }
}

// TestSilence lets each question go unanswered in every way.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{
		"spn.account": {"account"}, "spn.owner": {"holders"}, "spn.unique": {"holders", "similar"}, "spn.names": {"mappings", "holders", "host"},
		"spn.alias": {"mappings", "host", "named", "name"}, "spn.aes": {"probe"}, "spn.forest": {"audit"},
	}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				if id == "spn.account" && silence.Name == "not found" {
					continue // an answer: there is no such account
				}
				t.Run(string(id)+"/"+q+"/"+silence.Name, func(t *testing.T) {
					x := healthy()
					x.fails[q] = silence.Err
					r := room(x)
					got := r.Ask(t, id, checkstest.Site(), map[string]any{spn.FactAccount: x.accounts[0]})
					r.Hold(t, got, checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
				})
			}
		}
	}
}

// TestHostileAnswers shows that what a server says comes out neutral.
func TestHostileAnswers(t *testing.T) {
	x := healthy()
	x.fails["holders"] = errors.New("\x1b[2J\u202e")
	r := room(x)
	r.Hold(t, r.Ask(t, "spn.owner", checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: checks.Unexplained, Seen: "?[2J?"})
}
