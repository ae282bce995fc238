package cli_test

import (
	"path/filepath"
	"slices"
	"testing"

	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// TestPermissionsAreAskedForStepByStep signs in with Microsoft's own client:
// reading asks for nothing that can write, and each plan for what it takes.
func TestPermissionsAreAskedForStepByStep(t *testing.T) {
	t.Parallel()
	const read, app, assign, directory = "Directory.Read.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.ReadWrite.All"
	type order struct {
		args []string
		exit int
		want []string
	}
	tests := []struct {
		name   string
		lab    lab.Options
		orders []order
	}{
		{
			name: "from nothing", orders: []order{
				{[]string{"check"}, report.ExitFailed, []string{read}},
				{[]string{"apply", "app"}, 0, []string{read}},
				{[]string{"apply", "app", "--yes"}, 0, []string{assign, app, read, directory}},
				{[]string{"check"}, report.ExitFailed, []string{read}},
			},
		},
		{
			name: "single sign-on", lab: lab.Options{Faults: []string{"sso-off"}}, orders: []order{
				{[]string{"check"}, report.ExitFailed, []string{read}},
				{[]string{"apply", "sso", "--yes"}, 0, []string{app, read}},
				{[]string{"check"}, report.ExitOpen, []string{read}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.lab.Variants = []string{"microsoft-client"}
			l, err := lab.Start(t.Context(), tt.lab)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}()
			for _, o := range tt.orders {
				code, said := run(t, append(o.args, "--site", filepath.Join(l.Dir(), "site.yaml"))...)
				if code != o.exit {
					t.Errorf("%q: exit code %d, want %d\n%s", o.args, code, o.exit, said)
				}
				asked := l.Asked()
				slices.Sort(asked)
				slices.Sort(o.want)
				if !slices.Equal(asked, o.want) {
					t.Errorf("%q asked for %q, want %q", o.args, asked, o.want)
				}
			}
		})
	}
}
