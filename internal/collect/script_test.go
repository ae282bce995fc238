package collect_test

import (
	"regexp"
	"strings"
	"testing"

	"sensegate/internal/collect"
)

func TestScriptIsFilledIn(t *testing.T) {
	s := collect.Script(collect.ScriptOptions{Tool: "1.0", Site: "o'hara", Tenant: "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10", Backends: []string{"sense.contoso.test"}})
	for _, want := range []string{"$site = 'o''hara'", "@('sense.contoso.test')", "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10.bootstrap.msappproxy.net:443", "'WAPCSvc'", "\r\n"} {
		if !strings.Contains(s, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
	for _, never := range []string{"Set-ItemProperty", "New-ItemProperty", "Remove-Item", "Invoke-Expression", "Set-Service", "Restart-"} {
		if strings.Contains(s, never) {
			t.Errorf("the script holds %q", never)
		}
	}
	if left := regexp.MustCompile(`'@\w+@'`).FindString(s); left != "" {
		t.Errorf("%s was not filled in", left)
	}
}

// TestScriptIsASCII shows that names survive whatever code page the script is
// read in.
func TestScriptIsASCII(t *testing.T) {
	for _, tt := range []struct{ name, site, want string }{
		{"plain", "contoso", "$site = 'contoso'"},
		{"empty", "", "$site = ''"},
		{"a sum in plain words", "a + b", "$site = 'a + b'"},
		{"an apostrophe", "o'hara", "$site = 'o''hara'"},
		{"one letter", "é", "$site = ('' + [char]233)"},
		{"in the middle", "Zürich 'Süd'", "$site = ('Z' + [char]252 + 'rich ''S' + [char]252 + 'd''')"},
		{"two in a row", "äö", "$site = ('' + [char]228 + [char]246)"},
		{"PowerShell's other apostrophes", "a\u2019; Remove-Item x", "$site = ('a' + [char]8217 + '; Remove-Item x')"},
		{"beyond two bytes", "\U0001f600!", "$site = ('' + [char]55357 + [char]56832 + '!')"},
		{"an end of line", "a\nb", "$site = 'ab'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := collect.Script(collect.ScriptOptions{Site: tt.site})
			if !strings.Contains(s, "\r\n"+tt.want+"\r\n") {
				t.Errorf("the script lacks %s", tt.want)
			}
		})
	}
}
