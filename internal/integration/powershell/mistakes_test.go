package powershell_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/collect"
	"sensegate/internal/winhost"
)

// mistakesShow puts mistakes into the script that are easily made in
// PowerShell: each has to show, or running it would prove nothing.
func mistakesShow(t *testing.T, e *evaluator, s *servers) {
	t.Helper()
	d := healthy(s)
	d.channels[admin].Events = []event{logged(13019, yesterday, "No ticket.", "user=alice")}
	d.files[traces+"MicrosoftEntraPrivateNetworkConnectorService_2.log"] = file{"bearer abcdefghijklmnopqrstuvwxyz failed to go\r\n", yesterday}
	without := options()
	without.Without = []string{"egress"}
	whole := collect.Script(without)
	right, why := evidenceOf(t, e, d, whole)
	if why != "" {
		t.Fatal(why)
	}
	for _, m := range []struct{ name, old, wrong string }{
		{"a list of one without its comma", "    $all += , @{ file = $f.FullName;", "    $all = @{ file = $f.FullName;"},
		{"a list that is none when it has one line", "$lines = @($lines | ForEach-Object { Hide-Secret $_ } | ForEach-Object { $_.Substring(0, [Math]::Min(1000, $_.Length)) })", "$lines = $lines | ForEach-Object { Hide-Secret $_ } | ForEach-Object { $_.Substring(0, [Math]::Min(1000, $_.Length)) }"},
		{"a variable of the section instead of the script's", "if ($n -eq 'WAPCSvc') { $script:connector = $s }", "if ($n -eq 'WAPCSvc') { $connector = $s }"},
		{"single quotes", `"$settings\WinHttp" 'EnableDefaultHTTP2'`, `'$settings\WinHttp' 'EnableDefaultHTTP2'`},
		{"a property that is misspelt", "display = [string]$s.DisplayName", "display = [string]$s.DisplayNam"},
		{"a comparison in the wrong case", "$c -ceq '\"' -or $c -ceq '\\'", "$c -ceq '/'"},
		{"a digest of something else", "$link = Get-Sum \"$link $name $($digests[$name])\"", "$link = Get-Sum \"$link $name $digests[$name]\""},
		{"a sort by culture", "[Array]::Sort($keys, [StringComparer]::Ordinal)", "[Array]::Reverse($keys)"},
		{"a secret let through", "ForEach-Object { Hide-Secret $_ } | ", ""},
		{"Latin instead of UTF-8", "(New-Object Text.UTF8Encoding $false))", "[Text.Encoding]::Unicode, 1)"},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			broken := strings.Replace(whole, m.old, m.wrong, 1)
			if broken == whole {
				t.Fatalf("the script has no %s", m.old)
			}
			if got, why := evidenceOf(t, e, d, broken); why == "" && cmp.Equal(right, got) {
				t.Error("it does not show")
			}
		})
	}
}

// evidenceOf is what a script finds, without its times, or why there is nothing.
func evidenceOf(t *testing.T, e *evaluator, d *described, text string) (found map[string]any, why string) {
	t.Helper()
	dir := t.TempDir()
	if r := e.run(t, d, dir, text, "-Output", "evidence.json"); r.code != 0 {
		return nil, r.output
	}
	raw, err := os.ReadFile(filepath.Join(dir, "c", "collect", "evidence.json"))
	if err != nil {
		return nil, err.Error()
	}
	h, _, err := winhost.Parse(raw)
	if err != nil {
		return nil, err.Error()
	}
	return map[string]any{"services": h.Services, "http2": h.HTTP2, "events": h.Events, "traces": h.Traces, "version": h.Version, "proxy": h.Proxy, "tls": h.TLS12Client, "os": h.OSBuild, "spnego": h.SPNEGO}, ""
}

// ownFileAlone shows what it does where a file is already, or
// no folder.
func ownFileAlone(t *testing.T, e *evaluator, s *servers) {
	t.Helper()
	o := options()
	o.Without = []string{"egress", "backend", "clock", "proxy"}
	text := collect.Script(o)
	for _, tt := range []struct {
		name, output string
		files        map[string]string
		code         int
		written      string // where the evidence is afterwards
	}{
		{"a name", "evidence.json", nil, 0, `C:\collect\evidence.json`},
		{"a path", `C:\elsewhere\host 1.json`, map[string]string{`C:\elsewhere\x`: ""}, 0, `C:\elsewhere\host 1.json`},
		{"no name", "", nil, 0, `C:\collect\evidence.json`},
		{"former evidence", "evidence.json", map[string]string{`C:\collect\evidence.json`: `{"schema":"sensegate/evidence/v1"}`}, 0, `C:\collect\evidence.json`},
		{"somebody else's file", "notes.txt", map[string]string{`C:\collect\notes.txt`: "mine"}, 1, ""},
		{"no such folder", `C:\nowhere\x.json`, nil, 1, ""},
		{"a folder", `C:\collect`, nil, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := healthy(s)
			for path, content := range tt.files {
				d.files[path] = file{content, yesterday}
			}
			args := []string{"-Output", tt.output}
			if tt.output == "" {
				args = nil
			}
			r := e.run(t, d, dir, text, args...)
			if r.code != tt.code {
				t.Fatalf("%d: %s", r.code, r.output)
			}
			after := contents(t, filepath.Join(dir, "c"))
			for path, f := range d.files {
				if path != tt.written && after[path] != f.content {
					t.Errorf("%s was changed", path)
				}
			}
			if tt.written == "" {
				return
			}
			if _, _, err := winhost.Parse([]byte(after[tt.written])); err != nil {
				t.Errorf("%s: %v", tt.written, err)
			}
			if len(after) != len(d.files) && len(after) != len(d.files)+1 {
				t.Errorf("it left more than its file: %d files, %d before", len(after), len(d.files))
			}
		})
	}
}

// contents are the files below a drive, by their paths on Windows.
func contents(t *testing.T, drive string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(drive, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		out[`C:`+strings.ReplaceAll(strings.TrimPrefix(path, drive), "/", `\`)] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
