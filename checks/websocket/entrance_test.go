package websocket_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// TestErrorPages explains each error page of application proxy by its status
// and words, and keeps the transaction that support asks for.
func TestErrorPages(t *testing.T) {
	tests := []struct{ code, text, means string }{
		{"GatewayTimeout", "This corporate app can't be accessed right now.", "no connector"},
		{"BadGateway", "This corporate app can't be accessed right now.", "does not reach Qlik"},
		{"BadGateway", "Incorrect Kerberos constrained delegation configuration in your on-premises environment.", "delegation"},
		{"Forbidden", "You are not assigned to the application.", "not assigned"},
		{"Forbidden", "The user could not be authorized in the on-premises Active Directory.", "Windows Authorization Access Group"},
		{"Forbidden", "This corporate app can't be accessed.", "13022"},
		{"Forbidden", "You aren't authorized: it needs a Premium license.", "P1 or P2"},
		{"InternalServerError", "ConnectorError:Unauthorized", "TLS inspection"},
		{"InternalServerError", "Something failed.", "transaction id"},
		{"NotFound", "The host name could not be found.", "CNAME"},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.means, func(t *testing.T) {
			w := healthy()
			w.fails["outside"] = &fact.Error{Kind: fact.Refused, System: "application proxy", Op: "signing in from outside", Code: tt.code, Text: tt.text, RequestID: "1b2c"}
			r := room(w)
			got := r.Ask(t, "verify.outside", checkstest.Site(), facts(w))
			r.Hold(t, got, checkstest.Want{Status: checks.Fail, Cause: "verify.gateway-error", Seen: tt.code})
			if got.Row("transaction id") != "1b2c" || got.Row("code") != tt.code || !strings.Contains(got.Row("what it means"), tt.means) {
				t.Errorf("evidence %v, want the transaction and %q", got.Evidence, tt.means)
			}
		})
	}
}

// TestLoginOfTheCloud compares with the sign-in host of the site's cloud.
func TestLoginOfTheCloud(t *testing.T) {
	w := healthy()
	s := checkstest.Site()
	s.Entra.Authority, s.Entra.Cloud = "", "usgov"
	r := room(w)
	r.Hold(t, r.Ask(t, "verify.preauthentication", s, facts(w)), checkstest.Want{Status: checks.Fail, Cause: "verify.other-login"})
	w.stranger.Final = strings.Replace(w.stranger.Final, "login.microsoftonline.com", "login.microsoftonline.us", 1)
	r = room(w)
	r.Hold(t, r.Ask(t, "verify.preauthentication", s, facts(w)), checkstest.Want{Status: checks.Pass})
}
