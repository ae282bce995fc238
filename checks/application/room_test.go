package application_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/application"
	"sensegate/checks/checkstest"
	"sensegate/checks/connector"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// tenant is what is published, and how Qlik signs in; fails are errors by
// question.
type tenant struct {
	application.Entra
	application.Front
	apps   []fact.PublishedApp
	second []fact.PublishedApp
	groups []fact.CloudGroup
	org    fact.Organization
	flow   fact.LoginFlow
	fails  map[string]error
}

func (x tenant) PublishedApps(_ context.Context, external, _, _ string) ([]fact.PublishedApp, error) {
	if external == "" {
		return x.second, x.fails["second"]
	}
	return x.apps, x.fails["apps"]
}

func (x tenant) DirectGroups(context.Context, string) ([]fact.CloudGroup, error) {
	return x.groups, x.fails["groups"]
}

func (x tenant) Principals(context.Context, []string) ([]fact.Principal, error) {
	return []fact.Principal{{ID: "u-2", Name: "bob@contoso.test"}, {ID: "g-9", Name: "Qlik readers", Group: true}}, x.fails["principals"]
}

func (x tenant) LoginFlow(context.Context, string, string) (fact.LoginFlow, error) {
	return x.flow, x.fails["flow"]
}

func (x tenant) Product(context.Context, string) (fact.QlikProduct, error) {
	return fact.QlikProduct{Label: "November 2025"}, x.fails["product"]
}

func (x tenant) Date(context.Context, string) (time.Time, error) {
	return checkstest.Now(), x.fails["date"]
}

func app(change func(*fact.PublishedApp)) fact.PublishedApp {
	a := fact.PublishedApp{
		ObjectID: "o-1", Name: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/", InternalURL: "https://sense.contoso.test/",
		PreAuthentication: "aadPreAuthentication", GroupID: "g-1", GroupName: "Qlik", TranslateHostHeader: true,
		AssignmentRequired: true, AssignedPrincipalIDs: []string{"u-1", "u-2"}, SecureCookie: true, HTTPOnlyCookie: true,
		RedirectURIs: []string{"https://sense-contoso.msappproxy.net/"},
	}
	if change != nil {
		change(&a)
	}
	return a
}

func signIn(change func(*fact.PublishedApp)) fact.PublishedApp {
	return app(func(a *fact.PublishedApp) {
		a.ObjectID, a.Name, a.InternalURL, a.HiddenFromUsers, a.SSOMode = "o-2", "Qlik Sense sign-in", "https://sense.contoso.test:4244/", true, "none"
		if change != nil {
			change(a)
		}
	})
}

func healthy() tenant {
	return tenant{
		apps: []fact.PublishedApp{app(nil)}, flow: fact.LoginFlow{Location: "https://sense.contoso.test/internal"},
		org:   fact.Organization{InitialDomain: "contoso.onmicrosoft.com", VerifiedDomains: []string{"contoso.test", "contoso.onmicrosoft.com"}},
		fails: map[string]error{},
	}
}

func room(x tenant) checkstest.Room {
	return checkstest.Room{Checks: application.Checks(application.Ports{Entra: x, Front: x}), Causes: application.Causes()}
}

// facts are what the checks before provide; the application is the first one.
func facts(x tenant) map[string]any {
	out := map[string]any{
		access.FactOrganization: x.org, connector.FactGroup: fact.ConnectorGroup{ID: "g-1", Name: "Qlik"},
		sync.FactUser: fact.CloudUser{ID: "u-1", UPN: "alice@contoso.test"},
	}
	if len(x.apps) > 0 {
		out[application.FactApp] = x.apps[0]
	}
	if len(x.second) > 0 {
		out[application.FactSecond] = x.second[0]
	}
	return out
}

type row struct {
	name  string
	id    checks.ID
	world func(*tenant)
	site  func(*site.Site)
	want  checkstest.Want
}

