package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// worlds are the three worlds at the door; fails are errors by question.
type worlds struct {
	access.Entra
	access.Qlik
	access.Directory
	access.KDC
	access.Front
	org      fact.Organization
	me       fact.SignedIn
	licences []fact.Licence
	virtual  []fact.VirtualProxy
	proxies  []fact.ProxyService
	services []fact.QlikService
	licence  fact.QlikLicence
	root     fact.RootDSE
	kdc      time.Time
	ldap     time.Time
	date     time.Time
	flow     fact.LoginFlow
	fails    map[string]error
}

func (w worlds) Organization(context.Context) (fact.Organization, error) {
	return w.org, w.fails["organization"]
}

func (w worlds) SignedIn(context.Context) (fact.SignedIn, error) { return w.me, w.fails["sign-in"] }

func (w worlds) Licences(context.Context) ([]fact.Licence, error) {
	return w.licences, w.fails["licences"]
}

func (w worlds) About(context.Context) (fact.QlikAbout, error) {
	return fact.QlikAbout{Build: "1"}, w.fails["about"]
}

func (w worlds) VirtualProxies(context.Context) ([]fact.VirtualProxy, error) {
	return w.virtual, w.fails["virtual proxies"]
}

func (w worlds) Proxies(context.Context) ([]fact.ProxyService, error) {
	return w.proxies, w.fails["proxies"]
}

func (w worlds) Services(context.Context) ([]fact.QlikService, error) {
	return w.services, w.fails["services"]
}

func (w worlds) Licence(context.Context) (fact.QlikLicence, error) {
	return w.licence, w.fails["licence"]
}

func (w worlds) RootDSE(context.Context) (fact.RootDSE, error) { return w.root, w.fails["directory"] }

func (w worlds) DirectoryTime(context.Context) (time.Time, error) {
	return w.ldap, w.fails["directory time"]
}

func (w worlds) ProbeAccount(context.Context, string) (fact.KDCProbe, error) {
	return fact.KDCProbe{Time: w.kdc}, w.fails["kdc"]
}

func (w worlds) Date(context.Context, string) (time.Time, error) { return w.date, w.fails["date"] }

func (w worlds) LoginFlow(context.Context, string, string) (fact.LoginFlow, error) {
	return w.flow, w.fails["front"]
}

const applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"

func healthy() worlds {
	return worlds{
		org:      fact.Organization{ID: "t-1", Name: "Contoso", VerifiedDomains: []string{"Contoso.onmicrosoft.com"}},
		me:       fact.SignedIn{UPN: "admin@contoso.test", Roles: []fact.Role{{TemplateID: applicationAdministrator, Name: "Application Administrator"}}},
		licences: []fact.Licence{{SKU: "SPE_E3", Enabled: 25, Plans: []string{"EXCHANGE_S", "AAD_PREMIUM"}}},
		virtual:  []fact.VirtualProxy{{ID: "vp-1", Description: "Central"}},
		proxies:  []fact.ProxyService{{Host: "qlik01", ServesCentralNode: true, VirtualProxies: []string{"vp-1"}}},
		services: []fact.QlikService{{Host: "qlik01", Type: "Repository", State: "Running"}, {Host: "qlik01", Type: "Proxy", State: "Running"}, {Host: "qlik01", Type: "Printing", State: "Stopped"}},
		root:     fact.RootDSE{Host: "dc1", DefaultNC: "DC=CONTOSO,DC=test"},
		kdc:      checkstest.Now(), ldap: checkstest.Now(), date: checkstest.Now().Add(-2 * time.Second), fails: map[string]error{},
	}
}

func room(w worlds) checkstest.Room {
	return checkstest.Room{Checks: access.Checks(access.Ports{Entra: w, Qlik: w, Directory: w, Times: w, KDC: w, Front: w}), Causes: access.Causes()}
}

func refused(kind fact.ErrorKind, code, text string) error {
	return &fact.Error{Kind: kind, System: "the system", Code: code, Text: text}
}

type row struct {
	name  string
	id    checks.ID
	world func(*worlds)
	site  func(*site.Site)
	want  checkstest.Want
}

func pass(seen string) checkstest.Want { return checkstest.Want{Status: checks.Pass, Seen: seen} }

