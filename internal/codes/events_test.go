package codes_test

import (
	"strings"
	"testing"

	"sensegate/internal/codes"
)

// TestConnectorEvents: every confirmed id leads to a cause, what another product
// documents is told as such, and nothing is made up of the others.
func TestConnectorEvents(t *testing.T) {
	tests := []struct{ id, means, cause string }{
		{"1000", "certificate has expired", "connector.certificate-expired"},
		{"12008", "too many kerberos", "kerberos.refused"},
		{"12027", "together with 13019", "delegation.proxy-refused"},
		{"13016", "no user name", "sso.mapping-wrong"},
		{"13019", "on behalf of the user", "delegation.proxy-refused"},
		{"13020", "not defined", "spn.missing"},
		{"13022", "401", "kerberos.refused"},
		{"24029", "name that was used", "sso.mapping-wrong"},
		{"13001", "not confirmed for the connector", ""},
		{"13007", "answered too late", ""},
		{"32008", "no public document", ""},
		{"32005", "no public document", ""},
		{"24028", "no public document", ""},
		{"205", "weak encryption", "spn.no-aes"},
		{"201", "only rc4", "spn.no-aes"},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			for _, typed := range []string{"event " + tt.id, "Event ID " + tt.id} {
				got := codes.Find(typed)
				if len(got) != 1 || !strings.Contains(strings.ToLower(got[0].Means), tt.means) || got[0].Cause != tt.cause {
					t.Errorf("%q found %+v", typed, got)
				}
			}
		})
	}
}
