package powershell_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/collect"
	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/steps"
)

// parsed is what the grammar found in a text.
type parsed struct {
	File         string   `json:"file"`
	Nodes        int      `json:"nodes"`
	Errors       []string `json:"errors"`
	Commands     []string `json:"commands"`
	Functions    []string `json:"functions"`
	Calls        []string `json:"calls"`
	Types        []string `json:"types"`
	Redirections []string `json:"redirections"`
}

// parse runs the grammar over texts, by name.
func parse(t *testing.T, texts map[string]string) map[string]parsed {
	t.Helper()
	modules := foreign.Modules(t, filepath.Join("tree-sitter-powershell", "tree-sitter-powershell.wasm"), "web-tree-sitter")
	dir := t.TempDir()
	// Without the flag it would wait for seconds until the grammar is optimised.
	args := []string{"--liftoff-only", filepath.Join("testdata", "parse.cjs")}
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, wrong.String())
	}
	all := map[string]parsed{}
	for d := json.NewDecoder(&out); d.More(); {
		var p parsed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(p.File)] = p
	}
	if len(all) != len(texts) {
		t.Fatalf("%d of %d texts were parsed", len(all), len(texts))
	}
	return all
}

// TestWhatIsCompiled shows that the only code of Windows which the script calls
// by a declaration of its own looks for proxy settings, and that a file is opened
// to be read.
func TestWhatIsCompiled(t *testing.T) {
	text := collect.Script(collect.ScriptOptions{})
	var declared []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "extern") {
			declared = append(declared, strings.TrimSpace(line))
		}
	}
	want := []string{
		"public static extern bool WinHttpDetectAutoProxyConfigUrl(uint how, out IntPtr address);",
		"public static extern IntPtr GlobalFree(IntPtr memory);",
	}
	if diff := cmp.Diff(want, declared); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(text, "[IO.File]::Open($path, 'Open', 'Read', ") {
		t.Error("files are not opened for reading alone")
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			t.Fatalf("byte %d is not ASCII: what a code page makes of it is not known", i)
		}
	}
}

// reading are the commands that change nothing, besides all that Get and Test
// something.
func reading() []string {
	return []string{
		"ForEach-Object", "Where-Object", "Select-Object", "Sort-Object", "New-Object", "Join-Path", "Split-Path",
		"Resolve-DnsName", "Write-Host", "Set-StrictMode", "Add-Type",
	}
}

// calls are the methods that the script calls: of texts, of connections that it
// has opened, and one that writes its own file.
func calls() []string {
	return strings.Fields(`Add AddSeconds Append AuthenticateAsClient Build Clone Close Combine ComputeHash Connect ConnectAsync Contains Copy Create Dispose EndsWith
		ExpandEnvironmentVariables GetAttribute GetBaseException GetBytes GetEnumerator GetHostAddresses GetIPGlobalProperties GetNameInfo GetPublicKey
		GetRequestStream GetResponse GetResponseStream GetStream GetString GetValue GlobalFree IndexOf IsHighSurrogate IsLowSurrogate IsSurrogate LoadXml
		Max Min Open OpenBaseKey OpenSubKey PtrToStringUni Read ReadByte Receive Remove Replace Round Seek SelectNodes SelectSingleNode Send Sort Split
		StartsWith Substring ToArray ToLowerInvariant ToString ToUInt16 ToUInt32 ToUniversalTime ToXml Translate Trim TrimStart Wait WinHttpDetectAutoProxyConfigUrl
		Write WriteAllText`)
}