func fail(cause checks.CauseID, seen string) checkstest.Want {
	return checkstest.Want{Status: checks.Fail, Cause: cause, Seen: seen}
}

func rows() []row {
	skew := func(kdc, qlik time.Duration) func(*worlds) {
		return func(w *worlds) {
			w.kdc, w.ldap, w.date = checkstest.Now().Add(kdc), checkstest.Now().Add(kdc), checkstest.Now().Add(qlik)
		}
	}
	late := func(status checks.Status, seen string) checkstest.Want {
		return checkstest.Want{Status: status, Cause: "site.clock-skew", Seen: seen}
	}
	denied := func(code string) func(*worlds) {
		return func(w *worlds) { w.fails["directory"] = refused(fact.NotSignedIn, code, "no") }
	}
	roles := func(list ...fact.Role) func(*worlds) { return func(w *worlds) { w.me.Roles = list } }
	broken := func(change func(*fact.QlikLicence)) func(*worlds) { return func(w *worlds) { change(&w.licence) } }
	return []row{
		{"complete", "site.facts", nil, nil, pass("complete")},
		{"a fact is missing", "site.facts", nil, func(s *site.Site) { s.Entra.Tenant = "" }, fail("site.fact-missing", "entra.tenant")},
		{"a fact is wrong", "site.facts", nil, func(s *site.Site) { s.TestUser.UPN = "alice" }, fail("site.fact-wrong", "test_user.upn")},
		{"in time", "site.clocks", nil, nil, pass("2s")},
		{"a domain controller that is late", "site.clocks", skew(-2*time.Minute, 0), nil, late(checks.Warn, "2m0s (the domain controller)")},
		{"a domain controller of another time", "site.clocks", skew(12*time.Minute, time.Minute), nil, late(checks.Fail, "12m0s (the domain controller)")},
		{"a Qlik server of another time", "site.clocks", skew(0, -6*time.Minute), nil, fail("site.clock-qlik", "6m0s (the Qlik server)")},
		{"this machine of another time", "site.clocks", skew(-7*time.Minute, -7*time.Minute), nil, fail("site.clock-here", "7m0s (this machine)")},
		{"a directory of another time", "site.clocks", func(w *worlds) { w.ldap = w.kdc.Add(time.Hour) }, nil, fail("site.clock-directory", "1h0m2s (the domain controller's directory)")},
		{"a Qlik server that does not answer", "site.clocks", func(w *worlds) { w.fails["date"] = errors.New("no") }, nil, pass("")},
		{"signed in", "site.directory", nil, nil, pass("dc1")},
		{"the directory refuses", "site.directory", func(w *worlds) { w.fails["directory"] = refused(fact.NotSignedIn, "52e", "") }, nil, fail("site.directory-password", "52e")},
		{"the directory refuses for a reason of its own", "site.directory", denied("inappropriateAuthentication"), nil, fail("site.directory-refused", "")},
		{"the directory demands signing", "site.directory", denied("strongerAuthRequired"), nil, fail("site.directory-signing", "")},
		{"the directory sees another channel", "site.directory", denied("80090346"), nil, fail("site.directory-channel-binding", "80090346")},
		{"out of hours", "site.directory", denied("530"), nil, fail("site.directory-restricted", "530")},
		{"the password is too old", "site.directory", denied("532"), nil, fail("site.directory-password-expired", "532")},
		{"the account has expired", "site.directory", denied("701"), nil, fail("site.directory-account-disabled", "701")},
		{"the account is locked", "site.directory", denied("775"), nil, fail("site.directory-locked", "775")},
		{"the KDC revokes", "site.directory", denied("KDC_ERR_CLIENT_REVOKED"), nil, fail("site.directory-account-revoked", "REVOKED")},
		{"another domain", "site.directory", func(w *worlds) { w.root.DefaultNC = "DC=fabrikam,DC=com" }, nil, fail("site.directory-other-domain", "fabrikam")},
		{"the repository accepts", "site.repository", nil, nil, pass("accepted")},
		{"the repository refuses", "site.repository", func(w *worlds) { w.fails["about"] = refused(fact.NoRight, "403", "") }, nil, fail("site.repository-refused", "403")},
		{"the repository has another name", "site.repository", func(w *worlds) { w.fails["about"] = refused(fact.Untrusted, "", "the certificate is for another name") }, nil, fail("site.repository-name", "")},
		{"the repository is of another site", "site.repository", func(w *worlds) { w.fails["about"] = refused(fact.Untrusted, "", "signed by an unknown authority") }, nil, fail("site.repository-authority", "")},
		{"the query was dropped", "site.repository", func(w *worlds) { w.fails["about"] = refused(fact.Refused, "XSRF", "") }, nil, fail("site.query-dropped", "XSRF")},
		{"all services", "site.services", nil, nil, pass("3 services")},
		{"a service is away", "site.services", func(w *worlds) { w.services[1].State = "NoCommunication" }, nil, fail("site.service-down", "Proxy at qlik01")},
		{"a service is switched off", "site.services", func(w *worlds) { w.services[1].State = "Disabled" }, nil, pass("")},
		{"no services", "site.services", func(w *worlds) { w.services = nil }, nil, checkstest.Want{Status: checks.Unknown, Reason: checks.Unexplained}},
		{"a licence", "site.qlik-licence", nil, nil, pass("valid")},
		{"an expired licence", "site.qlik-licence", broken(func(l *fact.QlikLicence) { l.Expired, l.Reason = true, "in May" }), nil, fail("site.qlik-licence-invalid", "in May")},
		{"an invalid licence", "site.qlik-licence", broken(func(l *fact.QlikLicence) { l.Invalid = true }), nil, fail("site.qlik-licence-invalid", "invalid")},
		{"a licence taken back", "site.qlik-licence", broken(func(l *fact.QlikLicence) { l.Blacklisted = true }), nil, fail("site.qlik-licence-invalid", "withdrawn")},
		{"by a domain of the tenant", "site.entra", nil, nil, pass("admin@contoso.test")},
		{"by the tenant's id", "site.entra", nil, func(s *site.Site) { s.Entra.Tenant = "T-1" }, pass("")},
		{"another tenant", "site.entra", nil, func(s *site.Site) { s.Entra.Tenant = "fabrikam.com" }, fail("site.entra-other-tenant", "Contoso (t-1)")},
		{"the role", "site.role", nil, nil, pass("Application Administrator")},
		{"the greater role", "site.role", roles(fact.Role{TemplateID: "x"}, fact.Role{TemplateID: "62e90394-69f5-4237-9190-012177145e10", Name: "Global Administrator"}), nil, pass("Global Administrator")},
		{"the role that looks right", "site.role", roles(fact.Role{TemplateID: "158c047a", Name: "Cloud Application Administrator"}), nil, fail("site.role-missing", "only Cloud Application Administrator")},
		{"no role", "site.role", roles(), nil, fail("site.role-missing", "no directory role")},
		{"P1", "site.licence", nil, nil, pass("SPE_E3, 25 seats")},
		{"P1 that ran out", "site.licence", func(w *worlds) { w.licences[0].Enabled = 0 }, nil, fail("site.licence-missing", "SPE_E3")},
		{"other licences", "site.licence", func(w *worlds) { w.licences[0].Plans = []string{"EXCHANGE_S"} }, nil, fail("site.licence-missing", "SPE_E3")},
		{"no licence", "site.licence", func(w *worlds) { w.licences = nil }, nil, fail("site.licence-missing", "no subscription")},
	}
}

