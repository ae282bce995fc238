package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
)

const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

// tokenAnswer is a successful answer of the token endpoint.
type tokenAnswer struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
}

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.oauthRefusal(w, r, aadsts(90023, "The request body cannot be read."))
		return
	}
	form := r.PostForm
	if id, secret, ok := r.BasicAuth(); ok {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	if form.Get("grant_type") == deviceGrantType || form.Get("grant_type") == "device_code" {
		if refusal := s.enterDeviceCode(form.Get("device_code")); refusal != nil {
			s.oauthRefusal(w, r, refusal)
			return
		}
	}
	answer, refusal := s.redeem(form)
	if refusal != nil {
		s.oauthRefusal(w, r, refusal)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (s *Server) redeem(form url.Values) (*tokenAnswer, *SignInError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants.ask(form.Get("scope"))
	for _, need := range []string{"grant_type", "client_id"} {
		if form.Get(need) == "" {
			return nil, aadsts(900144, need)
		}
	}
	p, refusal := s.state.party(form.Get("client_id"))
	if refusal != nil {
		return nil, refusal
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if !p.asserted(assertion, s.clock()) {
			return nil, aadsts(700027)
		}
	} else if refusal := p.authenticate(form.Get("client_secret")); refusal != nil {
		return nil, refusal
	}
	switch gt := form.Get("grant_type"); gt {
	case "authorization_code":
		c, refusal := s.takeCode(form.Get("code"), p.id, form.Get("redirect_uri"))
		if refusal != nil {
			return nil, refusal
		}
		if !c.verified(form.Get("code_verifier")) {
			return nil, aadsts(501481)
		}
		return s.userAnswer(p, c.userID, c.scope, c.nonce)
	case deviceGrantType, "device_code":
		return s.redeemDevice(p, form.Get("device_code"))
	case "refresh_token":
		return s.redeemRefresh(p, form.Get("refresh_token"), form.Get("scope"))
	case "password":
		u, refusal := s.state.checkPassword(form.Get("username"), form.Get("password"))
		if refusal != nil {
			return nil, refusal
		}
		return s.userAnswer(p, u.ID, form.Get("scope"), "")
	case "client_credentials":
		return s.appAnswer(p, form.Get("scope"))
	default:
		return nil, aadsts(70003, gt)
	}
}

// takeCode uses an authorization code up. The caller holds the mutex.
func (s *Server) takeCode(code, client, redirectURI string) (codeGrant, *SignInError) {
	c, ok := s.grants.codes[code]
	switch {
	case !ok || c.client != client || s.clock().After(c.expires):
		return codeGrant{}, aadsts(70008)
	case c.redeemed:
		return codeGrant{}, aadsts(54005)
	case c.redirectURI != redirectURI:
		return codeGrant{}, aadsts(500112, redirectURI, c.redirectURI)
	}
	c.redeemed = true
	s.grants.codes[code] = c
	return c, nil
}

// verified checks the proof key (RFC 7636).
func (c codeGrant) verified(verifier string) bool {
	if c.challenge == "" {
		return true
	}
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64url(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(c.challenge)) == 1
}

func (s *Server) redeemDevice(p party, code string) (*tokenAnswer, *SignInError) {
	d, ok := s.grants.devices[code]
	switch {
	case !ok || d.client != p.id || d.redeemed:
		return nil, aadsts(70018)
	case s.clock().After(d.expires):
		return nil, aadsts(70019)
	case d.userID == "":
		return nil, aadsts(70016)
	}
	d.redeemed = true
	s.grants.devices[code] = d
	return s.userAnswer(p, d.userID, d.scope, "")
}

func (s *Server) redeemRefresh(p party, raw, scope string) (*tokenAnswer, *SignInError) {
	r, ok := s.grants.refresh[raw]
	if !ok || r.client != p.id || s.clock().After(r.expires) {
		return nil, aadsts(70008)
	}
	if scope == "" {
		scope = r.scope
	}
	return s.userAnswer(p, r.userID, scope, "")
}

// userAnswer makes the tokens of a user who is signed in.
func (s *Server) userAnswer(p party, userID, scope, nonce string) (*tokenAnswer, *SignInError) {
	st := &s.state
	u := st.User(userID)
	if u == nil {
		return nil, aadsts(50034, userID, st.Tenant.DisplayName)
	}
	if se := st.mayUse(u); se != nil {
		return nil, se
	}
	g, se := st.resolve(p, scope)
	if se != nil {
		return nil, se
	}
	if se := st.mayEnter(u, p, g); se != nil {
		return nil, se
	}
	access, err := s.sign(tokenClaims{
		Audience: g.resource.audience, Subject: pairwise(u.ID, g.resource.id), ObjectID: u.ID, UPN: u.UPN, Name: u.DisplayName,
		PreferredUsername: u.UPN, AppID: p.id, AuthorizedParty: p.id, IDType: "user",
		Scope: strings.Join(g.scopes, " "), DirectoryRoles: u.Roles,
	}, accessLifetime)
	if err != nil {
		return nil, aadsts(90023, err.Error())
	}
	answer := bearer(access)
	answer.Scope = g.answer
	answer.ClientInfo = clientInfo(u.ID)
	if g.openid {
		if answer.IDToken, err = s.idToken(p, u, nonce); err != nil {
			return nil, aadsts(90023, err.Error())
		}
	}
	if g.offline {
		answer.RefreshToken = "1." + randomText(48)
		s.grants.refresh[answer.RefreshToken] = refreshGrant{
			userID: u.ID, client: p.id, scope: scope, expires: s.clock().Add(refreshLifetime),
		}
	}
	return answer, nil
}

// appAnswer makes the token of a client that acts for itself.
func (s *Server) appAnswer(p party, scope string) (*tokenAnswer, *SignInError) {
	if p.public {
		return nil, aadsts(7000218)
	}
	// MSAL sends the scopes of OpenID along; they mean nothing here.
	wanted := slices.DeleteFunc(strings.Fields(scope), openIDScope)
	if len(wanted) != 1 {
		return nil, aadsts(1002012, scope)
	}
	name, perm := splitScope(wanted[0])
	if perm != ".default" {
		return nil, aadsts(1002012, scope)
	}
	res, se := s.state.resource(name)
	if se != nil {
		return nil, se
	}
	c := tokenClaims{
		Audience: res.audience, AppID: p.id, AuthorizedParty: p.id, IDType: "app",
		ObjectID: fixedID("servicePrincipal", p.id),
	}
	c.Subject = c.ObjectID
	if p.client != nil && res.app == nil {
		c.Roles = p.client.AppRoles
	}
	access, err := s.sign(c, accessLifetime)
	if err != nil {
		return nil, aadsts(90023, err.Error())
	}
	return bearer(access), nil
}

func (s *Server) idToken(p party, u *User, nonce string) (string, error) {
	return s.sign(tokenClaims{
		Audience: p.id, Subject: pairwise(u.ID, p.id), ObjectID: u.ID, UPN: u.UPN, Name: u.DisplayName,
		PreferredUsername: u.UPN, Nonce: nonce,
	}, accessLifetime)
}

func bearer(access string) *tokenAnswer {
	seconds := int(accessLifetime / time.Second)
	return &tokenAnswer{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: access}
}

// pairwise is a subject that differs from application to application.
func pairwise(userID, appID string) string {
	sum := sha256.Sum256([]byte(userID + "/" + appID))
	return base64url(sum[:])
}

// clientInfo is what MSAL makes the account's id from.
func clientInfo(userID string) string {
	raw, err := json.Marshal(map[string]string{"uid": userID, "utid": contoso.TenantID})
	if err != nil { // two strings always marshal
		return ""
	}
	return base64url(raw)
}
