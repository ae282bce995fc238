package site_test

import (
	"strings"
	"testing"

	"sensegate/internal/site"
)

func TestNameServer(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "10.1.0.5": "10.1.0.5:53", "10.1.0.5:5353": "10.1.0.5:5353", "fd00::5": "[fd00::5]:53", "[fd00::5]:53": "[fd00::5]:53",
	} {
		s := site.Site{DNS: given}
		if got := s.NameServer(); got != want {
			t.Errorf("NameServer(%q) = %q, want %q", given, got, want)
		}
		for _, p := range s.Problems() {
			if p.Path == "dns" {
				t.Errorf("%q is refused: %s", given, p)
			}
		}
	}
	for _, bad := range []string{"dc1.contoso.com", "10.1.0", "10.1.0.5:", "https://10.1.0.5"} {
		found := false
		for _, p := range (site.Site{DNS: bad}).Problems() {
			found = found || p.Path == "dns" && strings.Contains(p.Text, "name server")
		}
		if !found {
			t.Errorf("%q is accepted", bad)
		}
	}
}