// TestTheScriptParses shows that the script is PowerShell, with every placeholder
// filled in and with values that try to break out, and that it only reads.
func TestTheScriptParses(t *testing.T) {
	hostile := `a'b"c$(Remove-Item x)` + "`; \u2019d"
	got := parse(t, map[string]string{
		"plain.ps1": collect.Script(collect.ScriptOptions{Tool: "1.0", Site: "contoso", Tenant: "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10", Controller: "dc1.contoso.test", Backends: []string{"sense.contoso.test"}}),
		"empty.ps1": collect.Script(collect.ScriptOptions{}),
		"odd.ps1":   collect.Script(collect.ScriptOptions{Tool: hostile, Site: hostile, Controller: hostile, Backends: []string{hostile, hostile}, Without: []string{hostile}}),
		// What must be found, so that the test can fail.
		"bad.ps1": "Remove-Item x; [IO.File]::Delete('y'); if ($a { 'x' > z.txt",
	})
	if bad := got["bad.ps1"]; len(bad.Errors) == 0 || !slices.Contains(bad.Commands, "Remove-Item") || !slices.Contains(bad.Calls, "Delete") {
		t.Errorf("the grammar does not see what is wrong: %+v", bad)
	}
	for _, name := range []string{"plain.ps1", "empty.ps1", "odd.ps1"} {
		p := got[name]
		if len(p.Errors) > 0 || p.Nodes < 1000 {
			t.Errorf("%s: %d nodes, %v", name, p.Nodes, p.Errors)
		}
		harmless(t, name, p)
		if n := count(p.Calls, "WriteAllText"); n != 1 {
			t.Errorf("%s writes %d files, want one", name, n)
		}
		// What is compiled by it are two functions of Windows: one looks for proxy
		// settings, one gives back the memory that held them.
		if n, m := count(p.Commands, "Add-Type"), count(p.Calls, "Open"); n != 1 || m != 1 {
			t.Errorf("%s compiles %d texts and opens %d files, want one each", name, n, m)
		}
	}
}

// harmless complains of whatever could change a machine.
func harmless(t *testing.T, name string, p parsed) {
	t.Helper()
	for _, c := range p.Commands {
		verb, _, _ := strings.Cut(c, "-")
		own := slices.Contains(p.Functions, c)
		if verb != "Get" && verb != "Test" && !own && !slices.Contains(reading(), c) {
			t.Errorf("%s runs %s", name, c)
		}
	}
	for _, c := range p.Calls {
		if !slices.Contains(calls(), c) {
			t.Errorf("%s calls the method %s", name, c)
		}
	}
	for _, c := range p.Types {
		for _, never := range []string{"Process", "Reflection", "Management.Automation", "ScriptBlock", "Runtime", "WebClient", "Marshal"} {
			if strings.Contains(c, never) && c != "Runtime.InteropServices.Marshal" {
				t.Errorf("%s uses the type %s", name, c)
			}
		}
	}
	if len(p.Redirections) > 0 {
		t.Errorf("%s writes by redirection: %v", name, p.Redirections)
	}
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

// TestEveryPastedCommandParses shows that what the wizard asks people to run in
// PowerShell is PowerShell, and changes nothing.
func TestEveryPastedCommandParses(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	s := l.Site()
	env := checks.NewEnv(s, time.Now, nil)
	texts, seen := map[string]string{}, map[string]bool{}
	for _, st := range steps.Order(steps.Ports{}) {
		for _, c := range st.Checks {
			if c.Proof == nil {
				continue
			}
			for i, a := range c.Proof.Ask(env) {
				text := checks.Fill(a.Command, checks.Vars(s), a.Shell)
				// The grammar cannot read bare lists of names, which Format-List takes.
				if a.Shell == checks.PowerShell && !seen[text] && (!strings.Contains(text, "Format-List ") || strings.Contains(text, "Format-List (")) {
					seen[text] = true
					texts[fmt.Sprintf("%s-%d.ps1", c.ID, i)] = text
				}
			}
		}
	}
	if len(texts) < 4 {
		t.Fatalf("only %d commands", len(texts))
	}
	for name, p := range parse(t, texts) {
		if len(p.Errors) > 0 {
			t.Errorf("%s: %v\n%s", name, p.Errors, texts[name])
		}
		for _, c := range p.Commands {
			verb, _, _ := strings.Cut(c, "-")
			for _, never := range []string{"Set", "New-Item", "Remove", "Add", "Start", "Stop", "Restart", "Invoke", "Clear", "Enable", "Disable", "Register"} {
				if verb == never || c == never {
					t.Errorf("%s runs %s", name, c)
				}
			}
		}
	}
}