func rows() []row {
	pass := func(seen string) checkstest.Want { return checkstest.Want{Status: checks.Pass, Seen: seen} }
	fail := func(cause checks.CauseID, seen string) checkstest.Want {
		return checkstest.Want{Status: checks.Fail, Cause: cause, Seen: seen}
	}
	warn := func(cause checks.CauseID, seen string) checkstest.Want {
		return checkstest.Want{Status: checks.Warn, Cause: cause, Seen: seen}
	}
	set := func(change func(*fact.PublishedApp)) func(*tenant) {
		return func(x *tenant) { x.apps[0] = app(change) }
	}
	old := func(change func(*fact.PublishedApp)) func(*tenant) {
		return func(x *tenant) { x.flow.SecondApp, x.second = true, []fact.PublishedApp{signIn(change)} }
	}
	besides := func(s *site.Site) { s.Publish.Assign = []string{"bob@contoso.test", "Qlik readers"} }
	external := func(url string) func(*site.Site) { return func(s *site.Site) { s.Publish.ExternalURL = url } }
	own := external("https://sense.contoso.test/")
	until := func(days int) func(*tenant) {
		return set(func(a *fact.PublishedApp) {
			a.Certificate = &fact.DomainCertificate{Subject: "CN=sense.contoso.test", Thumbprint: "AB", Expires: checkstest.Now().AddDate(0, 0, days)}
		})
	}
	called := func(subject string, opened error) func(*tenant) {
		return func(x *tenant) {
			until(300)(x)
			x.apps[0].Certificate.Subject, x.fails["date"] = subject, opened
		}
	}
	return []row{
		{"the service's own", "app.certificate", nil, nil, checkstest.Want{Status: checks.Skipped, Seen: "own suffix"}},
		{"none for a domain", "app.certificate", nil, own, fail("app.certificate-missing", "none")},
		{"one for a domain", "app.certificate", until(300), own, pass("2027-09-17")},
		{"one that ends soon", "app.certificate", until(7), own, warn("app.certificate-expired", "7 days")},
		{"one that has ended", "app.certificate", until(-1), own, fail("app.certificate-expired", "2026-11-20")},
		{"a wildcard for a domain", "app.certificate", called("CN=*.contoso.test, O=Contoso", nil), own, pass("2027-09-17")},
		{"a wildcard of another level", "app.certificate", called("CN=*.test", &fact.Error{Kind: fact.Untrusted}), own, fail("app.certificate-other-name", "*.test")},
		{"other names than its subject", "app.certificate", called("O=Contoso, CN=www.contoso.test", nil), own, pass("2027-09-17")},
		{"one for another name", "app.certificate", called("CN=www.contoso.test", &fact.Error{Kind: fact.Untrusted}), own, fail("app.certificate-other-name", "www.contoso.test")},
		{"one for perhaps another name", "app.certificate", called("CN=www.contoso.test", &fact.Error{Kind: fact.Unreachable}), own, warn("app.certificate-other-name", "could not be opened")},
		{"the tenant's suffix", "app.external", nil, nil, pass("own suffix")},
		{"a domain of the tenant", "app.external", nil, external("https://sense.contoso.test/"), pass("contoso.test")},
		{"another tenant's suffix", "app.external", nil, external("https://sense-fabrikam.msappproxy.net/"), fail("app.external-other-tenant", "sense-fabrikam")},
		{"a domain of nobody", "app.external", nil, external("https://sense.fabrikam.com/"), fail("app.external-unverified", "contoso.test")},
		{"a domain that only ends alike", "app.external", nil, external("https://sense.notcontoso.test/"), fail("app.external-unverified", "")},
		{"no suffix for publishing", "app.external", nil, external("https://sense.contoso.onmicrosoft.com/"), fail("app.external-onmicrosoft", "onmicrosoft")},
		{"published", "app.published", nil, nil, pass("Qlik Sense")},
		{"published in other letters", "app.published", set(func(a *fact.PublishedApp) { a.ExternalURL = "https://SENSE-contoso.msappproxy.net" }), nil, pass("Qlik Sense")},
		{"nothing", "app.published", func(x *tenant) { x.apps = nil }, nil, fail("app.missing", "")},
		{"of that name elsewhere", "app.published", set(func(a *fact.PublishedApp) { a.ExternalURL, a.InternalURL = "https://x/", "https://y/" }), nil, fail("app.missing", "")},
		{"half made", "app.published", func(x *tenant) {
			x.apps = []fact.PublishedApp{{Name: "Qlik Sense", PublishingNotAvailable: true}}
		}, nil, fail("app.half-made", "Qlik Sense")},
		{"made, and on not every replica", "app.published", func(x *tenant) {
			x.apps = []fact.PublishedApp{{Name: "Qlik Sense", NotReadable: true, PublishingNotAvailable: true}}
		}, nil, checkstest.Want{Status: checks.Unknown, Reason: checks.Unexplained, Cause: "app.not-readable", Seen: "Qlik Sense"}},
		{"twice", "app.published", func(x *tenant) { x.apps = append(x.apps, app(nil)) }, nil, fail("app.doubled", "2 applications")},
		{"the internal URL is another's", "app.published", set(func(a *fact.PublishedApp) { a.Name, a.ExternalURL = "Old", "https://old-contoso.msappproxy.net/" }), nil, fail("app.url-clash", "Old")},
		{"to Qlik", "app.urls", nil, nil, pass("sense.contoso.test")},
		{"as on Microsoft's page", "app.urls", set(func(a *fact.PublishedApp) { a.InternalURL = "https://Sense.contoso.test:4244" }), nil, fail("app.internal-url-old-port", ":4244")},
		{"the plain sign-in port", "app.urls", set(func(a *fact.PublishedApp) { a.InternalURL = "http://sense.contoso.test:4248/" }), nil, fail("app.internal-url-old-port", ":4248")},
		{"another port", "app.urls", set(func(a *fact.PublishedApp) { a.InternalURL = "https://sense.contoso.test:8443/" }), nil, fail("app.internal-url-wrong", ":8443")},
		{"elsewhere", "app.urls", set(func(a *fact.PublishedApp) { a.InternalURL = "https://old.contoso.test:4244/" }), nil, fail("app.internal-url-wrong", "old")},
		{"back to the application", "app.redirect", nil, nil, pass("")},
		{"a home page under it", "app.redirect", set(func(a *fact.PublishedApp) { a.HomePage = "https://SENSE-contoso.msappproxy.net/hub/" }), nil, pass("")},
		{"the internal URL as home page", "app.redirect", set(func(a *fact.PublishedApp) { a.HomePage = "https://sense.contoso.test/" }), nil, warn("app.home-page", "https://sense.contoso.test/")},
		{"hidden", "app.redirect", set(func(a *fact.PublishedApp) { a.HiddenFromUsers = true }), nil, warn("app.hidden", "HideApp")},
		{"nowhere", "app.redirect", set(func(a *fact.PublishedApp) { a.RedirectURIs = nil }), nil, fail("app.redirect-missing", "none")},
		{"without the closing slash", "app.redirect", set(func(a *fact.PublishedApp) { a.RedirectURIs = []string{"https://sense-contoso.msappproxy.net"} }), nil, fail("app.redirect-missing", "only")},
		{"by Entra", "app.preauthentication", nil, nil, pass("")},
		{"by nobody", "app.preauthentication", set(func(a *fact.PublishedApp) { a.PreAuthentication = "passthru" }), nil, fail("app.passthrough", "passthru")},
		{"the group", "app.group", nil, nil, pass("Qlik")},
		{"another group", "app.group", set(func(a *fact.PublishedApp) { a.GroupID, a.GroupName = "g-9", "Default" }), nil, fail("app.group-wrong", "Default")},
		{"assigned", "app.assigned", nil, nil, pass("1 others")},
		{"no assignment needed", "app.assigned", set(func(a *fact.PublishedApp) { a.AssignmentRequired, a.AssignedPrincipalIDs = false, nil }), nil, pass("")},
		{"nobody is assigned", "app.assigned", set(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = nil }), nil, fail("app.not-assigned", "nobody")},
		{"others are assigned", "app.assigned", set(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = []string{"u-2"} }), nil, fail("app.not-assigned", "")},
		{"a group is assigned", "app.assigned", func(x *tenant) {
			x.apps[0].AssignedPrincipalIDs, x.groups = []string{"g-users"}, []fact.CloudGroup{{ID: "g-users", Name: "Qlik users"}}
		}, nil, pass("Qlik users")},
		{"its own host", "app.headers", nil, nil, pass("")},
		{"its own host, and a certificate", "app.headers", set(func(a *fact.PublishedApp) { a.ValidateBackendCert = true }), nil, pass("")},
		{"the external host", "app.headers", set(func(a *fact.PublishedApp) { a.TranslateHostHeader = false }), nil, fail("app.host-header", "")},
		{"guarded", "app.cookies", nil, nil, pass("")},
		{"read by scripts", "app.cookies", set(func(a *fact.PublishedApp) { a.HTTPOnlyCookie = false }), nil, warn("app.cookie-open", "scripts")},
		{"without TLS", "app.cookies", set(func(a *fact.PublishedApp) { a.SecureCookie, a.PersistentCookie = false, true }), nil, fail("app.cookie-open", "without TLS")},
		{"one", "app.count", nil, nil, pass("one")},
		{"one, of a release that is not told", "app.count", func(x *tenant) { x.fails["product"] = errors.New("no") }, nil, pass("one")},
		{"two for an old release", "app.count", old(nil), nil, pass("two")},
		{"one for an old release", "app.count", func(x *tenant) {
			x.flow = fact.LoginFlow{SecondApp: true, Location: "https://sense.contoso.test:4244/"}
		}, nil, fail("app.second-missing", ":4244")},
		{"two for a new release", "app.count", func(x *tenant) { x.second = []fact.PublishedApp{signIn(nil)} }, nil, warn("app.second-needless", "sign-in")},
		{"no second one", "app.second", nil, nil, checkstest.Want{Status: checks.Skipped}},
		{"the second one", "app.second", old(nil), nil, pass("sign-in")},
		{"the second one has single sign-on", "app.second", old(func(a *fact.PublishedApp) { a.SSOMode = "onPremisesKerberos" }), nil, fail("app.second-sso", "onPremisesKerberos")},
		{"the second one is open", "app.second", old(func(a *fact.PublishedApp) { a.PreAuthentication = "passthru" }), nil, fail("app.second-wrong", "passthru")},
		{"the second one is elsewhere", "app.second", old(func(a *fact.PublishedApp) { a.GroupID, a.GroupName = "g-9", "Default" }), nil, fail("app.second-wrong", "Default")},
		{"the second one is for others", "app.second", old(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = nil }), nil, fail("app.second-wrong", "alice@contoso.test")},
		{"others too", "app.assigned", set(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = []string{"u-1", "u-2", "g-9"} }), besides, pass("2 others")},
		{"a group that is not", "app.assigned", nil, besides, fail("app.other-not-assigned", "Qlik readers")},
		{"the second one is for a group", "app.second", func(x *tenant) {
			old(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = []string{"g-9"} })(x)
			x.groups = []fact.CloudGroup{{ID: "g-9", Name: "Qlik readers"}}
		}, nil, pass("Qlik readers")},
		{"the second one is for another group", "app.second", func(x *tenant) {
			old(func(a *fact.PublishedApp) { a.AssignedPrincipalIDs = []string{"g-8"} })(x)
			x.groups = []fact.CloudGroup{{ID: "g-9", Name: "Qlik readers"}}
		}, nil, fail("app.second-wrong", "alice@contoso.test")},
		{"the second one is seen", "app.second", old(func(a *fact.PublishedApp) { a.HiddenFromUsers = false }), nil, fail("app.second-visible", "")},
	}
}

