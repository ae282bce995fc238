package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorize begins a sign-in in the browser. What is wrong before the
// redirect address is known to be the client's own is shown as a page.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.errorPage(w, aadsts(90023, "The request cannot be read."))
		return
	}
	q := r.Form
	f := flow{
		client: q.Get("client_id"), redirectURI: q.Get("redirect_uri"), scope: q.Get("scope"),
		state: q.Get("state"), nonce: q.Get("nonce"),
		responseType: q.Get("response_type"), responseMode: q.Get("response_mode"),
		challenge: q.Get("code_challenge"), method: q.Get("code_challenge_method"),
		loginHint: q.Get("login_hint"), prompt: q.Get("prompt"),
		expires: s.clock().Add(deviceLifetime),
	}
	var known, refusal *SignInError
	var user User
	s.View(func(st *State) {
		s.grants.ask(f.scope)
		st.agree(f.client, f.scope)
		known, refusal = st.checkAuthorize(&f)
		if u := s.sessionUser(st, r); u != nil {
			user = *u
		}
	})
	switch {
	case known != nil:
		s.errorPage(w, known)
	case refusal != nil:
		s.answer(w, f, refusalValues(refusal))
	case f.prompt == "none":
		if user.ID == "" || (f.loginHint != "" && !strings.EqualFold(user.UPN, f.loginHint)) {
			s.answer(w, f, refusalValues(aadsts(50058)))
			return
		}
		s.finish(w, f, user.ID)
	case user.ID != "" && f.prompt == "" && (f.loginHint == "" || strings.EqualFold(user.UPN, f.loginHint)):
		s.finish(w, f, user.ID)
	default:
		if f.prompt == "login" {
			user = User{}
		}
		s.signInPage(w, s.remember(f), page{Hint: f.loginHint, Account: user.UPN})
	}
}

// checkAuthorize judges an authorize request: known is for the page, refusal
// for the redirect address.
func (st *State) checkAuthorize(f *flow) (known, refusal *SignInError) {
	if f.client == "" {
		return aadsts(900144, "client_id"), nil
	}
	p, se := st.party(f.client)
	if se != nil {
		return se, nil
	}
	if se := p.redirect(f.redirectURI); se != nil {
		return se, nil
	}
	wants := strings.Fields(f.responseType)
	idToken := slices.Contains(wants, "id_token")
	switch f.responseMode {
	case "":
		f.responseMode = "query"
		if idToken {
			f.responseMode = "fragment"
		}
	case "query", "fragment", "form_post":
	default:
		f.responseMode = "query"
		return nil, aadsts(90023, "The response_mode is not supported.")
	}
	switch {
	case len(wants) == 0:
		return nil, aadsts(900144, "response_type")
	case slices.ContainsFunc(wants, func(t string) bool { return t != "code" && t != "id_token" }):
		return nil, aadsts(700054, f.responseType)
	case idToken && (p.app == nil || !p.app.Web.ImplicitGrantSettings.EnableIDTokenIssuance):
		return nil, aadsts(700054, "id_token")
	case idToken && f.responseMode == "query":
		return nil, aadsts(90023, "The response_mode 'query' is not supported for the response_type 'id_token'.")
	case idToken && f.nonce == "":
		return nil, aadsts(900144, "nonce")
	case f.challenge != "" && (len(f.challenge) < 43 || len(f.challenge) > 128),
		!slices.Contains([]string{"", "S256", "plain"}, f.method):
		return nil, aadsts(501491)
	}
	_, se = st.resolve(p, f.scope)
	return nil, se
}

