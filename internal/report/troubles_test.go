package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/report"
)

// TestTroublesStandFirst: whoever opens the report sees what is wrong and who
// can mend it, before the evidence, and nothing that only waits.
func TestTroublesStandFirst(t *testing.T) {
	s := journey([]checks.Status{checks.Pass, checks.Fail, checks.Waiting}, []checks.Status{checks.Warn, checks.Unknown, checks.Skipped, checks.Crashed})
	v := &s.Steps[0].Checks[1]
	v.Result.Remedies = []checks.Remedy{{Who: checks.ADAdmin, Text: "the first thing to do"}, {Who: checks.QlikAdmin, Text: "another way"}}
	d := report.NewDocument(s, report.DocumentOptions{Options: report.Options{Started: begun(), Ended: begun()}, Version: "v1", Written: begun()})
	var got []checks.Status
	for _, x := range d.Troubles() {
		got = append(got, x.Check.Status)
	}
	if diff := cmp.Diff([]checks.Status{checks.Fail, checks.Warn, checks.Unknown, checks.Crashed}, got); diff != "" {
		t.Errorf("troubles (-want +got):\n%s", diff)
	}
	for _, format := range []string{"html", "md"} {
		var b strings.Builder
		if err := report.WriteDocument(&b, d, format); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		mend, fix, who, steps := strings.Index(text, "To mend"), strings.Index(text, "the first thing to do"), strings.Index(text, string(checks.ADAdmin)), strings.Index(text, "gate closed")
		if format == "html" {
			steps = strings.Index(text, "<h2 id=\"step-")
		}
		if mend < 0 || fix < mend || who < mend || steps < max(fix, who) {
			t.Errorf("%s: to mend at %d, its fix at %d, by whom at %d, the steps at %d", format, mend, fix, who, steps)
		}
	}
}
