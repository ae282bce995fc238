package winhost_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// TestParseRefusesEdits changes a good file in the ways that a hand, an editor
// or a careless copy does; what is said names the place and what to do.
func TestParseRefusesEdits(t *testing.T) {
	const os = `"os":{"name":"Windows","build":20348}`
	tests := []struct {
		name, from, to string
		want           []string
	}{
		{"a section twice, the sealed one last", `{"spnego"`, `{"os":{"name":"Windows","build":14393},"spnego"`, []string{"facts.os stands there twice", "line 2"}},
		{"a section twice, the sealed one first", os, os + `,"os":{"name":"Windows","build":14393}`, []string{"facts.os stands there twice"}},
		{"a value twice", `"build":20348`, `"build":14393,"build":20348`, []string{"facts.os.build stands there twice"}},
		{"a value twice, in other case", `"build":20348`, `"Build":14393,"build":20348`, []string{"facts.os.build stands there twice"}},
		{"the host twice", `"host":"conn01"`, `"host":"conn09","host":"conn01"`, []string{"host stands there twice"}},
		{"the host twice, in other case", `"host":"conn01"`, `"host":"conn01","HOST":"conn09"`, []string{"HOST stands there twice"}},
		{"a key of the head in other case", `"tool":"other"`, `"Tool":"other"`, []string{"the head", "take the file as collect wrote it"}},
		{"a key added beside the facts", `"facts":`, `"note":"approved","facts":`, []string{`the key "note" is none of collect's`}},
		{"a section renamed", `"os":{`, `"dotnet":{`, []string{"the section os is missing", `write "redacted"`}},
		{"a section emptied", os, `"os":null`, []string{"the section os was changed", `write "redacted"`}},
		{"withheld in other words", os, `"os":"REDACTED"`, []string{"the section os was changed", `write "redacted"`}},
		{"one value withheld", `20348`, `"redacted"`, []string{"the section os was changed", "whole value"}},
		{"a section added as withheld", `{"spnego"`, `{"clock":"redacted","spnego"`, []string{"the section clock was added"}},
		{"the sha256 of one section", `"adaeae70`, `"bdaeae70`, []string{"the section os was changed"}},
		{"the last sha256", `"ebb45e9f`, `"fbb45e9f`, []string{"the seal does not fit"}},
		{"nested without end", `"<kept & hashed>"`, strings.Repeat("[", 9000) + strings.Repeat("]", 9000), []string{"nested deeper than 32"}},
		{"a comma too many", `20348}`, `20348,}`, []string{"line 2 is no JSON"}},
		{"an escape sequence as a key", `"extra"`, `"\u001b[2Jx"`, []string{"the section extra is missing"}},
		{"an escape sequence as a key of the head", `"facts":`, `"\u001b[2Jx":1,"facts":`, []string{`the key "x"`}},
		{"a newer schema beyond any number", "evidence/v1", "evidence/v99999999999999999999", []string{"newer than this program", "collect with this one"}},
		{"an older schema", "evidence/v1", "evidence/v0", []string{"is not known"}},
		{"another program's file", "sensegate/evidence/v1", "nmap", []string{"no evidence that sensegate collected"}},
		{"a host of a thousand letters", `"conn01"`, `"` + strings.Repeat("a", 1000) + `"`, []string{"no host name"}},
		{"a list for the facts", `"facts":{`, `"facts":[],"more":{`, []string{"facts: decoding: a list stands where a group of keys belongs"}},
		{"a number for the tool", `"tool":"other"`, `"tool":7`, []string{"tool: decoding: a number stands where a text belongs"}},
		{"a time beyond the calendar", "2026-11-21T20:30:00Z", "9999-12-31T23:59:59-01:00", []string{"which is no time"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(foreign, tt.from, tt.to, 1)
			if text == foreign {
				t.Fatalf("%q is not in the file", tt.from)
			}
			refuses(t, []byte(text), tt.want...)
		})
	}
}

// refuses shows that a file is not taken, and why in words for people.
func refuses(t *testing.T, raw []byte, want ...string) {
	t.Helper()
	e, _, err := winhost.Parse(raw)
	if err == nil {
		t.Fatalf("it was taken: %+v", e)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %q, want %q in it", err, w)
		}
	}
	if len(err.Error()) > 1000 {
		t.Errorf("a sentence of %d characters", len(err.Error()))
	}
	for _, no := range []string{"json:", "Go struct", "winhost.", "!!", "\x1b", "\n", "\x00"} {
		if strings.Contains(err.Error(), no) {
			t.Errorf("this is no sentence for people: %q", err)
		}
	}
}

