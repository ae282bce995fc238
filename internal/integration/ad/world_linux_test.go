package ad_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// world is the product's adapters, pointed at the real domain.
type world struct {
	site      site.Site
	secrets   map[string]string
	dialer    *netprobe.Dialer
	kerberos  *kerberos.Client
	directory *directory.Client
	writer    *directory.Writer
	resolver  *netprobe.Resolver
}

// siteOf names no server: the domain controller is found by DNS.
func siteOf(d *dc) site.Site {
	return site.Site{
		Name:      "real",
		Publish:   site.Publish{InternalURL: "https://" + webHost + "/"},
		Qlik:      site.Qlik{ServiceAccount: netbios + `\` + qlikAccount},
		Directory: site.Directory{Domain: domainName, User: adminName + "@" + domainName},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01." + domainName}}},
		TestUser:  site.TestUser{UPN: alice + "@" + domainName},
		Trust:     site.Trust{CA: []string{d.path("tls", "ca.pem")}},
	}
}

func secretsOf() map[string]string {
	return map[string]string{
		"directory": adminPass, "kerberos": secretOf(alice),
		"connector:" + connector: secretOf(connector), "connector:" + second: secretOf(second),
	}
}

// open makes adapters for the site; edit changes it first.
func open(t *testing.T, d *dc, edit func(*site.Site, map[string]string)) *world {
	t.Helper()
	w := &world{site: siteOf(d), secrets: secretsOf()}
	if edit != nil {
		edit(&w.site, w.secrets)
	}
	var err error
	if w.dialer, err = netprobe.New(w.site); err != nil {
		t.Fatal(err)
	}
	known := maps.Clone(w.secrets)
	secrets := func(name string) (string, bool) { v, ok := known[name]; return v, ok }
	w.kerberos = kerberos.New(w.site, w.dialer, secrets)
	w.directory = directory.New(w.site, w.dialer, w.kerberos, secrets)
	w.writer = directory.NewWriter(w.directory)
	w.resolver = netprobe.NewResolver(w.dialer)
	t.Cleanup(func() { _ = w.directory.Close() })
	return w
}

// judge runs some checks of a step with what they need among them.
func (w *world) judge(t *testing.T, list []checks.Check, ids ...checks.ID) map[checks.ID]checks.Result {
	t.Helper()
	known := map[checks.ID]bool{}
	for _, c := range list {
		known[c.ID] = true
	}
	// What other steps prove is taken for granted here.
	list = slices.Clone(list)
	for i, c := range list {
		list[i].Needs = slices.DeleteFunc(slices.Clone(c.Needs), func(id checks.ID) bool { return !known[id] })
	}
	set, err := checks.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) == 0 {
		ids = slices.Collect(maps.Keys(known))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	runner := checks.Runner{Set: set, Clock: time.Now}
	return runner.Collect(ctx, checks.Request{IDs: set.Closure(ids), Env: checks.NewEnv(w.site, time.Now, nil)})
}

// expect says how a check must have ended.
func expect(t *testing.T, results map[checks.ID]checks.Result, id checks.ID, status checks.Status, cause checks.CauseID) {
	t.Helper()
	r := results[id]
	if r.Status != status || r.Cause != cause {
		t.Errorf("%s: %s %s, want %s %s\nseen: %s\n%v", id, r.Status, r.Cause, status, cause, r.Seen, r.Evidence)
	}
}

// ask runs one check by itself, taking what it needs for granted.
func (w *world) ask(t *testing.T, list []checks.Check, id checks.ID) checks.Result {
	t.Helper()
	i := slices.IndexFunc(list, func(c checks.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("there is no check %s", id)
	}
	c := list[i]
	c.Needs = nil
	return w.judge(t, []checks.Check{c}, id)[id]
}
