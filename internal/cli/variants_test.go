package cli_test

import (
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// TestEveryVariantIsHealthy sets up every other form of a right installation:
// nothing may be found wrong with it.
func TestEveryVariantIsHealthy(t *testing.T) {
	t.Parallel()
	room := make(chan struct{}, 2)
	for _, v := range lab.Variants() {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			room <- struct{}{}
			defer func() { <-room }()
			r, code := checkDemo(t, "--finished", "--variant", v.ID)
			if code != report.ExitOpen {
				t.Errorf("exit code %d, want %d", code, report.ExitOpen)
			}
			for _, s := range r.Steps {
				for _, c := range s.Checks {
					if c.Status != checks.Pass && c.Status != checks.Skipped {
						t.Errorf("%s is %s because of %q: expected %s, seen %s", c.ID, c.Status, c.Cause, c.Expected, c.Seen)
					}
				}
			}
		})
	}
}
