package lab_test

import (
	"net/http"
	"strings"
	"testing"

	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
)

// TestSecondApplicationFromOutside follows an old release's redirect to its
// sign-in port, which leads through the second application: outside the
// internal address would be dead.
func TestSecondApplicationFromOutside(t *testing.T) {
	const authHost = "sensesignin-contoso." + contoso.ProxySuffix
	b := open(t, start(t, lab.Options{Finished: true, Variants: []string{"old-release"}, Faults: []string{"sso-off"}}))
	p := b.signIn()
	if p.url.Hostname() != authHost || !strings.HasPrefix(p.url.Path, "/windows_authentication") || p.status != http.StatusUnauthorized {
		t.Errorf("ended at %s with %d: %s", p.url, p.status, p.body)
	}
	if schemes := p.header.Values("WWW-Authenticate"); len(schemes) == 0 || !strings.HasPrefix(schemes[0], "Negotiate") {
		t.Errorf("the sign-in port asks for %q", schemes)
	}
}
