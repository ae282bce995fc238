package session_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/session"
	"sensegate/steps"
)

func TestPastesAreKept(t *testing.T) {
	st := session.NewStore(t.TempDir(), noon)
	s := create(t, st)
	want := []steps.Paste{
		{Check: "connector.services", On: "conn01", Text: "CONN01\n…\nSENSEGATE-END", At: noon()},
		{Check: "connector.clock", Text: "12:00:00, +00.5s", At: noon().Add(time.Hour)},
	}
	for _, p := range want {
		must(t, s.Pasted(p))
	}
	open, err := st.Pastes("contoso")
	must(t, err)
	if d := cmp.Diff(want, open); d != "" {
		t.Errorf("while it is open: %s", d)
	}
	must(t, s.Close())
	again, err := st.Open("contoso")
	must(t, err)
	t.Cleanup(func() { must(t, again.Close()) })
	got, err := again.Pastes()
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("in the next session: %s", d)
	}
	if none, err := st.Pastes("fabrikam"); err != nil || len(none) != 0 {
		t.Errorf("of a site that was never saved: %v %v", none, err)
	}
}

// TestAnEditedPasteProvesNothing shows that a text which was changed, or taken
// away, after it was judged is left out.
func TestAnEditedPasteProvesNothing(t *testing.T) {
	st := session.NewStore(t.TempDir(), noon)
	s := create(t, st)
	must(t, s.Pasted(steps.Paste{Check: "connector.services", Text: "stopped", At: noon()}))
	must(t, s.Pasted(steps.Paste{Check: "connector.clock", Text: "late", At: noon()}))
	files, err := filepath.Glob(filepath.Join(s.Dir(), "pasted", "*"))
	must(t, err)
	if len(files) != 2 {
		t.Fatalf("files %v", files)
	}
	must(t, os.WriteFile(files[0], []byte("running"), 0o600))
	must(t, os.Remove(files[1]))
	if got, err := s.Pastes(); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}
