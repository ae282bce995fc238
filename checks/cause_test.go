package checks_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/site"
)

func TestNewCatalogue(t *testing.T) {
	whole := func(id checks.CauseID) checks.Cause {
		return checks.Cause{ID: id, Title: "t", Because: "b", Fixes: []checks.Fix{{Who: checks.Yourself, Text: "do"}}}
	}
	without := func(change func(*checks.Cause)) checks.Cause {
		c := whole("a.one")
		change(&c)
		return c
	}
	tests := []struct {
		name  string
		lists [][]checks.Cause
		want  string
	}{
		{"nothing", nil, ""},
		{"two rooms", [][]checks.Cause{{whole("a.one"), whole("a.two")}, {whole("b.one")}}, ""},
		{"twice in a room", [][]checks.Cause{{whole("a.one"), whole("a.one")}}, "cause a.one: declared twice"},
		{"twice in the house", [][]checks.Cause{{whole("a.one")}, {whole("a.one")}}, "cause a.one: declared twice"},
		{"no id", [][]checks.Cause{{whole("")}}, "all needed"},
		{"no title", [][]checks.Cause{{without(func(c *checks.Cause) { c.Title = "" })}}, "cause a.one: title, because and a fix"},
		{"no because", [][]checks.Cause{{without(func(c *checks.Cause) { c.Because = "" })}}, "cause a.one"},
		{"no fix", [][]checks.Cause{{without(func(c *checks.Cause) { c.Fixes = nil })}}, "cause a.one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := checks.NewCatalogue(tt.lists...)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestVars(t *testing.T) {
	for name, v := range checks.Vars(completeSite()) {
		if v == "" && name != "prefix" { // empty is the default virtual proxy
			t.Errorf("a complete site leaves {%s} empty", name)
		}
	}
	want := map[string]string{
		"spn": "HTTP/sense.contoso.test", "account-name": "svc-qlik", "directory-user": "admin", "test-sam": "alice",
		"connector": "CONN01", "connector-host": "conn01.contoso.test", "realm": "CONTOSO.TEST",
		"external-host": "sense-contoso.msappproxy.net", "internal-host": "sense.contoso.test",
	}
	got := checks.Vars(completeSite())
	for name, w := range want {
		if got[name] != w {
			t.Errorf("{%s} is %q, want %q", name, got[name], w)
		}
	}
	if v := checks.Vars(site.Site{}); v["connector"] != "" || v["spn"] != "" {
		t.Errorf("an empty site fills %v", v)
	}
}

// TestForeignSiteFile shows that a site file cannot speak to the terminal.
func TestForeignSiteFile(t *testing.T) {
	s := completeSite()
	s.Publish.AppName, s.Publish.ConnectorGroup = "\x1b]0;owned\x07Qlik", "a\nrm -rf /"
	got := checks.Vars(s)
	if got["app"] != "?]0;owned?Qlik" || got["group"] != "a rm -rf /" {
		t.Errorf("%q, %q", got["app"], got["group"])
	}
}
