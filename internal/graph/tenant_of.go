package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// TenantOf asks the sign-in service to which tenant a domain belongs, by its
// id; empty where it belongs to none. Nobody signs in for that: it is in the
// provider metadata, whose address may hold a domain in place of the tenant
// (OpenID Connect Discovery 1.0, section 4).
func TenantOf(ctx context.Context, d *netprobe.Dialer, s site.Site, domain string) (string, error) {
	at := s.LoginURL() + url.PathEscape(domain) + "/v2.0/.well-known/openid-configuration"
	page, err := netprobe.Get(ctx, d.HTTPClient(netprobe.ClientOptions{}), at, nil)
	if err != nil {
		return "", netprobe.Classify(entraSystem, "asking for the tenant of "+netprobe.Clean(domain), err)
	}
	if page.Status != http.StatusOK {
		return "", nil // a domain of no tenant is refused
	}
	var metadata struct {
		Issuer string `json:"issuer"`
	}
	if err := json.Unmarshal(page.Body, &metadata); err != nil {
		return "", fmt.Errorf("reading the metadata of the tenant of %s: %w", netprobe.Clean(domain), err)
	}
	u, err := url.Parse(metadata.Issuer)
	if err != nil {
		return "", fmt.Errorf("reading the metadata of the tenant of %s: %w", netprobe.Clean(domain), err)
	}
	id, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	return netprobe.Clean(id), nil
}
