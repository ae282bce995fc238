package graph

import (
	"slices"
	"testing"

	"sensegate/internal/site"
)

// TestClouds asks each cloud at its own hosts, for its own scopes, and from its
// own template; one that nobody has confirmed is refused.
func TestClouds(t *testing.T) {
	tests := []struct {
		cloud, login, scope, template string
		refused                       bool
	}{
		{cloud: "", login: "https://login.microsoftonline.com/", scope: "https://graph.microsoft.com/Directory.Read.All", template: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"},
		{cloud: site.CloudUSGov, login: "https://login.microsoftonline.us/", scope: "https://graph.microsoft.us/Directory.Read.All", template: "4602d0b4-76bb-404b-bca9-2652e1a39c6d"},
		{cloud: site.CloudDoD, login: "https://login.microsoftonline.us/", scope: "https://dod-graph.microsoft.us/Directory.Read.All", template: "4602d0b4-76bb-404b-bca9-2652e1a39c6d"},
		{cloud: site.CloudChina, login: "https://login.chinacloudapi.cn/", scope: "https://microsoftgraph.chinacloudapi.cn/Directory.Read.All", refused: true},
	}
	for _, tt := range tests {
		t.Run("cloud "+tt.cloud, func(t *testing.T) {
			c := &Client{site: site.Site{Entra: site.Entra{Cloud: tt.cloud}}}
			if got := authority(c.site); got != tt.login {
				t.Errorf("people sign in at %s, want %s", got, tt.login)
			}
			if got := c.scopes("Directory.Read.All"); !slices.Equal(got, []string{tt.scope}) {
				t.Errorf("scopes %q, want %s", got, tt.scope)
			}
			template, err := templateOf(c.endpoint())
			if template != tt.template || (err != nil) != tt.refused {
				t.Errorf("template %q, %v; want %q", template, err, tt.template)
			}
		})
	}
}
