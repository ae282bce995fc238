package site_test

import (
	"testing"

	"sensegate/internal/site"
)

func TestSecondApplication(t *testing.T) {
	tests := []struct {
		name               string
		publish            site.Publish
		internal, external string
	}{
		{
			name:     "the tenant's own suffix",
			publish:  site.Publish{InternalURL: "https://Sense.contoso.com/", ExternalURL: "https://sense-contoso.msappproxy.net/"},
			internal: "https://sense.contoso.com:4244/", external: "https://sensesignin-contoso.msappproxy.net/",
		},
		{
			name:     "plain http inside",
			publish:  site.Publish{InternalURL: "http://sense.contoso.com/", ExternalURL: "https://my-sense-contoso.msappproxy.us/"},
			internal: "http://sense.contoso.com:4248/", external: "https://my-sensesignin-contoso.msappproxy.us/",
		},
		{
			name:     "a domain of one's own",
			publish:  site.Publish{InternalURL: "https://sense.contoso.com/", ExternalURL: "https://my-sense.contoso.com/"},
			internal: "https://sense.contoso.com:4244/", external: "https://my-sense-signin.contoso.com/",
		},
		{
			name: "given",
			publish: site.Publish{
				InternalURL: "https://sense.contoso.com/", ExternalURL: "https://sense.contoso.com/",
				SecondExternalURL: "https://auth.contoso.com/",
			},
			internal: "https://sense.contoso.com:4244/", external: "https://auth.contoso.com/",
		},
		{name: "nothing given"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := site.Site{Publish: tt.publish}
			if got := s.SecondInternalURL(); got != tt.internal {
				t.Errorf("SecondInternalURL() = %q, want %q", got, tt.internal)
			}
			if got := s.SecondExternalURL(); got != tt.external {
				t.Errorf("SecondExternalURL() = %q, want %q", got, tt.external)
			}
		})
	}
}