func TestRoom(t *testing.T) {
	var causes []checks.CauseID
	for _, tt := range rows() {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			x, s := healthy(), checkstest.Site()
			if tt.world != nil {
				tt.world(&x)
			}
			if tt.site != nil {
				tt.site(&s)
			}
			r := room(x)
			r.Hold(t, r.Ask(t, tt.id, s, facts(x)), tt.want)
		})
	}
	for _, tt := range refusals() {
		causes = append(causes, tt.cause)
	}
	room(healthy()).Covered(t, causes)
}

// TestRival is another application with our internal URL beside ours.
func TestRival(t *testing.T) {
	x := healthy()
	x.apps = append(x.apps, app(func(a *fact.PublishedApp) { a.Name, a.ExternalURL = "Old", "https://old-contoso.msappproxy.net/" }))
	r := room(x)
	list := slices.DeleteFunc(slices.Clone(r.Checks), func(c checks.Check) bool { return c.ID != "app.published" && c.ID != "app.urls" })
	list[0].Needs = nil
	set, err := checks.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	causes, err := checks.NewCatalogue(r.Causes)
	if err != nil {
		t.Fatal(err)
	}
	runner := checks.Runner{Set: set, Causes: causes, Clock: checkstest.Now}
	got := runner.Collect(t.Context(), checks.Request{IDs: []checks.ID{"app.published", "app.urls"}, Env: checks.NewEnv(checkstest.Site(), checkstest.Now, nil)})
	r.Hold(t, got["app.published"], checkstest.Want{Status: checks.Pass})
	r.Hold(t, got["app.urls"], checkstest.Want{Status: checks.Fail, Cause: "app.url-clash", Seen: "Old"})
}