// TestParseOfForms reads what editors and copies make of the bytes of a file.
func TestParseOfForms(t *testing.T) {
	units := func(s string, swap bool) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if swap {
				out = append(out, byte(u>>8), byte(u))
				continue
			}
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	indented := func() []byte {
		var v any
		if err := json.Unmarshal([]byte(foreign), &v); err != nil {
			t.Fatal(err)
		}
		raw, err := json.MarshalIndent(v, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	wide := units(foreign, false)
	tests := []struct {
		name string
		raw  []byte
		want string // empty where it is taken
	}{
		{"UTF-16 with a mark", append([]byte{0xff, 0xfe}, wide...), ""},
		{"UTF-16 without a mark", wide, ""},
		{"UTF-16, the other way round, with a mark", append([]byte{0xfe, 0xff}, units(foreign, true)...), ""},
		{"UTF-16, the other way round, without a mark", units(foreign, true), ""},
		{"UTF-16, cut in the middle", wide[:len(wide)/2], "the file was cut off"},
		{"UTF-16, with a byte lost", wide[:len(wide)-1], "decoding"},
		{"UTF-16 that is marked as the other", append([]byte{0xfe, 0xff}, wide...), "no JSON"},
		{"written anew by an editor", indented(), ""},
		{"lines of Windows", []byte(strings.ReplaceAll(foreign, "\n", "\r\n") + "\r\n"), ""},
		{"as large as a file may be", pad(foreign, 1<<20), ""},
		{"one byte larger", pad(foreign, 1<<20+1), "larger than 1 MiB"},
		{"empty", nil, "it is empty"},
		{"blank", []byte(" \r\n\t"), "it is empty"},
		{"a mark and nothing else", []byte{0xef, 0xbb, 0xbf}, "it is empty"},
		{"one byte", []byte("{"), "the file was cut off"},
		{"zeros", make([]byte, 4096), "no JSON"},
		{"not UTF-8", []byte(strings.Replace(foreign, "other", "\xff\xfe", 1)), "not UTF-8"},
		{"a code page", []byte(strings.Replace(foreign, "other", "Gerät\xe4", 1)), "another encoding"},
		{"a list", []byte("[" + foreign + "]"), "a list stands where a group of keys belongs"},
		{"a word", []byte(`"redacted"`), "a text stands where a group of keys belongs"},
		{"a text behind it", []byte(foreign + "\nregards, Paul"), "something follows the evidence in line"},
		{"two files in one", []byte(foreign + "\n" + foreign), "import each file by itself"},
		{"a page of a proxy", []byte("<html>403</html>"), "no JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != "" {
				refuses(t, tt.raw, tt.want)
				return
			}
			if e, _, err := winhost.Parse(tt.raw); err != nil || e.OSBuild != 20348 {
				t.Errorf("%+v %v", e, err)
			}
		})
	}
}

// pad makes a text n bytes long without changing what it says.
func pad(s string, n int) []byte { return append([]byte(s), strings.Repeat(" ", n-len(s))...) }

// TestReadOfPlaces names what is wrong with a path that is no evidence file.
func TestReadOfPlaces(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.json")
	if err := os.WriteFile(good, []byte(foreign), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink(good, link); err != nil {
		t.Skip("no links here:", err)
	}
	if e, _, err := winhost.Read(link); err != nil || e.File != link {
		t.Errorf("through a link: %q %v", e.File, err)
	}
	tests := []struct{ name, path, want string }{
		{"a folder", dir, "it is a folder"},
		{"nothing", filepath.Join(dir, "nothing.json"), "no such file"},
		{"a name with an escape sequence", filepath.Join(dir, "\x1b[2J.json"), "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := winhost.Read(tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.want) && runtime.GOOS != "windows" {
				t.Fatalf("got %v", err)
			}
			if strings.Count(err.Error(), dir) != 1 || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("got %q", err)
			}
		})
	}
}

// TestRedaction withholds each section by itself, and all together: the seal
// holds, and what is gone is known as withheld and as nothing else.
func TestRedaction(t *testing.T) {
	full := sample()
	full.Proxy.WinHTTP, full.Agents, full.Qlik, full.Sync = "proxy:8080", []string{"x"}, &fact.QlikHost{}, &fact.SyncHost{Policy: "Delta"}
	raw, err := winhost.Encode(full, winhost.Origin{Site: "contoso"})
	if err != nil {
		t.Fatal(err)
	}
	without := func(t *testing.T, names ...string) fact.HostEvidence {
		t.Helper()
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			doc["facts"].(map[string]any)[n] = "redacted"
		}
		changed, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := winhost.Parse(changed)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	empty := func(t *testing.T, e fact.HostEvidence, name string) {
		t.Helper()
		if why := e.Missing(name); !strings.Contains(why, "redacted") {
			t.Errorf("%s: %q", name, why)
		}
	}
	for _, name := range fact.HostSections() {
		t.Run(name, func(t *testing.T) {
			e := without(t, name)
			empty(t, e, name)
			for _, other := range fact.HostSections() {
				if why := e.Missing(other); other != name && why != "" {
					t.Errorf("%s is gone as well: %s", other, why)
				}
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		e := without(t, fact.HostSections()...)
		for _, name := range fact.HostSections() {
			empty(t, e, name)
		}
		if e.Services != nil || e.OSBuild != 0 || e.Qlik != nil || e.Sync != nil || e.DomainJoined {
			t.Errorf("something came through: %+v", e)
		}
	})
}

// TestSeveralBrokenFiles are told of in one line.
func TestSeveralBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	s := site.Site{Evidence: []string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")}}
	_, err := winhost.NewHosts(s).Host(t.Context(), "conn01.contoso.test")
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "a.json") || !strings.Contains(err.Error(), "b.json") {
		t.Errorf("got %v", err)
	}
}
