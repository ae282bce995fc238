package checks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

func TestNewSet(t *testing.T) {
	whole := func(id checks.ID, needs ...checks.ID) checks.Check {
		return checks.Check{ID: id, Step: "s", Title: "t", Needs: needs, Run: answer(pass())}
	}
	without := func(change func(*checks.Check)) checks.Check {
		c := whole("a.one")
		change(&c)
		return c
	}
	tests := []struct {
		name string
		list []checks.Check
		want []string // every problem, by a part of its words
	}{
		{"nothing", nil, nil},
		{"in order", []checks.Check{whole("a.one"), whole("a.two", "a.one"), whole("a.three", "a.one", "a.two")}, nil},
		{"no id", []checks.Check{without(func(c *checks.Check) { c.ID = "" })}, []string{"check 0 (): id, step, title and run are all needed"}},
		{"no step", []checks.Check{without(func(c *checks.Check) { c.Step = "" })}, []string{"check 0 (a.one): id, step, title and run are all needed"}},
		{"no title", []checks.Check{without(func(c *checks.Check) { c.Title = "" })}, []string{"check 0 (a.one)"}},
		{"no function", []checks.Check{without(func(c *checks.Check) { c.Run = nil })}, []string{"check 0 (a.one)"}},
		{"twice", []checks.Check{whole("a.one"), whole("a.one")}, []string{"check a.one: declared twice"}},
		{"a need that nobody declares", []checks.Check{whole("a.one", "a.none")}, []string{"check a.one: needs a.none, which is not declared before it"}},
		{"a need that comes later", []checks.Check{whole("a.one", "a.two"), whole("a.two")}, []string{"check a.one: needs a.two"}},
		{"a need of itself", []checks.Check{whole("a.one", "a.one")}, []string{"check a.one: needs a.one"}},
		{"everything at once", []checks.Check{whole("a.one", "a.none"), whole("a.one"), without(func(c *checks.Check) { c.ID, c.Run = "a.two", nil })}, []string{"a.none", "declared twice", "check 2 (a.two)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := checks.NewSet(tt.list)
			if len(tt.want) == 0 {
				if err != nil || len(set.All()) != len(tt.list) {
					t.Fatalf("%d checks, %v", len(set.All()), err)
				}
				return
			}
			if err == nil {
				t.Fatalf("accepted; want %q", tt.want)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Errorf("%d problems, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v\nwant %q", err, w)
				}
			}
		})
	}
}

func TestSet(t *testing.T) {
	check := func(id checks.ID, step checks.StepID, needs ...checks.ID) checks.Check {
		return checks.Check{ID: id, Step: step, Title: "t", Needs: needs, Run: answer(pass())}
	}
	set, err := checks.NewSet([]checks.Check{
		check("a.one", "first"), check("b.one", "second", "a.one"), check("a.two", "first"),
		check("b.two", "second", "b.one", "a.two"), check("c.one", "third"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Find("c.two"); ok {
		t.Error("found a check that is not there")
	}
	if c, ok := set.Find("b.two"); !ok || c.Step != "second" {
		t.Errorf("found %v %v", c.ID, ok)
	}
	ids := func(list []checks.Check) []checks.ID {
		var out []checks.ID
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	if diff := cmp.Diff([]checks.ID{"b.one", "b.two"}, ids(set.OfStep("second"))); diff != "" {
		t.Error("of the second step:", diff)
	}
	if list := set.OfStep("fourth"); list != nil {
		t.Error("of a step that is not there:", ids(list))
	}
	closures := []struct {
		name      string
		ask, want []checks.ID
	}{
		{"all that it needs, in order", []checks.ID{"b.two"}, []checks.ID{"a.one", "b.one", "a.two", "b.two"}},
		{"nothing more than it needs", []checks.ID{"c.one"}, []checks.ID{"c.one"}},
		{"each once, in order", []checks.ID{"b.two", "a.one", "b.one", "a.one"}, []checks.ID{"a.one", "b.one", "a.two", "b.two"}},
		{"what is unknown is left out", []checks.ID{"z.one", "c.one"}, []checks.ID{"c.one"}},
		{"nothing", nil, []checks.ID{}},
	}
	for _, tt := range closures {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, set.Closure(tt.ask)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
