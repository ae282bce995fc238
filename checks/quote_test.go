package checks_test

import (
	"os/exec"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/foreign"
)

// quotes are values that names in the three worlds may hold, and worse.
func quotes() []string {
	return []string{
		"", "plain", "HTTP/sense.contoso.test", `CONTOSO\svc-qlik`, `CONTOSO\my svc`, "alice@contoso.test", "a b", "-rf", "=x",
		"O'Brien", `say "hi"`, `ends with \`, `ends with two \\`, `\"`, `a\\"b`, "$HOME", "$(id)", "`id`", "a;b", "a&b", "a|b", "a<b>c", "a\nb",
		"100%", "%PATH%", "!x!", "^", "*", "?", "~", "#x", "{a,b}", "(x)", "[x]", "\u2018x\u2019", "'\u2019\u201a\u201b'", "Müller", "@{x='y'}", "\t",
	}
}

func TestQuoteForNobody(t *testing.T) {
	for _, shell := range []checks.Shell{checks.NoShell, checks.Portal, checks.QMC} {
		for _, v := range quotes() {
			if got := checks.Quote(v, shell); got != v {
				t.Errorf("for %q: %q became %q", shell, v, got)
			}
		}
	}
}

func TestQuoteLooks(t *testing.T) {
	tests := []struct {
		name, in string
		shell    checks.Shell
		want     string
	}{
		{"a plain word in cmd", "HTTP/sense.contoso.test", checks.Cmd, "HTTP/sense.contoso.test"},
		{"an account in cmd", `CONTOSO\qlik`, checks.Cmd, `CONTOSO\qlik`},
		{"a blank in cmd", `CONTOSO\my svc`, checks.Cmd, `"CONTOSO\my svc"`},
		{"nothing in cmd", "", checks.Cmd, `""`},
		{"a closing backslash in cmd", `C:\my dir\`, checks.Cmd, `"C:\my dir\\"`},
		{"a variable in cmd", "%PATH%", checks.Cmd, `"%%PATH%%"`},
		{"always in PowerShell", "plain", checks.PowerShell, "'plain'"},
		{"an apostrophe in PowerShell", "O'Brien", checks.PowerShell, "'O''Brien'"},
		{"a typographic apostrophe in PowerShell", "O\u2019Brien", checks.PowerShell, "'O\u2019\u2019Brien'"},
		{"a plain word in bash", "HTTP/sense.contoso.test", checks.Bash, "HTTP/sense.contoso.test"},
		{"an account in bash", `CONTOSO\qlik`, checks.Bash, `'CONTOSO\qlik'`},
		{"an apostrophe in bash", "O'Brien", checks.Bash, `'O'\''Brien'`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := checks.Quote(tt.in, tt.shell); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzQuote gives each quoted value to its shell, or to a reader that follows
// the shell's written rules, and wants the value back as one argument.
func FuzzQuote(f *testing.F) {
	for _, v := range quotes() {
		f.Add(v)
	}
	bash, missing := exec.LookPath("bash")
	if missing != nil && foreign.Required() {
		foreign.Missing(f, "bash", "the package bash")
	}
	f.Fuzz(func(t *testing.T, v string) {
		if missing == nil && !strings.Contains(v, "\x00") { // no argument can hold it
			out, err := exec.CommandContext(t.Context(), bash, "--norc", "-c", "printf %s "+checks.Quote(v, checks.Bash)).Output()
			if err != nil || string(out) != v {
				t.Errorf("bash makes %q of %q (%s): %v", out, v, checks.Quote(v, checks.Bash), err)
			}
		}
		if got, ok := readPowerShell(checks.Quote(v, checks.PowerShell)); !ok || got != strings.ToValidUTF8(v, "\ufffd") {
			t.Errorf("PowerShell makes %q of %q (%s)", got, v, checks.Quote(v, checks.PowerShell))
		}
		if got, ok := readWindows(strings.ReplaceAll(checks.Quote(v, checks.Cmd), "%%", "%")); !strings.Contains(v, "%%") && (!ok || got != v) {
			t.Errorf("a Windows program is given %q for %q (%s)", got, v, checks.Quote(v, checks.Cmd))
		}
		if q := checks.Quote(v, checks.Cmd); bareInCmd(q) {
			t.Errorf("cmd.exe would read more than a word in %s", q)
		}
	})
}

// readPowerShell reads a verbatim string as the PowerShell language
// specification, 2.3.5.2.1, has it: any single quote character ends it unless
// another follows, which then stands for one.
func readPowerShell(s string) (string, bool) {
	quote := func(r rune) bool { return strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) }
	in := []rune(strings.ToValidUTF8(s, "\ufffd"))
	if len(in) < 2 || in[0] != '\'' {
		return "", false
	}
	var out strings.Builder
	for i := 1; i < len(in); i++ {
		if !quote(in[i]) {
			out.WriteRune(in[i])
			continue
		}
		if i == len(in)-1 {
			return out.String(), true
		}
		i++
		if !quote(in[i]) {
			return "", false
		}
		out.WriteRune(in[i-1])
	}
	return "", false
}

// readWindows reads one argument as Microsoft's C runtime does: backslashes
// count only before a quotation mark, and two marks within marks are one.
func readWindows(s string) (string, bool) {
	var out strings.Builder
	marked := false
	for i := 0; i < len(s); i++ {
		slashes := 0
		for ; i < len(s) && s[i] == '\\'; i++ {
			slashes++
		}
		switch {
		case i == len(s):
			out.WriteString(strings.Repeat(`\`, slashes))
		case s[i] != '"':
			out.WriteString(strings.Repeat(`\`, slashes) + s[i:i+1])
			if !marked && (s[i] == ' ' || s[i] == '\t') {
				return "", false // a second argument begins
			}
		case slashes%2 == 1:
			out.WriteString(strings.Repeat(`\`, slashes/2) + `"`)
		case marked && i+1 < len(s) && s[i+1] == '"':
			out.WriteString(strings.Repeat(`\`, slashes/2) + `"`)
			i++
		default:
			out.WriteString(strings.Repeat(`\`, slashes/2))
			marked = !marked
		}
	}
	return out.String(), !marked
}

// bareInCmd tells whether cmd.exe, which knows quotation marks alone, sees one
// of its own signs outside of them.
func bareInCmd(s string) bool {
	marked := false
	for _, r := range s {
		switch {
		case r == '"':
			marked = !marked
		case !marked && strings.ContainsRune("&|<>^()", r):
			return true
		}
	}
	return marked
}

func TestFill(t *testing.T) {
	values := map[string]string{"spn": "HTTP/sense.contoso.test", "account": `CONTOSO\O'Brien`, "group": "{spn}"}
	tests := []struct {
		name, text string
		shell      checks.Shell
		want       string
	}{
		{"nothing to fill", "setspn -Q *", checks.Cmd, "setspn -Q *"},
		{"for cmd", "setspn.exe -U -S {spn} {account}", checks.Cmd, `setspn.exe -U -S HTTP/sense.contoso.test "CONTOSO\O'Brien"`},
		{"within braces of the language", "Set-ADUser -ServicePrincipalNames @{Add={spn}}", checks.PowerShell, "Set-ADUser -ServicePrincipalNames @{Add='HTTP/sense.contoso.test'}"},
		{"for PowerShell", "Get-ADUser {account}", checks.PowerShell, `Get-ADUser 'CONTOSO\O''Brien'`},
		{"for people", "Ask about {account}.", checks.NoShell, `Ask about CONTOSO\O'Brien.`},
		{"a value is not filled again", "Move it to {group}.", checks.NoShell, "Move it to {spn}."},
		{"what has no value stays to be seen", "Look at {holder}.", checks.NoShell, "Look at {holder}."},
		{"several", "{spn} {spn}", checks.NoShell, "HTTP/sense.contoso.test HTTP/sense.contoso.test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := checks.Fill(tt.text, values, tt.shell); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzFill shows that no value can leave its place in a command.
func FuzzFill(f *testing.F) {
	for _, v := range quotes() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		values := map[string]string{"account": v}
		for _, shell := range []checks.Shell{checks.PowerShell, checks.Cmd, checks.Bash, checks.NoShell} {
			if got, want := checks.Fill("do {account} now", values, shell), "do "+checks.Quote(v, shell)+" now"; got != want {
				t.Errorf("for %q: got %q, want %q", shell, got, want)
			}
		}
	})
}
