package checks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sensegate/checks"
)

// words are the statuses as the JSON names them; scripts compare with these.
func words() map[checks.Status]string {
	return map[checks.Status]string{
		checks.Pending: "pending", checks.Waiting: "waiting", checks.Pass: "pass", checks.Warn: "warn",
		checks.Fail: "fail", checks.Unknown: "unknown", checks.Skipped: "skipped", checks.Crashed: "crashed",
	}
}

func TestStatus(t *testing.T) {
	for status, word := range words() {
		t.Run(word, func(t *testing.T) {
			raw, err := json.Marshal(status)
			if err != nil || string(raw) != `"`+word+`"` || status.String() != word {
				t.Fatalf("%s is written %s, %v", status, raw, err)
			}
			var back checks.Status
			if err := json.Unmarshal(raw, &back); err != nil || back != status {
				t.Errorf("read back as %s, %v", back, err)
			}
			opens := status == checks.Pass || status == checks.Warn || status == checks.Skipped
			if status.Opens() != opens {
				t.Errorf("%s opens a gate: %v", word, status.Opens())
			}
		})
	}
	var s checks.Status
	if err := json.Unmarshal([]byte(`"PASS"`), &s); err == nil || !strings.Contains(err.Error(), `"PASS" is not one of`) {
		t.Error("a word that is none:", err)
	}
	for _, odd := range []checks.Status{-1, 8, 99} {
		if odd.Opens() || !strings.HasPrefix(odd.String(), "status(") {
			t.Errorf("%d is %q and opens: %v", int(odd), odd, odd.Opens())
		}
	}
}

// TestResultsAreValues shows that adding to a result leaves the one it was made
// from as it was: results travel between goroutines.
func TestResultsAreValues(t *testing.T) {
	base := checks.Passed("so", "so").With("one", "1").Var("v", "1").Provide("f", 1)
	left, right := base.With("two", "left").Var("v", "left").Provide("f", "left"), base.With("two", "right").Var("v", "right").Provide("f", "right")
	if evidence(left, "two") != "left" || evidence(right, "two") != "right" || len(base.Evidence) != 1 {
		t.Errorf("evidence: %v, %v, %v", base.Evidence, left.Evidence, right.Evidence)
	}
	if base.Vars()["v"] != "1" || left.Vars()["v"] != "left" || right.Vars()["v"] != "right" {
		t.Errorf("placeholders: %v, %v, %v", base.Vars(), left.Vars(), right.Vars())
	}
	env := checks.NewEnv(completeSite(), nil, map[checks.ID]checks.Result{"a": left})
	if f, _ := checks.Known[string](env, "f"); f != "left" {
		t.Errorf("the fact is %q", f)
	}
	if f, ok := checks.Known[int](checks.NewEnv(completeSite(), nil, map[checks.ID]checks.Result{"a": base}), "f"); !ok || f != 1 {
		t.Errorf("the fact is %d, %v", f, ok)
	}
}
