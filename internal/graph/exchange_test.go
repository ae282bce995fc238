package graph_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

const exchangeID = "0f6b2a52-7a55-4a83-9d0e-0c6a1c3b5e01"

// exchange is what Exchange's hybrid agent publishes in a tenant: it bears the
// tag of application proxy like any other.
func exchange(internal string) func(*entra.State) {
	return func(s *entra.State) {
		const appID = "0f6b2a52-7a55-4a83-9d0e-0c6a1c3b5e02"
		external := "https://" + exchangeID + ".resource.mailboxmigration.his.msappproxy.test/"
		s.Applications = append(s.Applications, entra.Application{
			ID: exchangeID, AppID: appID, DisplayName: exchangeID, SignInAudience: "AzureADMyOrg",
			IdentifierURIs: []string{strings.TrimRight(external, "/")}, Web: entra.Web{RedirectURIs: []string{external}},
			Publishing: &entra.Publishing{ExternalAuthenticationType: "passthru", InternalURL: internal, ExternalURL: external},
		})
		s.ServicePrincipals = append(s.ServicePrincipals, entra.ServicePrincipal{
			ID: "0f6b2a52-7a55-4a83-9d0e-0c6a1c3b5e03", AppID: appID, DisplayName: exchangeID, Enabled: true,
			Tags: []string{"WindowsAzureActiveDirectoryOnPremApp", "WindowsAzureActiveDirectoryIntegratedApp"},
		})
	}
}

// exchangeNow is everything that the tenant holds of it, to the letter.
func exchangeNow(t *testing.T, w *world) string {
	t.Helper()
	var out strings.Builder
	w.tenant.View(func(s *entra.State) {
		keep := func(v any) {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Error(err)
			}
			out.Write(raw)
		}
		i := slices.IndexFunc(s.Applications, func(a entra.Application) bool { return a.ID == exchangeID })
		j := slices.IndexFunc(s.ServicePrincipals, func(p entra.ServicePrincipal) bool { return p.DisplayName == exchangeID })
		if i < 0 || j < 0 {
			t.Error("it is gone")
			return
		}
		keep(s.Applications[i])
		keep(s.ServicePrincipals[j])
	})
	return out.String()
}

// Publishing, single sign-on and taking both back leave what belongs to
// Exchange as it was, also where it is in the way.
func TestExchangeIsNeverTouched(t *testing.T) {
	tests := []struct {
		name, internal string
		inTheWay       bool
	}{
		{name: "beside ours", internal: "https://exchange.contoso.test/"},
		{name: "an orphan on our internal URL", internal: internalURL, inTheWay: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.tenant.Update(exchange(tt.internal))
			before := exchangeNow(t, w)
			c := w.client(t, graph.SignInOptions{Prompt: ignore})
			writer := graph.NewWriter(c)
			if tt.inTheWay {
				_, err := writer.Publish(t.Context(), fact.PublishWish{Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL})
				if kindOf(err) != fact.Conflict || !strings.Contains(err.Error(), exchangeID) {
					t.Errorf("Publish() error = %v, want a conflict that names it", err)
				}
			} else {
				app := publish(t, c)
				if err := writer.SetSSO(t.Context(), app.ObjectID, fact.SSOWish{Mode: "onPremisesKerberos", SPN: contoso.SPN, Mapping: "onPremisesUserPrincipalName"}); err != nil {
					t.Fatal(err)
				}
				if now := exchangeNow(t, w); now != before {
					t.Errorf("publishing changed it:\n%s\n%s", before, now)
				}
				if err := writer.Unpublish(t.Context(), app.ObjectID); err != nil {
					t.Fatal(err)
				}
			}
			if now := exchangeNow(t, w); now != before {
				t.Errorf("it was\n%s\nand is\n%s", before, now)
			}
		})
	}
}
