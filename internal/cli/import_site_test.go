package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// TestWithEvidence adds to site files that people wrote: nothing else in them
// changes.
func TestWithEvidence(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"no list yet", "# ours\nname: contoso # call it so\n", "# ours\nname: contoso # call it so\nevidence:\n  - evidence/x.json\n"},
		{"no end of the last line", "name: contoso", "name: contoso\nevidence:\n  - evidence/x.json\n"},
		{"a list in between", "name: contoso\nevidence:\n  - a.json # of Monday\n\n# more\ndns: 10.0.0.1\n", "name: contoso\nevidence:\n  - a.json # of Monday\n  - evidence/x.json\n\n# more\ndns: 10.0.0.1\n"},
		{"a list that is not indented", "evidence:\n- a.json\nname: contoso\n", "evidence:\n- a.json\n- evidence/x.json\nname: contoso\n"},
		{"lines of Windows", "name: contoso\r\nevidence:\r\n  - a.json\r\n", "name: contoso\r\nevidence:\r\n  - a.json\r\n  - evidence/x.json\r\n"},
		{"a list in one line", "# ours\nname: contoso\nevidence: [a.json]\n", "# ours\nname: contoso\nevidence: [a.json, evidence/x.json]\n"},
		{"an empty list", "evidence: []\nname: contoso\n", "evidence: [evidence/x.json]\nname: contoso\n"},
		{"nothing behind the key", "evidence:\nname: contoso\n", "evidence:\n  - evidence/x.json\nname: contoso\n"},
		{"there already", "name: contoso\nevidence:\n  - evidence/x.json\n", "name: contoso\nevidence:\n  - evidence/x.json\n"},
		{"a document's marks", "---\nname: contoso\n...\n", "name: contoso\nevidence:\n  - evidence/x.json\n"},
		{"a quoted name over two lines", "name: contoso\nevidence:\n  - \"a\n    b.json\"\ndns: 10.0.0.1\n", "name: contoso\nevidence:\n  - \"a b.json\"\n  - evidence/x.json\ndns: 10.0.0.1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := withEvidence([]byte(tt.before), []string{filepath.Join("evidence", "x.json")})
			if err != nil || string(got) != tt.after {
				t.Errorf("%v\n%q, want\n%q", err, got, tt.after)
			}
		})
	}
}

// TestImportThroughALink leaves the link a link, and the file its rights.
func TestImportThroughALink(t *testing.T) {
	target := filepath.Join(t.TempDir(), "real.yaml")
	if err := os.WriteFile(target, []byte("name: contoso\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here:", err)
	}
	x := piece{path: "/nowhere", raw: []byte("{}"), e: fact.HostEvidence{Host: "conn01", Collected: time.Now()}}
	if n, err := (keeper{site: link}).add(t.Context(), site.Site{}, []piece{x}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	for _, path := range []string{link, target} {
		s, err := site.Load(path)
		if err != nil || len(s.Evidence) != 1 {
			t.Fatalf("%v %v", s.Evidence, err)
		}
		if _, err := os.Stat(s.Evidence[0]); err != nil {
			t.Error(err)
		}
	}
}

// TestAgeOfEvidence holds the limits to the second.
func TestAgeOfEvidence(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	const week = 7 * 24 * time.Hour
	tests := []struct {
		name       string
		limit, age time.Duration
		want       string // empty where it is taken
	}{
		{"just now", 0, 0, ""},
		{"a week, which is the limit", 0, week, ""},
		{"a second more", 0, week + time.Second, "7 days ago, and this site allows 7 days"},
		{"the site's own limit", time.Hour, time.Hour, ""},
		{"a second more than that", time.Hour, time.Hour + time.Second, "1 hour ago, and this site allows 1 hour (evidence_max_age: 1h0m0s): collect again"},
		{"a longer limit", 30 * 24 * time.Hour, 29 * 24 * time.Hour, ""},
		{"a clock that is ahead", 0, -15 * time.Minute, ""},
		{"a clock that is too far ahead", 0, -15*time.Minute - time.Second, "has not come yet: look at the clock of conn01"},
		{"the age of the universe", 0, now.Sub(time.Time{}), "days ago"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &program{Process: Process{Clock: func() time.Time { return now }}}
			s := site.Site{EvidenceMaxAge: tt.limit, Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01"}}}}
			why := p.unfit(s, piece{e: fact.HostEvidence{Host: "conn01", Collected: now.Add(-tt.age)}, origin: winhost.Origin{}})
			if tt.want == "" && why != "" || !strings.Contains(why, tt.want) {
				t.Errorf("got %q, want %q", why, tt.want)
			}
		})
	}
	p := &program{}
	if _, err := p.verified(t.Context(), site.Site{EvidenceMaxAge: -time.Hour}, nil); err == nil || !strings.Contains(err.Error(), "evidence_max_age of the site is -1h0m0s") {
		t.Errorf("a limit below zero: %v", err)
	}
}
