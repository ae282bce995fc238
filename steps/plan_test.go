package steps_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/steps"
)

func published(w *world) {
	w.apps = []fact.PublishedApp{{
		ObjectID: "o-1", Name: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/", InternalURL: "https://sense.contoso.test/",
		GroupID: "g-1", GroupName: "Qlik", PreAuthentication: "aadPreAuthentication", TranslateHostHeader: true,
		AssignedPrincipalIDs: []string{"u-alice"}, SSOMode: "none",
	}}
}

// plans are what each step proposes for a world, and what the world holds once
// it is applied.
func plans() []planCase {
	const name = "HTTP/sense.contoso.test"
	qlik := func(w *world) []string { return w.virtual[1].AllowList }
	spns := func(w *world) []string { return append(w.accounts[0].SPNs, w.accounts[2].SPNs...) }
	return []planCase{
		{name: "publish", step: "app", ids: []string{"app.publish"}, after: func(w *world) []string { return []string{w.apps[0].InternalURL} }, want: []string{"https://sense.contoso.test/"}},
		{name: "publish for an old release", step: "app", setup: func(w *world) { w.secondly = true }, ids: []string{"app.publish", "app.publish-second"}, after: func(w *world) []string { return []string{w.apps[1].InternalURL} }, want: []string{"https://sense.contoso.test:4244/"}},
		{name: "complete a half-made application", step: "app", setup: func(w *world) {
			w.apps = []fact.PublishedApp{{ObjectID: "o-9", Name: "Qlik Sense", PublishingNotAvailable: true}}
		}, ids: []string{"app.publish"}, stays: true, after: func(w *world) []string { return []string{w.apps[0].InternalURL} }, want: []string{"https://sense.contoso.test/"}},
		{name: "published already", step: "app", setup: published},
		{name: "an entry for the host", step: "allowlist", ids: []string{"allowlist.add"}, after: qlik, want: []string{"old.contoso.test", "sense-contoso.msappproxy.net"}},
		{name: "a URL becomes a name", step: "allowlist", setup: func(w *world) {
			w.virtual[1].AllowList = []string{"https://sense-contoso.msappproxy.net/", "old.contoso.test"}
		}, ids: []string{"allowlist.add"}, after: qlik, want: []string{"old.contoso.test", "sense-contoso.msappproxy.net"}},
		{name: "a URL of another host stays", step: "allowlist", setup: func(w *world) {
			w.virtual[1].AllowList = []string{"https://mysense-contoso.msappproxy.net/"}
		}, ids: []string{"allowlist.add"}, after: qlik, want: []string{"https://mysense-contoso.msappproxy.net/", "sense-contoso.msappproxy.net"}},
		{name: "listed already", step: "allowlist", setup: func(w *world) { w.virtual[1].AllowList = []string{"Sense-Contoso.msappproxy.net"} }},
		{name: "register the name", step: "spn", ids: []string{"spn.add"}, typed: "svc-qlik", after: spns, want: []string{"HTTP/other.contoso.test", name}},
		{name: "move the name", step: "spn", setup: func(w *world) { w.accounts[2].SPNs = []string{"HOST/conn02", name} }, ids: []string{"spn.take", "spn.add"}, typed: "CONN02$", after: spns, want: []string{"HOST/conn02", "HTTP/other.contoso.test", name}},
		{name: "take it from the second holder", step: "spn", setup: func(w *world) { w.accounts[0].SPNs, w.accounts[2].SPNs = []string{name}, []string{name} }, ids: []string{"spn.take"}, typed: "CONN02$", after: spns, want: []string{name}},
		{name: "registered already", step: "spn", setup: func(w *world) { w.accounts[0].SPNs = []string{strings.ToUpper(name)} }},
		{name: "pattern and switches", step: "kerberos", ids: []string{"kerberos.pattern", "kerberos.switch", "kerberos.switch"}, after: func(w *world) []string {
			if !w.proxies[0].Kerberos || !w.proxies[1].Kerberos {
				return nil
			}
			return []string{w.virtual[0].DevicePattern, w.virtual[1].DevicePattern}
		}, want: []string{"Mozilla", "Windows"}},
		{name: "one switch", step: "kerberos", setup: func(w *world) { w.virtual[1].DevicePattern, w.proxies[0].Kerberos = "Mozilla", true }, ids: []string{"kerberos.switch"}, after: func(*world) []string { return nil }},
		{name: "a proxy of others stays", step: "kerberos", setup: func(w *world) {
			w.virtual[1].DevicePattern = "Mozilla"
			w.proxies[0].VirtualProxies, w.proxies[1].VirtualProxies = []string{"vp-0", "vp-1"}, []string{"vp-0"}
		}, ids: []string{"kerberos.switch"}, after: func(w *world) []string {
			return []string{fmt.Sprint(w.proxies[0].Host, w.proxies[0].Kerberos), fmt.Sprint(w.proxies[1].Host, w.proxies[1].Kerberos)}
		}, want: []string{"qlik01true", "qlik02false"}},
		{name: "on already", step: "kerberos", setup: func(w *world) {
			w.virtual[1].DevicePattern, w.proxies[0].Kerberos, w.proxies[1].Kerberos = "Mozilla", true, true
		}},
		{name: "list and protocol of each connector", step: "delegation", ids: []string{"delegation.allow", "delegation.protocol", "delegation.allow", "delegation.protocol"}, typed: "CONN01", after: func(w *world) []string {
			if !w.accounts[1].ProtocolTransition() || !w.accounts[2].ProtocolTransition() {
				return nil
			}
			return append(w.accounts[1].DelegateTo, w.accounts[2].DelegateTo...)
		}, want: []string{name, name, "cifs/files.contoso.test"}},
		{name: "allowed already", step: "delegation", setup: func(w *world) {
			for i := range w.accounts {
				w.accounts[i].DelegateTo, w.accounts[i].UAC = []string{name}, fact.UACTrustedToAuthDeleg
			}
		}},
		{name: "switch on", step: "sso", setup: published, ids: []string{"sso.enable"}, after: func(w *world) []string { return []string{w.apps[0].SSOMode, w.apps[0].SPN, w.apps[0].Mapping} }, want: []string{name, "onPremisesKerberos", "userPrincipalName"}},
		{name: "choose the name that leads to the account", step: "sso", setup: func(w *world) { published(w); w.user.UPN = "alice@contoso.com" }, ids: []string{"sso.enable"}, after: func(w *world) []string { return []string{w.apps[0].Mapping} }, want: []string{"onPremisesUserPrincipalName"}},
		{name: "switched on already", step: "sso", setup: func(w *world) {
			published(w)
			w.apps[0].SSOMode, w.apps[0].SPN, w.apps[0].Mapping = "onPremisesKerberos", name, "userPrincipalName"
		}},
	}
}

