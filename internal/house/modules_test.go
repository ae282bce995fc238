package house_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestModules holds versions that must not move by accident.
func TestModules(t *testing.T) {
	tests := []struct {
		name, module string
		refuse       []string
		want         string
		why          string
	}{
		{
			name: "runewidth", module: "github.com/mattn/go-runewidth", refuse: []string{"v0.0.26", "v0.0.27"},
			why: "these build their tables at every start, which costs 60 ms",
		},
		{name: "bubbletea", module: "charm.land/bubbletea/v2", want: "v2.0.10", why: "v2.1 asks for what the screens were not tried with"},
		{name: "gokrb5", module: "github.com/jcmturner/gokrb5/v8", want: "v8.4.4", why: "its traps are dealt with for this version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "go", "list", "-m", "-json=Path,Version,Replace", tt.module)
			cmd.Dir = root(t)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("asking for the version of %s: %v", tt.module, err)
			}
			var m struct {
				Version string
				Replace *struct{ Path, Version string }
			}
			if err := json.Unmarshal(out, &m); err != nil {
				t.Fatal(err)
			}
			if m.Replace != nil {
				t.Errorf("%s is replaced by %s", tt.module, m.Replace.Path)
			}
			for _, bad := range tt.refuse {
				if m.Version == bad {
					t.Errorf("%s is selected at %s: %s; go.mod must ask for another", tt.module, bad, tt.why)
				}
			}
			if tt.want != "" && !strings.EqualFold(m.Version, tt.want) {
				t.Errorf("%s is selected at %s, not %s: %s", tt.module, m.Version, tt.want, tt.why)
			}
		})
	}
}
