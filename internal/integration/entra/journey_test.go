package entra_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/site"
	"sensegate/steps"
)

// TestJourneys sets the lab up from nothing, step by step, and takes
// everything back, newest first.
func TestJourneys(t *testing.T) {
	tests := []struct {
		name     string
		variants []string
		apps     []string
	}{
		{name: "present release, one application", apps: []string{contoso.AppName}},
		{name: "slow replicas", variants: []string{"slow-replicas"}, apps: []string{contoso.AppName}},
		{name: "people and a group besides, Microsoft's own client", variants: []string{"assigned-besides", "microsoft-client"}, apps: []string{contoso.AppName}},
		{name: "before April 2018, two applications", variants: []string{"old-release"}, apps: []string{contoso.AppName, contoso.AppName + " sign-in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			j := begin(t, startLab(t, lab.Options{Variants: tt.variants}))
			before := everything(t, j)
			applied := walk(t, j)
			after := everything(t, j)
			if diff := cmp.Diff(before.Exchange, after.Exchange); diff != "" {
				t.Errorf("what belongs to Exchange was touched (-before +after):\n%s", diff)
			}
			var names []string
			for _, a := range after.Apps {
				names = append(names, a.Name)
			}
			if diff := cmp.Diff(tt.apps, names); diff != "" {
				t.Errorf("applications (-want +got):\n%s", diff)
			}
			for i, a := range after.Apps {
				if i > 0 && (!a.HiddenFromUsers || a.SSOMode != "none") {
					t.Errorf("%s: hidden %v, single sign-on %s", a.Name, a.HiddenFromUsers, a.SSOMode)
				}
			}
			for _, a := range slices.Backward(applied) {
				if err := a.Change.Revert(t.Context()); err != nil {
					t.Fatalf("undoing %s of %s: %v", a.Change.Field, a.Change.Target, err)
				}
				now, err := a.Change.Read(t.Context())
				if err != nil {
					t.Fatalf("reading %s of %s: %v", a.Change.Field, a.Change.Target, err)
				}
				slices.Sort(now)
				want := slices.Sorted(slices.Values(a.Change.Before))
				if !slices.Equal(now, want) {
					t.Errorf("%s of %s is %q after the undo, was %q", a.Change.Field, a.Change.Target, now, want)
				}
			}
			if diff := cmp.Diff(before, everything(t, j)); diff != "" {
				t.Errorf("not everything was taken back (-before +after):\n%s", diff)
			}
			// The proxy is away for a moment after its settings were changed back.
			for range 5 {
				if j.run(t, j.RecheckAll(0)); j.Snapshot().Open == 3 {
					break
				}
			}
			if open := j.Snapshot().Open; open != 3 {
				t.Errorf("%d gates are open after the undo, want those of site, sync and connector", open)
				for _, step := range j.Snapshot().Steps[:3] {
					for _, c := range step.Checks {
						if r := c.Result; !r.Status.Opens() {
							t.Errorf("%s is %s: %s", c.Check.ID, r.Status, r.Seen)
						}
					}
				}
			}
		})
	}
}

// walk goes through all steps, applying every plan, to the last open gate.
func walk(t *testing.T, j *journey) []steps.Applied {
	t.Helper()
	var applied []steps.Applied
	for range 10 {
		j.run(t, j.Recheck(false))
		here := j.Snapshot().Here()
		if !here.Gate.State.Passes() {
			if err := j.MayApply(here.ID); err != nil {
				for _, c := range here.Checks {
					if r := c.Result; !r.Status.Opens() {
						t.Errorf("%s is %s: %s %v", c.Check.ID, r.Status, r.Seen, r.Evidence)
					}
				}
				t.Fatalf("%s: %s: %v", here.ID, here.Gate.Why, err)
			}
			applied = append(applied, j.apply(t)...)
			if again, err := j.Planner()(t.Context()); err != nil || len(again.Changes) > 0 {
				t.Errorf("%s: %d changes are left after the plan was applied, %v", here.ID, len(again.Changes), err)
			}
			j.run(t, j.Recheck(true))
			here = j.Snapshot().Here()
		}
		for _, c := range here.Checks {
			if s := c.Result.Status; s != checks.Pass && s != checks.Skipped {
				t.Errorf("%s is %s: %s", c.Check.ID, s, c.Result.Seen)
			}
		}
		if err := j.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if s := j.Snapshot(); s.Open != len(s.Steps) {
		t.Fatalf("%d of %d gates are open", s.Open, len(s.Steps))
	}
	return applied
}

// installation is what the steps may change, read back.
type installation struct {
	Apps           []fact.PublishedApp
	Exchange       []fact.PublishedApp // what belongs to Exchange
	Accounts       []fact.Account
	VirtualProxies []fact.VirtualProxy
	Proxies        []fact.ProxyService
}

func everything(t *testing.T, j *journey) installation {
	t.Helper()
	ctx, s, w := t.Context(), j.Site(), j.world
	var in installation
	for _, q := range [][3]string{
		{s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName},
		{s.SecondExternalURL(), s.SecondInternalURL(), s.SecondAppName()},
	} {
		apps, err := w.Graph.PublishedApps(ctx, q[0], q[1], q[2])
		if err != nil {
			t.Fatal(err)
		}
		in.Apps = append(in.Apps, apps...)
	}
	var err error
	if in.Exchange, err = w.Graph.PublishedApps(ctx, "", "https://mail."+contoso.Domain+"/", ""); err != nil || len(in.Exchange) != 1 {
		t.Fatalf("Exchange has published %+v, %v", in.Exchange, err)
	}
	for _, name := range append([]string{s.ServiceAccountName(), s.SAM()}, computers(s)...) {
		a, err := w.Directory.Account(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		in.Accounts = append(in.Accounts, a)
	}
	if in.VirtualProxies, err = w.Qlik.VirtualProxies(ctx); err != nil {
		t.Fatal(err)
	}
	if in.Proxies, err = w.Qlik.Proxies(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range in.VirtualProxies {
		in.VirtualProxies[i].Modified = time.Time{}
	}
	for i := range in.Proxies {
		in.Proxies[i].Modified, in.Proxies[i].ModifiedBy = time.Time{}, ""
	}
	return in
}

func computers(s site.Site) []string {
	var out []string
	for _, h := range s.Connector.Hosts {
		out = append(out, h.ComputerAccount())
	}
	return out
}