type planCase struct {
	name  string
	step  checks.StepID
	setup func(*world)
	ids   []string
	typed string
	stays bool // undoing leaves something, and says so
	after func(*world) []string
	want  []string
}

// TestPlans proposes, applies, reads back, proposes again and takes back.
func TestPlans(t *testing.T) {
	for _, tt := range plans() {
		t.Run(string(tt.step)+"/"+tt.name, func(t *testing.T) {
			w, before := newWorld(), newWorld()
			if tt.setup != nil {
				tt.setup(w)
				tt.setup(before)
			}
			plan, err := w.plan(t, tt.step)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, c := range plan.Changes {
				ids = append(ids, c.ID)
				wellDescribed(t, c)
			}
			if diff := cmp.Diff(tt.ids, ids); diff != "" {
				t.Fatal(diff)
			}
			if plan.Step != tt.step || plan.Title == "" || plan.Confirm() != tt.typed {
				t.Errorf("the plan of %s (%q) asks to type %q, want %q", plan.Step, plan.Title, plan.Confirm(), tt.typed)
			}
			d := &diary{}
			if _, err := plan.Apply(t.Context(), tt.typed, d, func(int, steps.Applied, bool) {}); err != nil {
				t.Fatal(err)
			}
			if len(d.lines) != 2*len(ids) {
				t.Errorf("recorded %v", d.lines)
			}
			if tt.after != nil {
				got := tt.after(w)
				slices.Sort(got)
				if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Error("afterwards:", diff)
				}
			}
			if again, err := w.plan(t, tt.step); err != nil || len(again.Changes) != 0 {
				t.Errorf("once applied it proposes %d changes, %v", len(again.Changes), err)
			}
			undo(t, plan)
			before.writes = w.writes
			if diff := cmp.Diff(before, w, cmp.AllowUnexported(world{}), cmpopts.EquateEmpty()); diff != "" && !tt.stays {
				t.Error("taken back:", diff)
			}
		})
	}
}

