package graph_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/qlik"
)

// outside publishes the practice application and makes the way in to it.
func (e *edge) outside(t *testing.T, sso bool) *graph.Outside {
	t.Helper()
	c := e.client(t, graph.SignInOptions{Prompt: ignore})
	app := publish(t, c)
	if sso {
		wish := fact.SSOWish{Mode: "onPremisesKerberos", SPN: contoso.SPN, Mapping: "userPrincipalName"}
		if err := graph.NewWriter(c).SetSSO(t.Context(), app.ObjectID, wish); err != nil {
			t.Fatal(err)
		}
	}
	o, err := graph.NewOutside(e.site, e.dialer(t), graph.SignInOptions{Prompt: ignore}, func(context.Context) (string, error) {
		return graph.ImpersonationScope(app), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	return o
}

func TestFromOutside(t *testing.T) {
	for _, cookies := range []bool{true, false} {
		e := newEdge(t)
		e.proxy.Update(func(s *appproxy.State) { s.BearerCookie = cookies })
		o := e.outside(t, true)
		anonymous, err := o.Anonymous(t.Context(), externalURL)
		if err != nil || anonymous.Status != 302 || !strings.HasPrefix(anonymous.Final, "https://"+contoso.LoginHost+"/") ||
			len(anonymous.Hops) != 1 || strings.Contains(anonymous.Hops[0], "state=") && !strings.Contains(anonymous.Hops[0], "state=…") {
			t.Errorf("Anonymous() = %+v, %v", anonymous, err)
		}
		if _, err := o.Socket(t.Context(), externalURL, ""); kindOf(err) != fact.NotSignedIn {
			t.Errorf("Socket() before a sign-in: %v", err)
		}
		s, err := o.SignIn(t.Context(), externalURL)
		if err != nil {
			t.Fatal(err)
		}
		if s.Status != 200 || s.UserDirectory != contoso.NetBIOS || s.UserID != contoso.TestUser().SAM || s.Mechanism != "bearer" ||
			!slices.Contains(s.Cookies, "X-Qlik-Session") || !strings.HasPrefix(s.Final, externalURL) {
			t.Errorf("SignIn() = %+v", s)
		}
		probe, err := o.Socket(t.Context(), externalURL, "")
		if err != nil || probe.EngineVersion == "" || !probe.IdleSurvived || !probe.CSRF || probe.User != `CONTOSO\alice` {
			t.Errorf("with access cookies %t: Socket() = %+v, %v", cookies, probe, err)
		}
	}
}

func TestOutsideRefusals(t *testing.T) {
	tests := []struct {
		name  string
		sso   bool
		spoil func(*edge)
		kind  fact.ErrorKind
		code  string
		text  string
	}{
		{
			name: "no connector", sso: true, kind: fact.Refused, code: "GatewayTimeout",
			spoil: func(e *edge) {
				e.tenant.Update(func(s *entra.State) {
					for i := range s.Connectors {
						s.Connectors[i].Status = "inactive"
					}
				})
			},
		},
		{
			name: "no delegation", sso: true, kind: fact.Refused, code: "BadGateway", text: "Kerberos constrained delegation",
			spoil: func(e *edge) { e.tickets = errors.New("KDC_ERR_BADOPTION") },
		},
		{
			name: "sign-in refused", sso: true, kind: fact.NotSignedIn, code: "AADSTS50057",
			spoil: func(e *edge) {
				e.tenant.Update(func(s *entra.State) { s.SignInFailures[contoso.TestUser().UPN] = 50057 })
			},
		},
		{
			name: "back end gone", sso: true, kind: fact.Refused, code: "BadGateway",
			spoil: func(e *edge) { e.proxy.Update(func(s *appproxy.State) { s.BackendUnreachable = true }) },
		},
		{
			name: "not assigned", sso: true, kind: fact.NotSignedIn, code: "AADSTS50105", text: "assigned",
			spoil: func(e *edge) {
				e.tenant.Update(func(s *entra.State) {
					for i := range s.ServicePrincipals {
						s.ServicePrincipals[i].Assignments = nil
					}
				})
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newEdge(t)
			o := e.outside(t, tt.sso)
			tt.spoil(e)
			s, err := o.SignIn(t.Context(), externalURL)
			var fe *fact.Error
			if !errors.As(err, &fe) || fe.Kind != tt.kind || fe.Code != tt.code || !strings.Contains(fe.Text, tt.text) {
				t.Fatalf("SignIn() = %+v, %v (%+v)", s, err, fe)
			}
			if fe.Kind == fact.Refused && fe.RequestID == "" {
				t.Error("the transaction id is lost")
			}
		})
	}
}

func TestOutsideWithoutSingleSignOn(t *testing.T) {
	e := newEdge(t)
	o := e.outside(t, false)
	s, err := o.SignIn(t.Context(), externalURL)
	if err != nil {
		t.Fatal(err)
	}
	if s.UserID != "" || s.Status != 401 || !slices.Contains(s.Schemes, "Negotiate") {
		t.Errorf("SignIn() = %+v, want Qlik's own challenge", s)
	}
}

func TestOutsideSocketRefused(t *testing.T) {
	e := newEdge(t)
	o := e.outside(t, true)
	if _, err := o.SignIn(t.Context(), externalURL); err != nil {
		t.Fatal(err)
	}
	e.qlik.Update(func(s *qlik.State) { s.VirtualProxies[0].Set("websocketCrossOriginWhiteList", []any{}) })
	probe, err := o.Socket(t.Context(), externalURL, "")
	if err != nil || probe.Status != 403 || probe.Upgraded {
		t.Errorf("Socket() = %+v, %v, want 403", probe, err)
	}
	e.proxy.Update(func(s *appproxy.State) { s.StripUpgrade = true })
	if probe, err = o.Socket(t.Context(), externalURL, ""); err != nil || probe.Upgraded {
		t.Errorf("Socket() = %+v, %v, want no upgrade", probe, err)
	}
}

func TestOutsideWrongUser(t *testing.T) {
	e := newEdge(t)
	e.site.TestUser.UPN = "bob@contoso.test"
	o := e.outside(t, true)
	if _, err := o.SignIn(t.Context(), externalURL); kindOf(err) != fact.NotSignedIn || !strings.Contains(err.Error(), "alice@contoso.test signed in") {
		t.Errorf("SignIn() error = %v", err)
	}
}
