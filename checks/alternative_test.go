package checks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

func TestInPlace(t *testing.T) {
	list := []checks.Remedy{
		{Text: "Let it delegate.", Command: "ps 1", Shell: checks.PowerShell},
		{Text: "The same by clicking.", Command: "click 1", Shell: checks.Portal},
		{Text: "Allow any protocol.", Command: "ps 2", Shell: checks.PowerShell},
		{Text: "Restart it.", Command: "cmd 3", Shell: checks.Cmd},
		{Text: "The same in PowerShell.", Command: "ps 3", Shell: checks.PowerShell},
		{Text: "The same by clicking.", Command: "click 3", Shell: checks.Portal},
	}
	tests := []struct {
		name   string
		wanted checks.Shell
		want   []string
	}{
		{"as it is", checks.NoShell, []string{"ps 1", "ps 2", "cmd 3"}},
		{"clicked", checks.Portal, []string{"click 1", "ps 2", "click 3"}},
		{"typed", checks.PowerShell, []string{"ps 1", "ps 2", "ps 3"}},
		{"nowhere", checks.QMC, []string{"ps 1", "ps 2", "cmd 3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range checks.InPlace(list, tt.wanted) {
				got = append(got, r.Command)
				if r.Again() {
					t.Errorf("%q says nothing by itself", r.Text)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	if d := cmp.Diff([]checks.Shell{checks.PowerShell, checks.Portal, checks.Cmd}, checks.Places(list)); d != "" {
		t.Error(d)
	}
	if p := checks.Places(list[2:4]); len(p) > 0 {
		t.Errorf("a choice where there is none: %v", p)
	}
}
