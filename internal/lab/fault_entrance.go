package lab

import (
	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// entranceTraps stop the test user on the way from outside to the first page.
func entranceTraps() []trap {
	alice := func(code int) func(*Lab) error {
		return inTenant(func(s *entra.State) { s.SignInFailures[contoso.TestUser().UPN] = code })
	}
	return []trap{
		{
			Fault: Fault{
				ID: "verify-redirect-other", Step: "verify", Check: "verify.preauthentication", Cause: "verify.redirect-unregistered",
				Title: "application proxy asks Entra to come back to the address of before",
				Note:  "AADSTS50011 for everybody, though the external URL is registered: the publishing was moved to another name, and a part of the service still uses the old one.",
			},
			set: func(l *Lab) error {
				l.proxy.Update(func(s *appproxy.State) { s.Callback = "https://sense-old-contoso." + contoso.ProxySuffix + "/" })
				return nil
			},
		},
		{
			Fault: Fault{
				ID: "verify-no-consent", Step: "verify", Check: "verify.outside", Cause: "verify.no-consent", Unknown: true,
				Title: "the wizard's client may not open the application for the test user",
				Note:  "AADSTS65001: usual with Microsoft's own client. Nothing is wrong with the installation, and a browser shows it; to let the wizard see it too, somebody agrees once.",
			},
			set: inTenant(func(s *entra.State) {
				for i := range s.Clients {
					s.Clients[i].PublishedApps = false
				}
			}),
		},
		{
			Fault: Fault{
				ID: "verify-conditions", Step: "verify", Check: "verify.outside", Cause: "verify.sign-in-conditions", Unknown: true,
				Title: "conditional access stops the test user's sign-in from a program",
				Note:  "AADSTS53003 for this way of signing in. Whether people in browsers are stopped too is another question, which the sign-in log answers.",
			},
			set: alice(53003),
		},
		{
			Fault: Fault{
				ID: "verify-user-locked", Step: "verify", Check: "verify.outside", Cause: "verify.sign-in-refused",
				Title: "the test user's account in the tenant is locked",
				Note:  "AADSTS50053, after somebody tried the test user's password too often. Everything that can be read of the account looks healthy.",
			},
			set: alice(50053),
		},
	}
}