// signIns are refused sign-ins to Entra, by code.
func signIns() []row {
	var out []row
	add := func(kind fact.ErrorKind, code string, want checks.CauseID) {
		out = append(out, row{code, "site.entra", func(w *worlds) { w.fails["sign-in"] = refused(kind, code, "no") }, nil, fail(want, code)})
	}
	for code, cause := range map[string]checks.CauseID{
		"AADSTS53003": "site.entra-conditional-access", "AADSTS50076": "site.entra-second-factor", "AADSTS50126": "site.entra-password",
		"AADSTS50057": "site.entra-account", "AADSTS65001": "site.entra-consent", "AADSTS700016": "site.entra-client",
		"AADSTS90002": "site.entra-unknown-tenant", "AADSTS99999": "site.entra-refused", "": "site.entra-refused",
	} {
		add(fact.NotSignedIn, code, cause)
	}
	return append(out, row{
		"busy", "site.entra", func(w *worlds) { w.fails["sign-in"] = refused(fact.Refused, "429", "no") }, nil,
		checkstest.Want{Status: checks.Unknown, Cause: "site.entra-busy", Reason: checks.Unexplained, Seen: "429"},
	})
}

// fronts are refusals at the internal URL.
func fronts() []row {
	const unknown = "http request header is incorrect"
	at := func(name string, err error, world func(*worlds), prefix string, want checkstest.Want) row {
		return row{name, "site.front", func(w *worlds) {
			w.fails["front"] = err
			if world != nil {
				world(w)
			}
		}, func(s *site.Site) { s.Qlik.Prefix = prefix }, want}
	}
	header := refused(fact.Refused, "400", unknown)
	return []row{
		at("Qlik", nil, nil, "", pass("Qlik answers")),
		at("a name that Qlik does not know", header, nil, "", fail("site.front-unknown-host", unknown)),
		at("a prefix of nobody", header, nil, "/hr/", fail("site.prefix-unknown", `"hr"`)),
		at("a virtual proxy that is not linked", header, func(w *worlds) { w.proxies[0].VirtualProxies = nil }, "", fail("site.virtual-proxy-unlinked", "Central")),
		at("a repository that does not tell either", header, func(w *worlds) { w.fails["virtual proxies"] = errors.New("no") }, "", fail("site.front-unknown-host", "")),
		at("proxies that are not told", header, func(w *worlds) { w.fails["proxies"] = errors.New("no") }, "", fail("site.front-unknown-host", "")),
		at("another name in the certificate", refused(fact.Untrusted, "", "for another name"), nil, "", fail("site.front-name", "")),
		at("an unknown authority", refused(fact.Untrusted, "", "signed by"), nil, "", fail("site.front-authority", "")),
		at("HTTP/2 alone", refused(fact.Unsupported, "", "speaks HTTP/2 only"), nil, "", fail("site.front-http2", "")),
		at("a gateway", refused(fact.Refused, "503", ""), nil, "", fail("site.front-unavailable", "503")),
		at("another server", refused(fact.NotFound, "404", ""), nil, "", fail("site.front-not-qlik", "404")),
	}
}

