package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// TestBringingIntoTheWizard verifies and copies as the command does.
func TestBringingIntoTheWizard(t *testing.T) {
	now := time.Now()
	p := &program{Process: Process{Clock: func() time.Time { return now }}}
	s := site.Site{Name: "contoso", Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}}}
	write := func(host string, age time.Duration) string {
		path := filepath.Join(t.TempDir(), "my evidence.json")
		e := fact.HostEvidence{Host: host, Collected: now.Add(-age).UTC().Truncate(time.Second), Tool: "v1", TLS12Client: -1, HTTP2: -1, SPNEGO: -1}
		if err := winhost.Write(path, e, winhost.Origin{Site: "contoso"}); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, dir, gone := write("conn01.contoso.test", time.Hour), t.TempDir(), t.TempDir()
	tests := []struct {
		name, dir, path string
		had             []string
		want            string // why it is refused
		isNew           bool
	}{
		{"copied", dir, good, nil, "", true},
		{"quoted", dir, `"` + good + `" `, nil, "", true},
		{"named where nothing is kept", "", good, nil, "", true},
		{"there already", "", good, []string{good}, "", false},
		{"a copy that is gone", gone, good, []string{filepath.Join(gone, evidenceFolder, nameOf(loadedPiece(t, good)))}, "", true},
		{"of nobody", dir, write("conn09.contoso.test", time.Hour), nil, "no host of this site", false},
		{"too old", dir, write("conn01.contoso.test", 8*24*time.Hour), nil, "collect again", false},
		{"nowhere", dir, filepath.Join(dir, "nowhere.json"), nil, "reading the evidence file", false},
		{"nothing", dir, " ", nil, "it is a folder", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.Evidence = tt.had
			got, err := p.bringing(tt.dir)(t.Context(), s, tt.path)
			switch {
			case tt.want != "":
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			if got.New != tt.isNew || len(got.Site.Evidence) != 1 || len(got.Says) < 2 || !strings.Contains(got.Says[0], "conn01.contoso.test, collected ") {
				t.Errorf("%+v", got)
			}
			list := p.evidenceOf(got.Site)
			if len(list) != 1 || !strings.Contains(list[0], "conn01.contoso.test, collected ") || !strings.Contains(list[0], "(1 hour ago)") {
				t.Errorf("%q", list)
			}
		})
	}
	left, err := filepath.Glob(filepath.Join(dir, evidenceFolder, "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("copies: %v %v", left, err)
	}
	s.Evidence = []string{write("conn01.contoso.test", 8*24*time.Hour), filepath.Join(dir, "gone.json"), write("conn01.fabrikam.test", 0)}
	for i, want := range []string{"(8 days ago), my evidence.json; not counted: it was collected", "not counted: reading the evidence file", "not counted: it is of conn01.fabrikam.test"} {
		if got := p.evidenceOf(s)[i]; !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func loadedPiece(t *testing.T, path string) piece {
	t.Helper()
	list, err := loaded([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func TestTypedPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its paths are written otherwise")
	}
	dir := t.TempDir()
	odd := filepath.Join(dir, `a\ b.json`)
	if err := os.WriteFile(odd, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ typed, want string }{
		{"e.json", "e.json"},
		{"  /media/my stick/e.json ", "/media/my stick/e.json"},
		{"'/media/my stick/e.json'", "/media/my stick/e.json"},
		{`"/media/my stick/e.json"`, "/media/my stick/e.json"},
		{`/media/my\ stick/e.json`, "/media/my stick/e.json"},
		{"~/e.json", "/home/ada/e.json"},
		{odd, odd},
		{`'`, `'`},
		{"", ""},
	} {
		if got := typedPath(tt.typed, "/home/ada"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
		}
	}
}
