package qlik

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sensegate/internal/lab/contoso"
)

// State is everything the site knows: what its repository holds, which release
// is installed, how undocumented rules are played, and what is broken.
type State struct {
	Release Release
	// Aliases are names, besides those of the machines, that the proxies
	// answer to without an entry in an allow list.
	Aliases []string

	VirtualProxies []Entity
	ProxyServices  []Entity
	Nodes          []Entity
	Users          []Entity
	Libraries      []Entity
	License        Entity
	// Files are the uploads of the content libraries, by "library/name".
	Files map[string]File
	// Apps are what the engine has.
	Apps []App
	// Admins may use the repository: "DIRECTORY\user".
	Admins []string

	// SessionLimit is how many parallel sessions one user may have.
	SessionLimit int
	// Reload is how long a proxy is away after its settings were changed.
	Reload time.Duration
	Rules  Rules
	Faults Faults

	clock func() time.Time
}

// File is an upload in a content library.
type File struct {
	Type string // MIME type
	Data []byte
}

// App is one that can be opened.
type App struct {
	ID, Name string
}

// Rules choose between readings of what is not documented. The zero value is
// what has been observed or is most probable.
type Rules struct {
	// ExactHosts makes an allow-list entry approve only itself, instead of
	// every host that ends with it.
	ExactHosts bool
	// LabelBoundary makes it approve whole subdomains only.
	LabelBoundary bool
	// RequireOrigin refuses WebSockets that name no origin.
	RequireOrigin bool
	// RedirectUpgrade answers a WebSocket without a session with the login
	// redirect, instead of accepting it and asking for a sign-in there.
	RedirectUpgrade bool
	// NegotiateOnly offers no NTLM beside Negotiate.
	NegotiateOnly bool
	// StrictUser refuses repository calls without X-Qlik-User.
	StrictUser bool
	// LazyGreeting keeps the engine silent until the client has spoken.
	LazyGreeting bool
	// CSRF says which WebSockets need a token.
	CSRF CSRFPolicy
}

// CSRFPolicy says which WebSockets need a CSRF token.
type CSRFPolicy string

// The policies.
const (
	CSRFByRelease CSRFPolicy = ""          // all, from November 2024 on
	CSRFNever     CSRFPolicy = "never"     // none
	CSRFCrossSite CSRFPolicy = "crossSite" // those whose Origin is not the Host
	CSRFAlways    CSRFPolicy = "always"    // all
)

func newState(o Options) State {
	st := State{
		Release:      CurrentRelease(),
		Aliases:      []string{o.Host},
		Files:        map[string]File{},
		SessionLimit: 5,
		Reload:       o.Reload,
		Apps: []App{
			{ID: "6b5e7d52-58a5-4a0e-9d7b-3c8f2a1e4d60", Name: "Operations Monitor"},
			{ID: "a1f0c7e4-2d93-4f6b-8b1c-70d9e5f3c218", Name: "Sales practice"},
		},
		clock: o.Clock,
	}
	for _, u := range []struct{ dir, id, name string }{
		{"INTERNAL", "sa_repository", "sa_repository"},
		{"INTERNAL", "sa_api", "sa_api"},
		{contoso.NetBIOS, contoso.Admin().SAM, contoso.Admin().Name},
		{contoso.NetBIOS, contoso.ServiceAccount, contoso.Qlik().Name},
		{contoso.NetBIOS, contoso.TestUser().SAM, contoso.TestUser().Name},
	} {
		st.AddUser(u.dir, u.id, u.name)
	}
	st.Admins = []string{`INTERNAL\sa_repository`, `INTERNAL\sa_api`, contoso.NetBIOS + `\` + contoso.Admin().SAM}
	st.License = licenseDefaults().with(st.common("License", "license"))
	library := libraryDefaults().with(st.common("ContentLibrary", "Default"))
	library.Set("name", "Default")
	st.Libraries = append(st.Libraries, library)
	st.AddVirtualProxy("", "Central Proxy (Default)")
	st.VirtualProxies[0].Set("defaultVirtualProxy", true)
	st.VirtualProxies[0].Set("sessionCookieHeaderName", "X-Qlik-Session")
	st.AddNode(o.Node)
	st.Link("", o.Node)
	st.SetEngineNodes("", o.Node)
	return st
}

// AddUser stores a user and returns its entity, or the one that is there.
func (st *State) AddUser(directory, id, name string) Entity {
	if u := st.user(directory, id); u != nil {
		return u
	}
	u := userDefaults().with(st.common("User", directory+`\`+id))
	u.Set("userDirectory", directory)
	u.Set("userId", id)
	u.Set("name", name)
	st.Users = append(st.Users, u)
	return u
}

func (st *State) user(directory, id string) Entity {
	return find(st.Users, func(u Entity) bool {
		return strings.EqualFold(u.Text("userDirectory"), directory) && strings.EqualFold(u.Text("userId"), id)
	})
}

// Admin says whether a user may administer the site.
func (st *State) Admin(directory, id string) bool {
	return slices.ContainsFunc(st.Admins, func(a string) bool { return strings.EqualFold(a, directory+`\`+id) })
}

// common are the members that every stored entity has; the id is made from
// what identifies the entity, so that a lab looks the same every time.
func (st *State) common(schema, key string) Entity {
	now := stamp(st.clock())
	return Entity{
		"id":          uuid.NewSHA1(uuid.NameSpaceURL, []byte("practice lab/"+schema+"/"+key)).String(),
		"createdDate": now, "modifiedDate": now, "modifiedByUserName": `INTERNAL\sa_repository`,
		"schemaPath": schema,
	}
}

// normalise brings what a caller wrote into the types that JSON has.
func (st *State) normalise() {
	for _, list := range [][]Entity{st.VirtualProxies, st.ProxyServices, st.Nodes, st.Users, st.Libraries} {
		for i, e := range list {
			list[i] = e.clone()
		}
	}
	st.License = st.License.clone()
}

func find(list []Entity, match func(Entity) bool) Entity {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

func byID(list []Entity, id string) Entity {
	return find(list, func(e Entity) bool { return strings.EqualFold(e.ID(), id) })
}

const dateLayout = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(dateLayout) }
