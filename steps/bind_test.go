package steps_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/internal/site"
	"sensegate/steps"
)

// TestWayToBind asks for the way to sign in to the directory, takes each of the
// three that the help names, and refuses any other by name.
func TestWayToBind(t *testing.T) {
	list := steps.Questions()
	i := slices.IndexFunc(list, func(q steps.Question) bool { return q.Key == "directory.bind" })
	if i < 0 {
		t.Fatal("it is not asked")
	}
	q, s := list[i], completeSite()
	for _, way := range []string{site.BindSimple, site.BindKerberos, site.BindLoggedOn} {
		if err := q.Check(way); err != nil || !strings.Contains(q.Help, way) {
			t.Errorf("%s: %v; the help is %q", way, err, q.Help)
		}
		if q.Set(&s, way); s.Directory.Bind != way || len(s.Problems()) > 0 {
			t.Errorf("%s: %+v", way, s.Problems())
		}
	}
	if err := q.Check("ntlm"); err == nil || !strings.Contains(err.Error(), `"ntlm"`) || q.Required {
		t.Errorf("ntlm: %v, required %v", err, q.Required)
	}
}
