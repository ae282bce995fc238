package session

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// TestTheFoldIsTheHistory plays any history, cuts the journal anywhere, and
// compares what is read back with the history as far as its lines are whole.
func TestTheFoldIsTheHistory(t *testing.T) {
	ids := []checks.ID{"a.one", "a.two", "b.one"}
	stations := []checks.StepID{"a", "b", "c"}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		st := NewStore(filepath.Join(dir, strconv.Itoa(n)), time.Now)
		s, err := st.Create(site.Site{Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(s.dir, journalFile)
		history := []Resume{{Earlier: map[checks.ID]checks.Result{}}}
		ends := []int64{s.journal.size}
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			now := copyOf(history[len(history)-1])
			step := rapid.SampledFrom(stations).Draw(t, "step")
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				now.Position = step
				err = s.Moved(step)
			case 1:
				r := checks.Result{
					ID: rapid.SampledFrom(ids).Draw(t, "check"), Status: checks.Status(rapid.IntRange(0, 7).Draw(t, "status")),
					Seen: rapid.String().Draw(t, "seen"), At: time.Unix(rapid.Int64Range(0, 1<<31).Draw(t, "at"), 0).UTC(),
				}
				r.Seen = string([]rune(r.Seen)) // what JSON can carry
				now.Earlier[r.ID] = r
				err = s.Finished(r)
			case 2:
				err = s.Answered(site.Site{Name: "x"})
			case 3:
				c := steps.Change{ID: "c", Target: "t"}
				now.Doubtful = append(now.Doubtful, recorded(step, c))
				err = s.Intend(step, c)
			case 4:
				a := steps.Applied{Change: steps.Change{ID: "c", Target: "t"}}
				if rapid.Bool().Draw(t, "failed") {
					a.Err = errors.New("refused")
				}
				kind, c := outcome(step, a)
				now.close(c)
				if kind == ChangeDone {
					now.Changes = append(now.Changes, c)
				}
				err = s.Outcome(step, a)
			}
			if err != nil {
				t.Fatal(err)
			}
			history = append(history, now)
			ends = append(ends, s.journal.size)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		cut := rapid.Int64Range(ends[0], ends[len(ends)-1]).Draw(t, "cut")
		if err := os.Truncate(path, cut); err != nil {
			t.Fatal(err)
		}
		want := history[0]
		for i, end := range ends {
			if end <= cut {
				want = history[i]
			}
		}
		again, err := st.Open("x")
		if err != nil {
			t.Fatal(err)
		}
		got := again.Resume()
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Resume{}, "Updated", "Site"), cmpopts.IgnoreUnexported(checks.Result{})); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func copyOf(r Resume) Resume {
	out := Resume{Position: r.Position, Earlier: map[checks.ID]checks.Result{}}
	maps.Copy(out.Earlier, r.Earlier)
	out.Changes = append(out.Changes, r.Changes...)
	out.Doubtful = append(out.Doubtful, r.Doubtful...)
	return out
}

func TestDifferences(t *testing.T) {
	a, b := site.Site{Name: "x"}, site.Site{Name: "x"}
	b.Publish.ExternalURL = "https://sense.contoso.test/"
	b.Connector.Hosts = []site.ConnectorHost{{Name: "conn01"}}
	got, err := differences(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"connector.hosts", "publish.external_url"}, got); d != "" {
		t.Error(d)
	}
}

func TestMemoryKeepsTheSameLines(t *testing.T) {
	m := NewMemory(time.Now)
	for _, err := range []error{
		m.Moved("spn"), m.Answered(site.Site{}), m.Finished(checks.Result{ID: "spn.owner", Status: checks.Pass}),
		m.Intend("spn", steps.Change{ID: "c"}), m.Outcome("spn", steps.Applied{Change: steps.Change{ID: "c"}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := fold(m.Entries())
	if err != nil {
		t.Fatal(err)
	}
	if r.Position != "spn" || len(r.Changes) != 1 || len(r.Doubtful) != 0 || len(r.Earlier) != 1 {
		t.Errorf("got %+v", r)
	}
}
