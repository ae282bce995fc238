package foreign_test

import (
	"fmt"
	"strings"
	"testing"

	"sensegate/internal/foreign"
)

// witness takes down what becomes of a test; neither ends the one that asks.
type witness struct {
	testing.TB

	said string
}

func (w *witness) Helper() {}

func (w *witness) Fatalf(format string, args ...any) {
	w.said = "failed: " + fmt.Sprintf(format, args...)
}

func (w *witness) Skipf(format string, args ...any) {
	if w.said == "" {
		w.said = "skipped: " + fmt.Sprintf(format, args...)
	}
}

func TestNeed(t *testing.T) {
	const program = "sensegate-no-such-program"
	for _, tt := range []struct{ name, required, program, want string }{
		{"on a user's machine", "", program, "skipped: " + program + " is missing; it comes with the package p"},
		{"where all are required", "1", program, "failed: " + program + " is missing and SENSEGATE_REQUIRE_CLIENTS=1; it comes with the package p"},
		{"what is there", "1", "go", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("SENSEGATE_REQUIRE_CLIENTS", tt.required)
			w := &witness{TB: t}
			foreign.Need(w, "the package p", tt.program)
			if w.said != tt.want {
				t.Errorf("%q, want %q", w.said, tt.want)
			}
		})
	}
}

func TestModules(t *testing.T) {
	t.Setenv("SENSEGATE_REQUIRE_CLIENTS", "")
	w := &witness{TB: t}
	if folder := foreign.Modules(w, "no-such-library"); !strings.HasSuffix(folder, "node_modules") || !strings.HasPrefix(w.said, "skipped: ") {
		t.Errorf("%s, %q", folder, w.said)
	}
}
