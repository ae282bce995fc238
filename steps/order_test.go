package steps_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/steps"
)

// railWidth is how many columns a step has in the rail.
const railWidth = 18

func TestOrder(t *testing.T) {
	order := steps.Order(steps.Ports{})
	var ids []checks.StepID
	for _, s := range order {
		ids = append(ids, s.ID)
	}
	// The documented order; kerberos before delegation before sso is the rule
	// that the product exists for.
	want := []checks.StepID{"site", "sync", "connector", "app", "allowlist", "spn", "kerberos", "delegation", "sso", "verify"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Fatal(diff)
	}
	writes := []checks.StepID{"connector", "app", "allowlist", "spn", "kerberos", "delegation", "sso"}
	seeds := map[string]bool{}
	for _, s := range order {
		t.Run(string(s.ID), func(t *testing.T) {
			for name, text := range map[string]string{"title": s.Title, "short title": s.Short, "what": s.What, "why": s.Why, "seed": s.Seed, "source of the seed": s.SeedFrom} {
				if strings.TrimSpace(text) == "" {
					t.Error("no", name)
				}
			}
			if n := utf8.RuneCountInString(s.Short); n > railWidth {
				t.Errorf("%q has %d columns, the rail %d", s.Short, n, railWidth)
			}
			if seeds[s.Seed] {
				t.Error("another step rests on the same sentence")
			}
			seeds[s.Seed] = true
			if len(s.Checks) < 2 {
				t.Errorf("only %d checks guard it", len(s.Checks))
			}
			if has := s.Plan != nil; has != slices.Contains(writes, s.ID) {
				t.Errorf("has a plan: %v", has)
			}
			if len(s.Manual) == 0 {
				t.Error("nothing tells how to do it by hand")
			}
		})
	}
}

func TestChecksOfTheOrder(t *testing.T) {
	var all []checks.Check
	for _, s := range steps.Order(steps.Ports{}) {
		for _, c := range s.Checks {
			if c.Step != s.ID || !strings.HasPrefix(string(c.ID), string(s.ID)+".") {
				t.Errorf("%s stands in %s and says that it guards %s", c.ID, s.ID, c.Step)
			}
			if c.Why == "" || c.Docs == "" && s.ID != "site" && s.ID != "sync" {
				t.Errorf("%s says neither why nor where to read more", c.ID)
			}
			if strings.HasSuffix(c.Title, ".") || c.Title == "" {
				t.Errorf("%s: %q is not an assertion in one line", c.ID, c.Title)
			}
			if c.Retry.Every > 0 && (c.Retry.Because == "" || c.Retry.For < c.Retry.Every) {
				t.Errorf("%s waits %s without saying why, or not even once", c.ID, c.Retry.For)
			}
		}
		all = append(all, s.Checks...)
	}
	set, err := checks.NewSet(all)
	if err != nil {
		t.Fatal(err)
	}
	provided := map[string]checks.ID{}
	for _, c := range set.All() {
		for _, key := range c.Provides {
			if other, twice := provided[key]; twice {
				t.Errorf("%s and %s both provide %s", c.ID, other, key)
			}
			provided[key] = c.ID
		}
	}
	// Single sign-on can be proved only through Kerberos and delegation.
	closure := set.Closure([]checks.ID{"verify.outside"})
	for _, id := range []checks.ID{"kerberos.accepted", "delegation.rehearsal", "spn.owner", "allowlist.websocket", "sso.mapping", "site.facts"} {
		if !slices.Contains(closure, id) {
			t.Errorf("the final test does not rest on %s", id)
		}
	}
}

func TestFindStep(t *testing.T) {
	order := steps.Order(steps.Ports{})
	tests := []struct {
		id   string
		want checks.StepID
	}{{"spn", "spn"}, {"allowlist", "allowlist"}, {"whitelist", "allowlist"}, {"verify", "verify"}, {"", ""}, {"SPN", ""}, {"spn.owner", ""}}
	for _, tt := range tests {
		if s, ok := steps.FindStep(order, tt.id); s.ID != tt.want || ok != (tt.want != "") {
			t.Errorf("%q found %q, %v", tt.id, s.ID, ok)
		}
	}
}

// TestManual shows that every instruction is complete once a site fills it.
func TestManual(t *testing.T) {
	roles := []checks.Role{checks.ADAdmin, checks.EntraAdmin, checks.QlikAdmin, checks.NetworkAdmin, checks.HostAdmin, checks.Yourself}
	shells := []checks.Shell{checks.PowerShell, checks.Cmd, checks.Portal, checks.QMC, checks.Bash, checks.NoShell}
	for _, s := range steps.Order(steps.Ports{}) {
		for _, m := range s.Manual {
			if m.Do == "" || !slices.Contains(roles, m.Who) || !slices.Contains(shells, m.Where) {
				t.Errorf("%s: %q, by %q in %q", s.ID, m.Do, m.Who, m.Where)
			}
			if (m.Command == "") != (m.Where == checks.NoShell) && m.Command != "" {
				t.Errorf("%s: nobody says where %q is typed", s.ID, m.Command)
			}
			got := m.Filled(completeSite())
			for _, text := range []string{got.Do, got.Command} {
				if left := placeholders(text); left != nil {
					t.Errorf("%s: a complete site leaves %v in %q", s.ID, left, text)
				}
			}
		}
	}
}
