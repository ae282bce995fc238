package ui

import (
	"strings"
	"testing"

	"sensegate/internal/site"
)

// TestTheScriptIsReadBeforeItIsCopied shows the script whole, scrolled to its
// end, and copies exactly what was shown.
func TestTheScriptIsReadBeforeItIsCopied(t *testing.T) {
	bubble(t, "script", func(t *testing.T) {
		var copied string
		w := newWorld().healthy()
		d := started(t, w, 100, 24)
		text := "# first line\r\n" + strings.Repeat("Get-Date # of the middle\r\n", 60) + "if ($x) { '" + strings.Repeat("long ", 40) + "end of a line' }\r\n# last line\r\n"
		d.m.cfg.Script = func(s site.Site) string { return "# for " + s.Name + "\r\n" + text }
		d.m.clip = func(s string) error { copied = s; return nil }
		d.keys("i").shows("by hand", "s script")
		d.keys("s").shows("The script that collects", "# for "+fakeSite().Name, "# first line", "reads only")
		d.keys("end").shows("# last line")
		d.keys("pgup").shows("of the middle")
		d.keys("end", "c").shows("copied: the script, 64 lines")
		if want := "# for " + fakeSite().Name + "\r\n" + text; copied != want {
			t.Errorf("copied %q", copied)
		}
		d.keys("b").shows("by hand")
	})
}

func TestFolded(t *testing.T) {
	for _, tt := range []struct {
		line string
		want string
	}{{"", ""}, {"abc", "abc"}, {"  indented and long", "  indented| and long"}, {"日本語日本語", "日本語日本|語"}} {
		if got := strings.Join(folded(tt.line, 10), "|"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.line, got, tt.want)
		}
	}
}
