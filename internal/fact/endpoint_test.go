package fact_test

import (
	"strings"
	"testing"

	"sensegate/internal/fact"
)

// TestServiceEndpoints: each cloud has places of its own, and only a tenant's id
// one for itself.
func TestServiceEndpoints(t *testing.T) {
	const id = "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10"
	tests := []struct {
		name, cloud, tenant string
		has, hasNot         string
	}{
		{"global", "", id, id + ".bootstrap.msappproxy.net", ".us"},
		{"global, by name", "global", "contoso.onmicrosoft.com", "register.msappproxy.net", "bootstrap"},
		{"the US government's", "usgov", id, "login.microsoftonline.us", "msappproxy.net"},
		{"its defence's", "usdod", id, "ocsp.msocsp.us", "login.microsoftonline.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var names []string
			ports := map[int]int{}
			for _, e := range fact.ServiceEndpoints(tt.cloud, tt.tenant) {
				names = append(names, e.Host)
				ports[e.Port]++
			}
			if all := strings.Join(names, " ") + " "; !strings.Contains(all, tt.has) || strings.Contains(all, tt.hasNot+" ") || tt.hasNot == "bootstrap" && strings.Contains(all, tt.hasNot) {
				t.Errorf("got %s", all)
			}
			if ports[443] < 2 || ports[80] < 4 || len(ports) != 2 {
				t.Errorf("ports %v", ports)
			}
		})
	}
}
