package checks_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
)

// TestTable shows that a comparison reaches the reader whole, and harmless.
func TestTable(t *testing.T) {
	plain := checks.Table{Columns: []string{"name", "needed by", "held by"}}
	one := plain.Row(checks.Fail, "HTTP/a", "qlik", "nobody\x1b[2J")
	if len(plain.Rows) != 0 || len(one.Row(checks.Pass, "b").Rows) != 2 || len(one.Rows) != 1 {
		t.Error("adding a row changed another table")
	}
	set, err := checks.NewSet([]checks.Check{{
		ID: "a.one", Step: "s", Title: "t",
		Run: func(context.Context, checks.Env) checks.Result { return checks.Passed("x", "y").Compare(one) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got checks.Table
	runner := checks.Runner{Set: set, Clock: time.Now}
	for e := range runner.Run(t.Context(), checks.Request{IDs: []checks.ID{"a.one"}}) {
		if e.Kind == checks.Finished {
			got = e.Result.Table
		}
	}
	want := plain.Row(checks.Fail, "HTTP/a", "qlik", "nobody?[2J")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