func TestSameURL(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"https://a.b/", "https://A.b", true},
		{"https://a.b/", "https://a.b/", true},
		{"https://a.b/", "http://a.b/", false},
		{"https://a.b/", "https://a.bc/", false},
		{"https://a.b/", "https://a.b:444/", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := application.SameURL(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}

// TestQliksCertificate joins what the application demands with the certificate
// that Qlik shows now.
func TestQliksCertificate(t *testing.T) {
	for _, tt := range []struct {
		validated bool
		err       error
		say       string
	}{
		{true, nil, "trusted by this machine"},
		{true, &fact.Error{Kind: fact.Untrusted, System: "Qlik", Text: "unknown authority"}, "not trusted by this machine: "},
		{true, &fact.Error{Kind: fact.TimedOut, System: "Qlik"}, "could not be looked at: "},
		{false, nil, ""},
	} {
		x := healthy()
		x.fails["date"] = tt.err
		x.apps[0] = app(func(a *fact.PublishedApp) { a.ValidateBackendCert = tt.validated })
		r := room(x).Ask(t, "app.headers", checkstest.Site(), map[string]any{application.FactApp: x.apps[0]})
		said := ""
		for _, e := range r.Evidence {
			if e.Name == "Qlik's certificate" {
				said = e.Value
			}
		}
		if r.Status != checks.Pass || !strings.HasPrefix(said, tt.say) || (said == "") != (tt.say == "") {
			t.Errorf("validated %v, %v: %s, %q", tt.validated, tt.err, r.Status, said)
		}
	}
}

// TestSilence lets each question go unanswered in every way.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{"app.published": {"apps"}, "app.count": {"flow", "second"}, "app.assigned": {"groups"}}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				t.Run(string(id)+"/"+q+"/"+silence.Name, func(t *testing.T) {
					x := healthy()
					x.apps[0].AssignedPrincipalIDs = []string{"u-2"}
					x.fails[q] = silence.Err
					r := room(x)
					r.Hold(t, r.Ask(t, id, checkstest.Site(), facts(x)), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
				})
			}
		}
	}
}
