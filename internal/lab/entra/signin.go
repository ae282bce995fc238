package entra

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"

	"sensegate/internal/lab/contoso"
)

// sessionCookie holds the browser's session, so that a second application
// signs in without asking.
const sessionCookie = "ESTSAUTH"

func (s *Server) loginHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.inTenant(s.discovery))
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", s.inTenant(s.keys))
	mux.HandleFunc("GET /common/discovery/instance", s.instanceDiscovery)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", s.inTenant(s.authorize))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", s.inTenant(s.authorize))
	mux.HandleFunc("POST /{tenant}/login", s.inTenant(s.signIn))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.inTenant(s.token))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", s.inTenant(s.deviceCode))
	mux.HandleFunc("GET /common/oauth2/deviceauth", s.devicePage)
	mux.HandleFunc("POST /common/oauth2/deviceauth", s.devicePage)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/logout", s.inTenant(s.logout))
	return mux
}

// inTenant lets requests through that name the lab's tenant or leave the
// tenant to the user's name.
func (s *Server) inTenant(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("tenant")
		known := strings.EqualFold(name, "common") || strings.EqualFold(name, "organizations")
		s.View(func(st *State) {
			known = known || strings.EqualFold(name, st.Tenant.ID)
			for _, d := range st.Tenant.Domains {
				known = known || strings.EqualFold(name, d.Name)
			}
		})
		if known {
			next(w, r)
			return
		}
		refusal := aadsts(90002, name)
		if strings.HasSuffix(r.URL.Path, "/authorize") {
			s.errorPage(w, refusal)
			return
		}
		s.oauthRefusal(w, r, refusal)
	}
}

func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	base := "https://" + contoso.LoginHost + "/" + tenant
	iss := issuer
	if strings.EqualFold(tenant, "common") || strings.EqualFold(tenant, "organizations") {
		// Entra leaves the tenant open here, braces included.
		iss = "https://" + contoso.LoginHost + "/{tenantid}/v2.0"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                iss,
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"device_authorization_endpoint":         base + "/oauth2/v2.0/devicecode",
		"end_session_endpoint":                  base + "/oauth2/v2.0/logout",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code", "id_token", "code id_token"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported":      []string{"plain", "S256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported": []string{
			"aud", "exp", "iat", "iss", "name", "nonce", "oid", "preferred_username", "sub", "tid", "ver",
		},
		"cloud_instance_name": contoso.LoginHost,
		"msgraph_host":        contoso.GraphHost,
	})
}

func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{s.key.jwk}})
}

func (s *Server) instanceDiscovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + contoso.LoginHost + "/" + contoso.TenantID + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{
			"preferred_network": contoso.LoginHost,
			"preferred_cache":   contoso.LoginHost,
			"aliases":           []string{contoso.LoginHost},
		}},
	})
}

// checkPassword finds out who signs in.
func (st *State) checkPassword(name, password string) (*User, *SignInError) {
	u := st.User(name)
	if u == nil || !strings.EqualFold(u.UPN, name) {
		return nil, aadsts(50034, name, st.Tenant.DisplayName)
	}
	if subtle.ConstantTimeCompare([]byte(u.Password), []byte(password)) != 1 {
		return nil, aadsts(50126)
	}
	return u, st.mayUse(u)
}

// mayUse says whether the account can sign in anywhere.
func (st *State) mayUse(u *User) *SignInError {
	if !u.Enabled {
		return aadsts(50057)
	}
	if code := st.SignInFailures[strings.ToLower(u.UPN)]; code != 0 {
		// The text of code may want names; give it those of a user.
		_, _, format := aadstsText(code)
		if strings.Contains(format, "%s") {
			args := []any{u.UPN, st.Tenant.DisplayName, u.UPN}
			return aadsts(code, args[:strings.Count(format, "%s")]...)
		}
		return aadsts(code)
	}
	return nil
}

// mayEnter says whether the user may get a token for p and for the resource.
func (st *State) mayEnter(u *User, p party, g grant) *SignInError {
	for _, app := range []*Application{p.app, g.resource.app} {
		if app == nil {
			continue
		}
		sp := st.ServicePrincipal(app.AppID)
		if sp == nil {
			return aadsts(700016, app.AppID, st.Tenant.DisplayName)
		}
		if !sp.Enabled {
			return aadsts(7000112, app.AppID, app.DisplayName)
		}
		if sp.AssignmentRequired && !st.mayOpen(sp, u.ID) {
			return aadsts(50105, app.DisplayName, app.AppID, u.UPN)
		}
	}
	return nil
}

func (s *Server) oauthRefusal(w http.ResponseWriter, r *http.Request, e *SignInError) {
	writeJSON(w, e.status(), e.wire(s.clock(), r.Header.Get("client-request-id")))
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// A client that is gone is not the tenant's trouble.
	_ = json.NewEncoder(w).Encode(body)
}
