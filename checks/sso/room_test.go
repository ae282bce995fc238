package sso_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/sso"
	"sensegate/internal/fact"
)

// planes are the cloud's and the directory's view of application and user;
// fails are errors by question.
type planes struct {
	sso.Entra
	sso.Directory
	apps    []fact.PublishedApp
	user    fact.CloudUser
	account fact.Account
	holders []fact.Account
	fails   map[string]error
}

func (p planes) PublishedApps(context.Context, string, string, string) ([]fact.PublishedApp, error) {
	return p.apps, p.fails["apps"]
}

func (p planes) User(context.Context, string) (fact.CloudUser, error) { return p.user, p.fails["user"] }

func (p planes) Account(context.Context, string) (fact.Account, error) {
	return p.account, p.fails["account"]
}

func (p planes) Holders(context.Context, string) ([]fact.Account, error) {
	return p.holders, p.fails["holders"]
}

func healthy() planes {
	return planes{
		apps: []fact.PublishedApp{
			{Name: "Other", ExternalURL: "https://other.msappproxy.net/"},
			{Name: "Qlik Sense", ExternalURL: "https://Sense-contoso.msappproxy.net", SSOMode: "onPremisesKerberos", SPN: "http/Sense.contoso.test", Mapping: sso.UserPrincipalName},
		},
		user:    fact.CloudUser{UPN: "alice@contoso.test", OnPremUPN: "alice@contoso.test", OnPremSAM: "alice"},
		account: fact.Account{SAM: "alice", UPN: "Alice@contoso.test"}, fails: map[string]error{},
	}
}

func room(p planes) checkstest.Room {
	return checkstest.Room{Checks: sso.Checks(sso.Ports{Entra: p, Directory: p}), Causes: sso.Causes()}
}

func TestRoom(t *testing.T) {
	const p, f, u = checks.Pass, checks.Fail, checks.Unknown
	app := func(change func(*fact.PublishedApp)) func(*planes) {
		return func(x *planes) { change(&x.apps[1]) }
	}
	mapped := func(mapping string) func(*planes) {
		return app(func(a *fact.PublishedApp) { a.Mapping = mapping })
	}
	tests := []struct {
		name  string
		id    checks.ID
		alter func(*planes)
		want  checkstest.Want
	}{
		{"on", "sso.mode", nil, checkstest.Want{Status: p}},
		{"off", "sso.mode", app(func(a *fact.PublishedApp) { a.SSOMode = "none" }), checkstest.Want{Status: f, Cause: "sso.off", Seen: "switched off"}},
		{"never set", "sso.mode", app(func(a *fact.PublishedApp) { a.SSOMode = "" }), checkstest.Want{Status: f, Cause: "sso.off", Seen: "switched off"}},
		{"another mode", "sso.mode", app(func(a *fact.PublishedApp) { a.SSOMode = "saml" }), checkstest.Want{Status: f, Cause: "sso.off", Seen: "saml"}},
		{"the application has gone", "sso.mode", func(x *planes) { x.apps = x.apps[:1] }, checkstest.Want{Status: u, Reason: checks.Unexplained}},
		{"the same name", "sso.spn", nil, checkstest.Want{Status: p}},
		{"another name", "sso.spn", app(func(a *fact.PublishedApp) { a.SPN = "HTTP/sense" }), checkstest.Want{Status: f, Cause: "sso.spn-differs", Seen: "HTTP/sense"}},
		{"no name", "sso.spn", app(func(a *fact.PublishedApp) { a.SPN = "" }), checkstest.Want{Status: f, Cause: "sso.spn-differs", Seen: "no name"}},
		{"the user is found", "sso.mapping", nil, checkstest.Want{Status: p, Seen: "alice@contoso.test"}},
		{"by the on-premises name", "sso.mapping", mapped(sso.OnPremUPN), checkstest.Want{Status: p}},
		{"by the account", "sso.mapping", mapped(sso.OnPremSAM), checkstest.Want{Status: p}},
		{"by what stands before the at sign", "sso.mapping", mapped(sso.UPNUser), checkstest.Want{Status: p}},
		{"a name of the cloud alone", "sso.mapping", func(x *planes) { x.user.UPN = "alice@contoso.com" }, checkstest.Want{Status: f, Cause: "sso.mapping-wrong", Seen: "alice@contoso.com"}},
		{"nothing", "sso.mapping", func(x *planes) { mapped(sso.OnPremSAM)(x); x.user.OnPremSAM = "" }, checkstest.Want{Status: f, Cause: "sso.mapping-wrong"}},
		{"a mapping that is not known", "sso.mapping", mapped("telepathy"), checkstest.Want{Status: f, Cause: "sso.mapping-wrong", Seen: "telepathy"}},
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
			r.Hold(t, r.Ask(t, tt.id, checkstest.Site(), nil), tt.want)
		})
	}
	room(healthy()).Covered(t, causes)
}

// TestAdvise chooses the mapping that leads to the account, the most general
// first.
func TestAdvise(t *testing.T) {
	user := fact.CloudUser{UPN: "alice@contoso.com", OnPremUPN: "alice@contoso.test", OnPremSAM: "al"}
	tests := []struct {
		name, upn, sam, want string
	}{
		{"the same everywhere", "ALICE@contoso.com", "x", sso.UserPrincipalName},
		{"the on-premises name", "alice@contoso.test", "x", sso.OnPremUPN},
		{"the account alone", "else@contoso.test", "AL", sso.OnPremSAM},
		{"none", "else@contoso.test", "else", sso.OnPremSAM},
		{"an account without a name", "", "al", sso.OnPremSAM},
	}
	for _, tt := range tests {
		if got := sso.Advise(user, fact.Account{UPN: tt.upn, SAM: tt.sam}); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := sso.LoginName(sso.OnPremUPNUser, user); got != "alice" {
		t.Errorf("%q", got)
	}
}

// TestSilence lets each question go unanswered in every way.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{"sso.mode": {"apps"}, "sso.spn": {"apps", "holders"}, "sso.mapping": {"apps", "user", "account"}}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				t.Run(string(id)+"/"+q+"/"+silence.Name, func(t *testing.T) {
					x := healthy()
					x.fails[q] = silence.Err
					r := room(x)
					r.Hold(t, r.Ask(t, id, checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
				})
			}
		}
	}
}

// TestJoin lays the three worlds side by side.
func TestJoin(t *testing.T) {
	x := healthy()
	x.holders = []fact.Account{{SAM: "svc-qlik", ActOnBehalf: []string{"S-1-5-21-9"}}}
	tests := []struct {
		name    string
		account fact.Account
		want    string
	}{
		{"the classic list", fact.Account{DelegateTo: []string{"cifs/files", "http/sense.contoso.test"}}, "may ask for http/sense.contoso.test"},
		{"the resource's list", fact.Account{SID: "S-1-5-21-9"}, "may ask for HTTP/sense.contoso.test, by the resource's own list"},
		{"another name", fact.Account{DelegateTo: []string{"HTTP/sense"}}, "may ask only for HTTP/sense"},
		{"nothing", fact.Account{}, "may ask for nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x.account = tt.account
			got := map[string]string{}
			for _, e := range room(x).Ask(t, "sso.spn", checkstest.Site(), nil).Evidence {
				got[e.Name] = e.Value
			}
			want := map[string]string{
				"Entra": "http/Sense.contoso.test", "directory": "HTTP/sense.contoso.test of svc-qlik",
				"CONN01$": tt.want, "CONN02$": tt.want,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
