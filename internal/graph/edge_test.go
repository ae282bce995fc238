package graph_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"slices"
	"testing"
	"time"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
	"sensegate/internal/site"
)

// edge is the practice application proxy with a Qlik site behind it; in place
// of a KDC stands a ticket that both sides know.
type edge struct {
	*world
	proxy   *appproxy.Server
	qlik    *qlik.Server
	tickets error // why no ticket is to be had
}

const ticketFor = "a ticket for "

func newEdge(t *testing.T) *edge {
	t.Helper()
	e := &edge{world: newWorld(t)}
	own, err := pki.NewCA("own")
	if err != nil {
		t.Fatal(err)
	}
	e.qlik, err = qlik.New(qlik.Options{FrontCA: e.ca, SiteCA: own, Accept: func(token []byte) (string, string, []byte, string, error) {
		if string(token) != ticketFor+contoso.TestUser().UPN {
			return "", "", nil, "", errors.New("KRB_AP_ERR_MODIFIED")
		}
		return contoso.TestUser().SAM, contoso.Realm, nil, "kerberos", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	e.qlik.Update(func(s *qlik.State) {
		s.VirtualProxies[0].Set("websocketCrossOriginWhiteList", []any{contoso.ExternalHost})
		s.VirtualProxies[0].Set("windowsAuthenticationEnabledDevicePattern", "Mozilla")
		settings, ok := s.ProxyServices[0]["settings"].(map[string]any)
		if !ok {
			t.Fatalf("settings are %T", s.ProxyServices[0]["settings"])
		}
		settings["kerberosAuthentication"] = true
	})
	if err := e.qlik.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.qlik.Close() })
	cert, err := e.ca.Server(contoso.ExternalHost)
	if err != nil {
		t.Fatal(err)
	}
	e.proxy, err = appproxy.New(appproxy.Options{
		Clock: time.Now, Certificate: cert, Roots: e.ca.Pool(), LoginURL: "https://" + contoso.LoginHost,
		Cloud: cloud{e.tenant}, Tickets: e,
		Resolve: func(string) string { return e.qlik.FrontAddr() },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.proxy.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.proxy.Close() })
	e.site.Pins = append(e.site.Pins,
		site.Pin{Name: net.JoinHostPort(contoso.ExternalHost, "443"), Address: e.proxy.Addr()},
		site.Pin{Name: net.JoinHostPort(contoso.QlikHost, "443"), Address: e.qlik.FrontAddr()})
	e.site.Verify.Idle = 30 * time.Millisecond
	return e
}

// Authorization stands for S4U2Self and S4U2Proxy.
func (e *edge) Authorization(_ context.Context, _, user, _ string, _ bool) (string, error) {
	if e.tickets != nil {
		return "", e.tickets
	}
	return "Negotiate " + base64.StdEncoding.EncodeToString([]byte(ticketFor+user)), nil
}

// cloud shows the practice tenant to the application proxy.
type cloud struct{ tenant *entra.Server }

func (c cloud) ByHost(host string) (appproxy.Application, bool) {
	p, ok := c.tenant.PublishedByHost(host)
	if !ok {
		return appproxy.Application{}, false
	}
	a := appproxy.Application{
		AppID: p.AppID, Name: p.Name, Tenant: contoso.TenantID, Group: p.Group.Name,
		ExternalURL: p.Publishing.ExternalURL, InternalURL: p.Publishing.InternalURL,
		Preauth:    p.Publishing.ExternalAuthenticationType == entra.PreAuthEntra,
		Assignment: p.AssignmentRequired, Assigned: p.AssignedUsers, SSOMode: "none",
		TranslateHeaders: p.Publishing.IsTranslateHostHeaderEnabled, ValidateCertificate: true,
		HTTPOnlyCookie: true, SecureCookie: true,
	}
	for _, m := range p.Connectors {
		a.Connectors = append(a.Connectors, appproxy.Connector{Machine: m.MachineName, Active: m.Status == "active"})
	}
	if k, on := p.Kerberos(); on {
		a.SSOMode, a.SPN, a.Mapping = "onPremisesKerberos", k.ServicePrincipalName, k.MappingAttributeType
	}
	return a, true
}

func (c cloud) Redeem(context.Context, appproxy.Application, string, string) (appproxy.User, error) {
	return appproxy.User{}, errors.New("no codes here")
}

func (c cloud) Verify(_ context.Context, a appproxy.Application, token string) (appproxy.User, error) {
	u, err := url.Parse(a.ExternalURL)
	if err != nil {
		return appproxy.User{}, err
	}
	p, _ := c.tenant.PublishedByHost(u.Host)
	claims, err := c.tenant.VerifyAccessToken(token, p.Audiences())
	if err != nil {
		return appproxy.User{}, err
	}
	if !slices.Contains(claims.Scopes, "user_impersonation") {
		return appproxy.User{}, errors.New("the scope is missing")
	}
	return appproxy.User{ID: claims.ObjectID, UPN: claims.UPN}, nil
}
