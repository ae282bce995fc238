package house_test

import (
	"strings"
	"testing"
)

// wall says what packages must not contain by any way round: the libraries
// and parts that their dependencies bring in count as well.
type wall struct {
	Around []string
	Out    []string // places of the program, or import paths; "x/..." with all below
	Why    string
}

func walls() []wall {
	systems := []string{
		"internal/graph", "internal/qlik", "internal/directory", "internal/kerberos",
		"internal/winhost", "internal/netprobe", "internal/lab/...",
	}
	return []wall{
		{Around: []string{"checks/...", "steps"}, Out: append([]string{"charm.land/...", "net/http", "ui", "os/exec"}, systems...), Why: "what is checked, and in which order, must hold without a screen and a network"},
		{Around: []string{"ui"}, Out: append([]string{"net/http"}, systems...), Why: "screens show snapshots; the adapters are opened by the command line"},
		{Around: []string{"internal/session", "internal/report"}, Out: append([]string{"charm.land/...", "net/http", "ui"}, systems...), Why: "a journey is kept and reported without a screen"},
		{Around: []string{"internal/lab/..."}, Out: []string{"checks/...", "steps", "ui", "internal/graph", "internal/qlik", "internal/directory", "internal/kerberos", "internal/winhost", "internal/netprobe", "charm.land/..."}, Why: "a lab that shared code with the product would prove nothing"},
	}
}

func TestWalls(t *testing.T) {
	t.Parallel()
	for _, goos := range systems() {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			for _, p := range packages(t, goos) {
				for _, w := range walls() {
					if !within(p.path(), w.Around) {
						continue
					}
					for _, dep := range p.Deps {
						if within(place(dep), w.Out) {
							t.Errorf("%s contains %s: %s; `go list -deps` and `go mod why` tell by which way", p.path(), dep, w.Why)
						}
					}
				}
			}
		})
	}
}

// door is the only place where a library is spoken to.
type door struct {
	Library string // import path prefix
	Behind  []string
	Why     string
}

func doors() []door {
	return []door{
		{"charm.land/", []string{"ui"}, "the screens are one package"},
		{"github.com/jcmturner/gokrb5", []string{"internal/kerberos", "internal/lab/..."}, "its traps are dealt with in one place"},
		{"github.com/go-ldap/ldap", []string{"internal/directory"}, "LDAP is one adapter's business"},
		{"github.com/gorilla/websocket", []string{"internal/netprobe", "internal/lab/..."}, "sockets are opened in one place"},
		{"github.com/Azure/", []string{"internal/graph"}, "Entra is one adapter's business"},
		{"github.com/AzureAD/", []string{"internal/graph"}, "Entra is one adapter's business"},
		{"github.com/spf13/", []string{"internal/cli"}, "commands and flags are the command line's"},
	}
}

// Tests are free to use what they like: a foreign client is worth most where
// the program's own is not used.
func TestDoors(t *testing.T) {
	t.Parallel()
	for _, goos := range systems() {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			for _, p := range packages(t, goos) {
				for _, d := range doors() {
					if within(p.path(), d.Behind) {
						continue
					}
					for _, i := range p.Imports {
						if strings.HasPrefix(i, d.Library) {
							t.Errorf("%s imports %s: %s; only %s may", p.path(), i, d.Why, strings.Join(d.Behind, ", "))
						}
					}
				}
			}
		})
	}
}

// Only the composition root may hold both an adapter and the lab.
func TestLabApart(t *testing.T) {
	for _, p := range packages(t, "linux") {
		if p.path() == "internal/cli" || p.path() == "." || strings.HasPrefix(p.path(), "internal/lab") {
			continue
		}
		for _, dep := range p.Deps {
			if within(place(dep), []string{"internal/lab/..."}) {
				t.Errorf("%s contains %s: only internal/cli puts the lab and the product together", p.path(), place(dep))
			}
		}
	}
}
