package session_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/checks"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/steps"
)

func noon() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

func contoso() site.Site {
	s := site.Site{Name: "contoso"}
	s.Entra.Tenant = "contoso.onmicrosoft.com"
	s.Publish.ExternalURL = "https://sense-contoso.msappproxy.net/"
	return s
}

func create(t *testing.T, st *session.Store) *session.Session {
	t.Helper()
	s, err := st.Create(contoso())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func change() steps.Change {
	return steps.Change{
		ID: "spn.add", Target: `CONTOSO\qlik`, Field: "servicePrincipalName",
		After: []string{"HTTP/sense.contoso.test"}, Command: "setspn.exe -U -S HTTP/sense.contoso.test qlik", Undo: "removes the one value",
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasDoneIsThereAgain(t *testing.T) {
	st := session.NewStore(t.TempDir(), noon)
	s := create(t, st)
	must(t, s.Moved("spn"))
	seen := checks.Result{ID: "spn.owner", Status: checks.Fail, Cause: "spn.missing", Seen: "nobody holds it", At: noon()}
	must(t, s.Finished(seen.With("secret looking", "evidence is not kept")))
	must(t, s.Intend("spn", change()))
	must(t, s.Outcome("spn", steps.Applied{Change: change(), Now: change().After}))
	must(t, s.Intend("sso", change()))
	facts := contoso()
	facts.TestUser.UPN = "ada@contoso.test"
	must(t, s.Answered(facts))
	must(t, s.Close())
	must(t, s.Close())

	again, err := st.Open("contoso")
	must(t, err)
	defer func() { must(t, again.Close()) }()
	got := again.Resume()
	want := session.Resume{
		Site: facts, Position: "spn", Updated: noon(),
		Earlier:  map[checks.ID]checks.Result{"spn.owner": seen},
		Changes:  []session.Change{{Step: "spn", ID: "spn.add", Target: `CONTOSO\qlik`, Field: "servicePrincipalName", After: change().After, Now: change().After, Command: change().Command, Undo: change().Undo}},
		Doubtful: []session.Change{{Step: "sso", ID: "spn.add", Target: `CONTOSO\qlik`, Field: "servicePrincipalName", After: change().After, Command: change().Command, Undo: change().Undo}},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(checks.Result{})); d != "" {
		t.Errorf("resume (-want +got):\n%s", d)
	}
	list, err := st.List()
	must(t, err)
	if d := cmp.Diff([]session.Saved{{Name: "contoso", Title: "contoso", Position: "spn", Updated: noon()}}, list); d != "" {
		t.Errorf("list (-want +got):\n%s", d)
	}
}

func TestRefusals(t *testing.T) {
	st := session.NewStore(t.TempDir(), noon)
	s := create(t, st)
	tests := []struct {
		name string
		do   func() (*session.Session, error)
		want error
	}{
		{"open twice", func() (*session.Session, error) { return st.Open("contoso") }, session.ErrLocked},
		{"create while open", func() (*session.Session, error) { return st.Create(contoso()) }, session.ErrLocked},
		{"open the unknown", func() (*session.Session, error) { return st.Open("fabrikam") }, session.ErrNotFound},
		{"create again", func() (*session.Session, error) { must(t, s.Close()); return st.Create(contoso()) }, session.ErrExists},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.do(); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	for _, name := range []string{"", "..", "a/b", `a\b`, "con toso"} {
		if _, err := st.Open(name); err == nil {
			t.Errorf("the name %q was accepted", name)
		}
		if _, err := st.Create(site.Site{Name: name}); err == nil {
			t.Errorf("a site named %q was made", name)
		}
	}
	if err := s.Moved("spn"); !errors.Is(err, session.ErrClosed) {
		t.Errorf("writing to a closed session: %v", err)
	}
}

func TestAnEmptyStoreIsNoError(t *testing.T) {
	st := session.NewStore(filepath.Join(t.TempDir(), "not", "there"), noon)
	if list, err := st.List(); err != nil || len(list) != 0 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestDamage(t *testing.T) {
	tests := []struct {
		name, tail string
		damaged    bool
	}{
		{"a half-written line is left behind", `{"time":"2026-11-21T12:00:0`, false},
		{"a whole value without its end of line", `{"time":"2026-11-21T12:00:00Z","kind":"moved","payload":{"step":"sso"}}`, false},
		{"blank pages after a power cut", "\x00\x00\x00\x00", false},
		{"a line that is no JSON", "hello\n", true},
		{"an empty line", "\n", true},
		{"two values in a line", `{"time":"2026-11-21T12:00:00Z","kind":"x","payload":1}{}` + "\n", true},
		{"a line without a kind", `{"time":"2026-11-21T12:00:00Z","payload":{}}` + "\n", true},
		{"an unknown kind of a later version", `{"time":"2026-11-21T12:00:00Z","kind":"note","payload":{}}` + "\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := session.NewStore(t.TempDir(), noon)
			s := create(t, st)
			must(t, s.Moved("spn"))
			must(t, s.Close())
			path := filepath.Join(s.Dir(), "journal.jsonl")
			raw, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, append(raw, tt.tail...), 0o600))
			again, err := st.Open("contoso")
			var damage *session.DamagedError
			if tt.damaged {
				if !errors.As(err, &damage) || damage.Line != 3 {
					t.Fatalf("got %v, want damage in line 3", err)
				}
				list, err := st.List()
				if err != nil || len(list) != 1 || list[0].Problem == nil {
					t.Fatalf("the list hides the damage: %v, %v", list, err)
				}
				return
			}
			must(t, err)
			if p := again.Resume().Position; p != "spn" {
				t.Errorf("position %q", p)
			}
			must(t, again.Moved("kerberos"))
			must(t, again.Close())
			third, err := st.Open("contoso")
			must(t, err)
			if p := third.Resume().Position; p != "kerberos" {
				t.Errorf("after mending, position %q", p)
			}
			must(t, third.Close())
		})
	}
}

func TestANewerJournalIsRefused(t *testing.T) {
	st := session.NewStore(t.TempDir(), noon)
	s := create(t, st)
	must(t, s.Close())
	must(t, os.WriteFile(filepath.Join(s.Dir(), "journal.jsonl"), []byte(`{"time":"2026-11-21T12:00:00Z","kind":"begun","payload":{"schema":99}}`+"\n"), 0o600))
	if _, err := st.Open("contoso"); !errors.Is(err, session.ErrNewer) {
		t.Errorf("got %v", err)
	}
}

func TestDefaultDir(t *testing.T) {
	home := t.TempDir()
	if got, err := session.DefaultDir(home); err != nil || got != home {
		t.Errorf("got %q, %v", got, err)
	}
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	got, err := session.DefaultDir("")
	if err != nil || filepath.Base(got) != "sensegate" {
		t.Errorf("got %q, %v", got, err)
	}
}