func undo(t *testing.T, plan steps.Plan) {
	t.Helper()
	for _, c := range slices.Backward(plan.Changes) {
		if err := c.Revert(t.Context()); err != nil {
			t.Errorf("taking %s back: %v", c.ID, err)
		}
	}
}

// wellDescribed is what a person must be told before agreeing.
func wellDescribed(t *testing.T, c steps.Change) {
	t.Helper()
	for what, text := range map[string]string{"target": c.Target, "field": c.Field, "command": c.Command, "affects": c.Affects, "right": c.Right, "undo": c.Undo} {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s says no %s", c.ID, what)
		}
	}
	if c.Do == nil || c.Revert == nil || c.Read == nil {
		t.Errorf("%s cannot be done, undone or read", c.ID)
	}
	if slices.Equal(c.Before, c.After) {
		t.Errorf("%s changes nothing: %v", c.ID, c.After)
	}
	moves := strings.HasPrefix(c.ID, "spn.") || strings.HasPrefix(c.ID, "delegation.")
	if moves != (c.Danger == steps.Typed) || moves != (c.Confirm != "") {
		t.Errorf("%s asks to type %q", c.ID, c.Confirm)
	}
	if left := placeholders(c.Target + c.Command + c.Affects + c.Undo); left != nil {
		t.Errorf("%s leaves %v", c.ID, left)
	}
}

// TestPlansThatCannotBeMade say what could not be read, and propose nothing.
func TestPlansThatCannotBeMade(t *testing.T) {
	gone := errors.New("gone")
	tests := []struct {
		name  string
		step  checks.StepID
		setup func(*world)
		says  string
	}{
		{"applications", "app", func(w *world) { w.fails["apps"] = gone }, "reading the applications"},
		{"where Qlik signs in", "app", func(w *world) { w.fails["front"] = gone }, "asking Qlik where it signs in"},
		{"virtual proxies", "allowlist", func(w *world) { w.fails["virtual proxies"] = gone }, "reading the virtual proxies"},
		{"no virtual proxy of that prefix", "allowlist", func(w *world) { w.virtual = w.virtual[:1] }, `prefix ""`},
		{"service account", "spn", func(w *world) { w.fails["account"] = gone }, `reading CONTOSO\svc-qlik`},
		{"holders", "spn", func(w *world) { w.fails["holders"] = gone }, "looking for holders of HTTP/sense.contoso.test"},
		{"virtual proxies again", "kerberos", func(w *world) { w.fails["virtual proxies"] = gone }, "reading the virtual proxies"},
		{"proxies", "kerberos", func(w *world) { w.fails["proxies"] = gone }, "reading the proxies"},
		{"computer", "delegation", func(w *world) { w.accounts = w.accounts[:2] }, "reading CONN02$"},
		{"no application", "sso", func(*world) {}, "there is none"},
		{"user", "sso", func(w *world) { published(w); w.fails["user"] = gone }, "reading alice@contoso.test in the tenant"},
		{"account", "sso", func(w *world) { published(w); w.fails["account"] = gone }, "reading alice in the directory"},
	}
	for _, tt := range tests {
		t.Run(string(tt.step)+"/"+tt.name, func(t *testing.T) {
			w := newWorld()
			tt.setup(w)
			_, err := w.plan(t, tt.step)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

// TestPlanBeforeItsFacts names the step to check first.
func TestPlanBeforeItsFacts(t *testing.T) {
	w := newWorld()
	app, _ := steps.FindStep(steps.Order(w.ports()), "app")
	if _, err := app.Plan(t.Context(), checks.NewEnv(completeSite(), nil, nil), w.writers()); err == nil || !strings.Contains(err.Error(), "check the step Connector install first") {
		t.Error(err)
	}
}

// TestSomebodyElseWasFaster is an account that changed after the plan was made.
func TestSomebodyElseWasFaster(t *testing.T) {
	w := newWorld()
	plan, err := w.plan(t, "delegation")
	if err != nil {
		t.Fatal(err)
	}
	w.accounts[1].UAC |= fact.UACNotDelegated
	applied, err := plan.Apply(t.Context(), plan.Confirm(), &diary{}, func(int, steps.Applied, bool) {})
	if !errors.Is(err, steps.ErrReadBack) || len(applied) != 2 {
		t.Errorf("%d applied, %v", len(applied), err)
	}
}
