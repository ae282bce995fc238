package session

import (
	"errors"
	"os"
	"testing"
	"time"

	"sensegate/internal/site"
)

// TestAnsweredIsWholeOrNothing breaks the journal, as a full disk does: what is
// not on record is not in the site's file either.
func TestAnsweredIsWholeOrNothing(t *testing.T) {
	store := NewStore(t.TempDir(), time.Now)
	s, err := store.Create(site.Site{Name: "contoso", Evidence: []string{"/a.json"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.lock.Unlock(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.journal.file.Close(); err != nil {
		t.Fatal(err)
	}
	err = s.Answered(site.Site{Name: "contoso", Evidence: []string{"/a.json", "/b.json"}})
	if !errors.Is(err, os.ErrClosed) {
		t.Fatalf("got %v", err)
	}
	facts, err := site.Load(s.SitePath())
	if err != nil || len(facts.Evidence) != 1 {
		t.Errorf("kept by half: %v %v", facts.Evidence, err)
	}
}

// TestInUse tells an open site from a saved one and from none.
func TestInUse(t *testing.T) {
	store := NewStore(t.TempDir(), time.Now)
	if store.InUse("contoso") || store.InUse("../contoso") {
		t.Error("a site that is not there is in use")
	}
	s, err := store.Create(site.Site{Name: "contoso"})
	if err != nil {
		t.Fatal(err)
	}
	if !store.InUse("contoso") {
		t.Error("an open site is not in use")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if store.InUse("contoso") {
		t.Error("a closed site is in use")
	}
	if s, err = store.Open("contoso"); err != nil {
		t.Fatalf("looking locked it: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
