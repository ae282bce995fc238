package house_test

import (
	"strings"
	"testing"
)

// arrow says what the packages at From may import of the program. Tests beside
// them may import Tests as well: to show that an adapter answers the questions
// which the checks ask, and to talk to the lab over its sockets.
type arrow struct {
	From  []string
	To    []string
	Tests []string
	Why   string
}

// arrows are the house: a package that no row names has no place yet.
func arrows() []arrow {
	const (
		cli, ui, steps, checks = "internal/cli", "ui", "steps", "checks/..."
		fact, site, probe      = "internal/fact", "internal/site", "internal/netprobe"
		lab                    = "internal/lab/..."
	)
	adapters := []string{"internal/graph", "internal/qlik", "internal/kerberos", "internal/winhost"}
	return []arrow{
		{From: []string{"."}, To: []string{cli}, Why: "main only starts the command line"},
		{From: []string{cli}, To: []string{"..."}, Why: "the command line puts the parts together"},
		{From: []string{ui}, To: []string{steps, checks, site, "internal/glossary"}, Why: "the screens show snapshots and know no system"},
		{From: []string{steps}, To: []string{checks, fact, site}, Tests: []string{"internal/lab"}, Why: "the order of the procedure knows no screen and no system"},
		{From: []string{checks}, To: []string{checks, fact, site, "internal/pasted"}, Why: "a check asks through its ports and knows no system"},
		{From: []string{"internal/session", "internal/report"}, To: []string{steps, checks, fact, site}, Why: "they keep and print what the steps found"},
		{From: adapters, To: []string{fact, site, probe}, Tests: []string{steps, checks, lab}, Why: "an adapter answers questions and does not judge"},
		{From: []string{"internal/directory"}, To: []string{fact, site, probe, "internal/kerberos"}, Tests: []string{steps, checks, lab}, Why: "an adapter answers questions and does not judge"},
		{From: []string{"internal/collect"}, To: []string{fact, probe, "internal/pasted"}, Tests: []string{checks, site, "internal/winhost"}, Why: "it reads the machine it runs on, and judges nothing"},
		{From: []string{"internal/pasted"}, To: []string{fact}, Tests: []string{checks, site}, Why: "it turns pasted text into values, and judges nothing"},
		{From: []string{probe}, To: []string{fact, site}, Tests: []string{checks, lab}, Why: "an adapter answers questions and does not judge"},
		{From: []string{fact, site, "internal/glossary"}, Why: "values stand on nothing"},
		{From: []string{"internal/codes"}, Tests: []string{steps, checks}, Why: "values stand on nothing; they name causes that exist"},
		{From: []string{lab}, To: []string{lab, site}, Why: "the lab is on the other side of a socket, and shares no code with what examines it"},
		{From: []string{"internal/integration/ad"}, Tests: append([]string{steps, checks, "internal/directory", "internal/pasted", lab, site, fact, probe}, adapters...), Why: "it holds the adapters against a real domain"},
		{From: []string{"internal/integration/..."}, Tests: []string{"..."}, Why: "it holds tests alone, against other people's clients and servers"},
		{From: []string{"internal/foreign"}, Why: "it stands beside every test that needs somebody else's program"},
		{From: []string{"internal/house"}, Why: "it looks at the others and uses none"},
	}
}

func (a arrow) allows(path string, test bool) bool {
	if within(path, a.To) || within("...", a.To) {
		return true
	}
	return test && (path == "internal/foreign" || within(path, a.Tests) || within("...", a.Tests) || within(path, a.From))
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, goos := range systems() {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			for _, p := range packages(t, goos) {
				checkArrows(t, p)
			}
		})
	}
}

func checkArrows(t *testing.T, p listed) {
	t.Helper()
	for _, a := range arrows() {
		if !within(p.path(), a.From) {
			continue
		}
		for _, i := range p.Imports {
			if ours(i) && !a.allows(place(i), false) {
				t.Errorf("%s imports %s: %s; it may import %s", p.path(), place(i), a.Why, listedOr(a.To))
			}
		}
		for _, i := range p.tests() {
			if ours(i) && !a.allows(place(i), true) {
				t.Errorf("a test of %s imports %s: %s; tests there may import %s", p.path(), place(i), a.Why, listedOr(append(a.To, a.Tests...)))
			}
		}
		return
	}
	t.Errorf("%s has no place in the house: draw its arrow in internal/house/arrows_test.go", p.path())
}

func listedOr(places []string) string {
	if len(places) == 0 {
		return "nothing of the program"
	}
	return strings.Join(places, ", ")
}