// signIn takes the form of the sign-in page.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	now := s.clock()
	ctx := r.PostFormValue("ctx")
	s.mu.Lock()
	f, ok := s.grants.flows[ctx]
	if !ok || now.After(f.expires) {
		s.mu.Unlock()
		s.errorPage(w, aadsts(90023, "The sign-in page has expired. Start again from the application."))
		return
	}
	var user User
	var refusal *SignInError
	if r.PostFormValue("pick") == "session" {
		if u := s.sessionUser(&s.state, r); u != nil {
			user = *u
		} else {
			refusal = aadsts(50058)
		}
	} else {
		u, se := s.state.checkPassword(r.PostFormValue("login"), r.PostFormValue("passwd"))
		if refusal = se; se == nil {
			user = *u
		}
	}
	var cookie string
	if refusal == nil {
		cookie = randomText(32)
		s.grants.sessions[cookie] = session{userID: user.ID, expires: now.Add(sessionLifetime)}
		delete(s.grants.flows, ctx)
	}
	s.mu.Unlock()
	if refusal != nil {
		s.signInPage(w, ctx, page{Hint: r.PostFormValue("login"), Error: refusal.Error()})
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: cookie, Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode,
	})
	s.finish(w, f, user.ID)
}

// finish ends a flow for a user who is signed in.
func (s *Server) finish(w http.ResponseWriter, f flow, userID string) {
	s.mu.Lock()
	values, refusal := s.complete(f, userID)
	s.mu.Unlock()
	switch {
	case refusal != nil && f.prompt == "none":
		s.answer(w, f, refusalValues(refusal))
	case refusal != nil:
		s.errorPage(w, refusal)
	case f.deviceCode != "":
		s.donePage(w)
	default:
		s.answer(w, f, values)
	}
}

// complete gives out what the flow was for. The caller holds the mutex.
func (s *Server) complete(f flow, userID string) (url.Values, *SignInError) {
	st, now := &s.state, s.clock()
	u := st.User(userID)
	if u == nil {
		return nil, aadsts(50034, userID, st.Tenant.DisplayName)
	}
	if se := st.mayUse(u); se != nil {
		return nil, se
	}
	p, se := st.party(f.client)
	if se != nil {
		return nil, se
	}
	g, se := st.resolve(p, f.scope)
	if se != nil {
		return nil, se
	}
	if se := st.mayEnter(u, p, g); se != nil {
		return nil, se
	}
	if f.deviceCode != "" {
		if st.DeviceCodesBlocked {
			return nil, aadsts(53003)
		}
		d := s.grants.devices[f.deviceCode]
		d.userID = u.ID
		s.grants.devices[f.deviceCode] = d
		return nil, nil
	}
	values := url.Values{}
	for t := range strings.FieldsSeq(f.responseType) {
		switch t {
		case "code":
			code := "1." + randomText(48)
			s.grants.prune(now)
			s.grants.codes[code] = codeGrant{
				userID: u.ID, client: p.id, redirectURI: f.redirectURI, scope: f.scope,
				nonce: f.nonce, challenge: f.challenge, method: f.method, expires: now.Add(codeLifetime),
			}
			values.Set("code", code)
		case "id_token":
			raw, err := s.idToken(p, u, f.nonce)
			if err != nil {
				return nil, aadsts(90023, err.Error())
			}
			values.Set("id_token", raw)
		}
	}
	values.Set("session_state", randomText(16))
	return values, nil
}

func (s *Server) remember(f flow) string {
	ctx := randomText(32)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants.prune(s.clock())
	s.grants.flows[ctx] = f
	return ctx
}

// sessionUser is who the browser is signed in as. The caller holds the mutex.
func (s *Server) sessionUser(st *State, r *http.Request) *User {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	sess, ok := s.grants.sessions[c.Value]
	if !ok || s.clock().After(sess.expires) {
		return nil
	}
	return st.User(sess.userID)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		s.mu.Lock()
		delete(s.grants.sessions, c.Value)
		s.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Path: "/", Expires: time.Unix(1, 0), Secure: true, HttpOnly: true,
		SameSite: http.SameSiteNoneMode,
	})
	s.show(w, http.StatusOK, "notice", page{Title: "Sign out", Text: "You signed out of your account."})
}

func refusalValues(e *SignInError) url.Values {
	oauth := e.OAuth
	if oauth == "invalid_grant" { // which only a token endpoint may say
		oauth = "access_denied"
		if e.Sub == "basic_action" || e.Sub == "consent_required" {
			oauth = "interaction_required"
		}
	}
	return url.Values{"error": {oauth}, "error_description": {e.Error()}}
}
