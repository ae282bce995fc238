package site_test

import (
	"testing"

	"sensegate/internal/site"
)

func TestClouds(t *testing.T) {
	tests := []struct {
		name         string
		entra        site.Entra
		login, graph string
		refused      bool
	}{
		{name: "not told", login: "https://login.microsoftonline.com/", graph: "https://graph.microsoft.com"},
		{name: "GCC High", entra: site.Entra{Cloud: site.CloudUSGov}, login: "https://login.microsoftonline.us/", graph: "https://graph.microsoft.us"},
		{name: "DoD", entra: site.Entra{Cloud: site.CloudDoD}, login: "https://login.microsoftonline.us/", graph: "https://dod-graph.microsoft.us"},
		{name: "China", entra: site.Entra{Cloud: site.CloudChina}, login: "https://login.chinacloudapi.cn/", graph: "https://microsoftgraph.chinacloudapi.cn", refused: true},
		{name: "a private one", entra: site.Entra{Authority: "https://login.entra.test", Graph: "https://graph.entra.test/"}, login: "https://login.entra.test/", graph: "https://graph.entra.test"},
		{name: "misspelt", entra: site.Entra{Cloud: "moon"}, refused: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := site.Site{Entra: tt.entra}
			if s.LoginURL() != tt.login || s.GraphURL() != tt.graph {
				t.Errorf("%q, %q, want %q, %q", s.LoginURL(), s.GraphURL(), tt.login, tt.graph)
			}
			if err := site.CheckCloud(tt.entra.Cloud); (err != nil) != tt.refused {
				t.Errorf("CheckCloud() = %v", err)
			}
		})
	}
}
