package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/steps"
)

// present is what the three systems hold, read through a connection of its own.
type present struct {
	Accounts []fact.Account
	Virtual  []fact.VirtualProxy
	Proxies  []fact.ProxyService
	Apps     []fact.PublishedApp
}

func (p *program) presently(t *testing.T, file string) (out present) {
	t.Helper()
	at, err := p.open(t.Context(), source{file: file}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, at.close)
	w, err := at.opener.open(t.Context(), at.site)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, w.Close)
	names := []string{at.site.ServiceAccountName()}
	for _, h := range at.site.Connector.Hosts {
		names = append(names, h.ComputerAccount())
	}
	for _, n := range names {
		a, err := w.Directory.Account(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		out.Accounts = append(out.Accounts, a)
	}
	if out.Virtual, err = w.Qlik.VirtualProxies(t.Context()); err == nil {
		out.Proxies, err = w.Qlik.Proxies(t.Context())
	}
	if err == nil {
		out.Apps, err = w.Graph.PublishedApps(t.Context(), at.site.Publish.ExternalURL, at.site.Publish.InternalURL, at.site.Publish.AppName)
	}
	if err == nil {
		var second []fact.PublishedApp
		second, err = w.Graph.PublishedApps(t.Context(), at.site.SecondExternalURL(), at.site.SecondInternalURL(), at.site.SecondAppName())
		out.Apps = append(out.Apps, second...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// later is a program that knows no more than what an earlier one left on disk.
func later(p *program) *program {
	return &program{Process: p.Process}
}

// labSite starts a lab and names its site file.
func labSite(t *testing.T, o lab.Options) string {
	t.Helper()
	o.Dir = t.TempDir()
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, l.Close) })
	return filepath.Join(l.Dir(), "site.yaml")
}

// TestUndoGivesEverythingBack applies every step, each with connections of its
// own, takes all of it back by the record alone, and compares what directory,
// repository and tenant hold with what they held at first.
func TestUndoGivesEverythingBack(t *testing.T) {
	t.Parallel()
	for _, variant := range []string{"", "old-release", "multi-node", "repository-closed"} {
		t.Run("variant "+variant, func(t *testing.T) {
			t.Parallel()
			p := silent(t)
			o := lab.Options{}
			if variant != "" {
				o.Variants = []string{variant}
			}
			file := labSite(t, o)
			before := p.presently(t, file)
			for _, step := range []string{"app", "allowlist", "spn", "kerberos", "delegation", "sso"} {
				if err := later(p).apply(t.Context(), source{file: file}, step, true); err != nil {
					t.Fatalf("applying %s: %v", step, err)
				}
			}
			when := cmpopts.IgnoreFields(fact.VirtualProxy{}, "Modified")
			whenProxy := cmpopts.IgnoreFields(fact.ProxyService{}, "Modified", "ModifiedBy")
			if d := cmp.Diff(before, p.presently(t, file), when, whenProxy, cmpopts.EquateEmpty()); d == "" {
				t.Fatal("applying changed nothing")
			}
			if err := later(p).undo(t.Context(), undoOptions{from: source{file: file}, yes: true}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(before, p.presently(t, file), when, whenProxy, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("taken back (-before +after):\n%s", d)
			}
		})
	}
}

// TestUndoRefusesWhatOthersChanged leaves alone what is no longer as the wizard
// left it, and everything that is older.
func TestUndoRefusesWhatOthersChanged(t *testing.T) {
	t.Parallel()
	p := silent(t)
	file := labSite(t, lab.Options{})
	for _, step := range []string{"app", "allowlist", "spn"} {
		if err := later(p).apply(t.Context(), source{file: file}, step, true); err != nil {
			t.Fatalf("applying %s: %v", step, err)
		}
	}
	at, err := p.open(t.Context(), source{file: file}, true)
	if err != nil {
		t.Fatal(err)
	}
	w, err := at.opener.open(t.Context(), at.site)
	if err != nil {
		t.Fatal(err)
	}
	vp := slices.IndexFunc(made(at.journal), func(m steps.Made) bool { return m.Change.ID == "allowlist.add" })
	theirs := []string{"somebody.else.test"}
	if err := w.Writers.Qlik.SetAllowList(t.Context(), made(at.journal)[vp].Change.Trace.Object, theirs); err != nil {
		t.Fatal(err)
	}
	closing(t, w.Close)
	closing(t, at.close)

	err = later(p).undo(t.Context(), undoOptions{from: source{file: file}, yes: true})
	if !errors.Is(err, steps.ErrElsewhere) || later(p).code(t.Context(), err) != exitFailed || !strings.Contains(err.Error(), "somebody.else.test") || !strings.Contains(err.Error(), "2 changes left") {
		t.Errorf("got %v", err)
	}
	now := p.presently(t, file)
	if len(now.Accounts[0].SPNs) != 0 {
		t.Errorf("the newest was not taken back: %v", now.Accounts[0].SPNs)
	}
	if len(now.Apps) != 1 {
		t.Errorf("%d applications: the older one should stand", len(now.Apps))
	}
	for _, v := range now.Virtual {
		if v.ID == "" || slices.Equal(v.AllowList, theirs) {
			theirs = nil
		}
	}
	if theirs != nil {
		t.Errorf("their list was changed: %+v", now.Virtual)
	}
}

// TestUndoInOneJourney is the wizard's way: the changes of this very session.
func TestUndoInOneJourney(t *testing.T) {
	t.Parallel()
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, at.close)
	g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, g.Close)
	look(t, g)
	for g.Snapshot().Here().ID != "delegation" {
		pass(t, g)
		if err := g.Next(); err != nil {
			t.Fatal(err)
		}
	}
	chosen := steps.From(g.Made(), "spn")
	plan, err := g.Undoer(chosen)(t.Context())
	if err != nil || len(plan.Changes) != 3 || plan.Confirm() == "" {
		t.Fatalf("%d changes, to be confirmed with %q: %v", len(plan.Changes), plan.Confirm(), err)
	}
	if _, err := plan.Apply(t.Context(), "", g.Recorder(), quietly); !errors.Is(err, steps.ErrNotConfirmed) {
		t.Errorf("without the name: %v", err)
	}
	done, err := plan.Apply(context.WithoutCancel(t.Context()), plan.Confirm(), g.Recorder(), quietly)
	g.Undone(done)
	if err != nil {
		t.Fatal(err)
	}
	if s := g.Snapshot(); s.Here().ID != "spn" || !s.Here().Gate.Stale && s.Here().Gate.State.Passes() || len(s.Changed) != 2 {
		t.Errorf("at %s, %d changes stand", s.Here().ID, len(s.Changed))
	}
	if left := steps.Standing(g.Made()); len(left) != 2 || left[0].Step != checks.StepID("allowlist") {
		t.Errorf("standing: %+v", left)
	}
}
