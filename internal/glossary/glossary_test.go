package glossary_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/glossary"
)

func TestAll(t *testing.T) {
	all := glossary.All()
	seen := map[string]string{}
	for _, term := range all {
		if n := len(term.Says); n < 20 || n > 220 || !strings.HasSuffix(term.Says, ".") {
			t.Errorf("%s: %d characters: one or two plain sentences", term.Name, n)
		}
		for _, name := range append([]string{term.Name}, term.Also...) {
			low := strings.ToLower(name)
			if other, twice := seen[low]; twice {
				t.Errorf("%q stands for %s and %s", name, other, term.Name)
			}
			seen[low] = term.Name
		}
	}
	if !slices.IsSortedFunc(all, func(a, b glossary.Term) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	}) {
		t.Error("the words are not in the order of the alphabet")
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		texts []string
		want  []string
	}{
		{"none", []string{"nothing of the trade"}, nil},
		{"by its name", []string{"the SPN is missing"}, []string{"SPN"}},
		{"by another spelling", []string{"Service principal name"}, []string{"SPN"}},
		{"whole words only", []string{"respnd, kdcs"}, nil},
		{"at the ends", []string{"NTLM"}, []string{"NTLM"}},
		{"beside marks", []string{"(KCD)"}, []string{"constrained delegation"}},
		{"several texts", []string{"a tenant", "a SID"}, []string{"tenant", "SID"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, term := range glossary.Find(tt.texts...) {
				got = append(got, term.Name)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