func TestRoom(t *testing.T) {
	var causes []checks.CauseID
	for _, tt := range slices.Concat(rows(), signIns(), fronts()) {
		causes = append(causes, tt.want.Cause)
		t.Run(fmt.Sprintf("%s/%s", tt.id, tt.name), func(t *testing.T) {
			w, s := healthy(), checkstest.Site()
			if tt.world != nil {
				tt.world(&w)
			}
			if tt.site != nil {
				tt.site(&s)
			}
			r := room(w)
			r.Hold(t, r.Ask(t, tt.id, s, map[string]any{access.FactSignedIn: w.me}), tt.want)
		})
	}
	// That of a refused change is shown where changes are explained:
	// application.Refusal.
	room(healthy()).Covered(t, append(causes, "site.role-not-in-force"))
}

// TestSilence lets each question go unanswered in every way. What refuses
// credentials or the way itself is an answer.
func TestSilence(t *testing.T) {
	credentials := []string{"no right", "not signed in", "untrusted"}
	asked := []struct {
		id       checks.ID
		question string
		answers  []string
	}{
		{"site.clocks", "kdc", nil},
		{"site.directory", "directory", credentials},
		{"site.repository", "about", credentials},
		{"site.front", "front", []string{"untrusted", "not found", "refused", "no right"}},
		{"site.services", "services", nil},
		{"site.qlik-licence", "licence", nil},
		{"site.entra", "sign-in", credentials},
		{"site.entra", "organization", nil},
		{"site.licence", "licences", nil},
	}
	for _, a := range asked {
		for _, silence := range checkstest.Silences() {
			if slices.Contains(a.answers, silence.Name) {
				continue
			}
			t.Run(string(a.id)+"/"+a.question+"/"+silence.Name, func(t *testing.T) {
				w := healthy()
				w.fails[a.question] = silence.Err
				r := room(w)
				r.Hold(t, r.Ask(t, a.id, checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
			})
		}
	}
}
