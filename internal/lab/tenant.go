package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// tenant shows the lab's Entra to its application proxy. It looks the tenant up
// when asked, because the two are made side by side.
type tenant struct{ lab *Lab }

// ByHost finds what is published under an external host.
func (t tenant) ByHost(host string) (appproxy.Application, bool) {
	p, ok := t.lab.entra.PublishedByHost(host)
	if !ok {
		return appproxy.Application{}, false
	}
	pub := p.Publishing
	app := appproxy.Application{
		AppID: p.AppID, Name: p.Name, Tenant: contoso.TenantID,
		ExternalURL: pub.ExternalURL, InternalURL: pub.InternalURL,
		Preauth: pub.ExternalAuthenticationType == entra.PreAuthEntra,
		Group:   p.Group.Name, Assignment: p.AssignmentRequired, Assigned: p.AssignedUsers,
		SSOMode: entra.SSONone, Siblings: t.lab.entra.PublishedHosts(),
		TranslateHeaders:    pub.IsTranslateHostHeaderEnabled,
		ValidateCertificate: pub.IsBackendCertificateValidationEnabled,
		HTTPOnlyCookie:      pub.IsHTTPOnlyCookieEnabled, SecureCookie: pub.IsSecureCookieEnabled,
		PersistentCookie: pub.IsPersistentCookieEnabled,
		LongTimeout:      pub.ApplicationServerTimeout == entra.TimeoutLong,
	}
	for _, c := range p.Connectors {
		app.Connectors = append(app.Connectors, appproxy.Connector{Machine: c.MachineName, Active: c.Status == "active"})
	}
	if k, on := p.Kerberos(); on {
		app.SSOMode, app.SPN, app.Mapping = entra.SSOKerberos, k.ServicePrincipalName, k.MappingAttributeType
	}
	return app, true
}

// Redeem exchanges an authorization code.
func (t tenant) Redeem(_ context.Context, app appproxy.Application, code, redirectURI string) (appproxy.User, error) {
	c, err := t.lab.entra.RedeemCode(code, redirectURI)
	if err != nil {
		return appproxy.User{}, err
	}
	if c.AppID != app.AppID {
		return appproxy.User{}, fmt.Errorf("the code was made for the application %s", c.AppID)
	}
	return t.user(c)
}

// Verify checks an access token made for the application.
func (t tenant) Verify(_ context.Context, app appproxy.Application, token string) (appproxy.User, error) {
	audiences := []string{app.AppID, app.ExternalURL}
	if p, ok := t.lab.entra.PublishedByHost(hostOf(app.ExternalURL)); ok {
		audiences = p.Audiences()
	}
	c, err := t.lab.entra.VerifyAccessToken(token, audiences)
	if err != nil {
		return appproxy.User{}, err
	}
	if !c.AppOnly && !slices.Contains(c.Scopes, "user_impersonation") {
		return appproxy.User{}, errors.New("the token lacks the scope user_impersonation")
	}
	return t.user(c)
}

func (t tenant) user(c entra.Claims) (appproxy.User, error) {
	if c.AppOnly {
		return appproxy.User{ID: c.ObjectID, AppOnly: true}, nil
	}
	u, ok := t.lab.entra.UserByID(c.ObjectID)
	if !ok {
		return appproxy.User{}, fmt.Errorf("the user %s is not in the tenant any more", c.UPN)
	}
	// The user's own licence counts: it outlives the subscription for a while.
	licensed := slices.Contains(u.Plans, entra.PlanPremiumP1) || slices.Contains(u.Plans, entra.PlanPremiumP2)
	out := appproxy.User{ID: u.ID, UPN: u.UPN, Nonce: c.Nonce, Unlicensed: !licensed}
	if u.OnPremises != nil {
		out.OnPremUPN, out.OnPremSAM = u.OnPremises.UPN, u.OnPremises.SAM
	}
	return out, nil
}
