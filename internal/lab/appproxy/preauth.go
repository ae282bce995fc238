package appproxy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// cookieVersion is the suffix seen on real access cookies.
const cookieVersion = "1.3"

func cookieName(appID string) string {
	return "AzureAppProxyAccessCookie_" + appID + "_" + cookieVersion
}

// admit finds who is asking. A nil session means that the answer was written.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, app Application, tx transaction) *session {
	if r.URL.Query().Get("appproxy") == "logout" {
		s.signOut(w, r, app)
		return nil
	}
	if c, err := r.Cookie(cookieName(app.AppID)); err == nil {
		if sess := s.sessions.find(c.Value, app.AppID); sess != nil {
			return s.allowed(w, app, sess, tx)
		}
	}
	if token, ok := bearer(r); ok {
		return s.admitBearer(w, r, app, token, tx)
	}
	if state, code, failure, ok := callback(r); ok {
		if a, known := s.sessions.finish(state, app.AppID); known {
			s.land(w, r, app, a, code, failure, tx)
			return nil
		}
	}
	s.challenge(w, r, app)
	return nil
}

// allowed asks again on each request whether the user may still come in.
func (s *Server) allowed(w http.ResponseWriter, app Application, sess *session, tx transaction) *session {
	switch {
	case app.Assignment && !slices.Contains(app.Assigned, sess.user.ID):
		tx.page(w, pageNotAssigned(app.Name))
	case sess.user.Unlicensed:
		tx.page(w, pageUnlicensed())
	default:
		return sess
	}
	return nil
}

func (s *Server) admitBearer(w http.ResponseWriter, r *http.Request, app Application, token string, tx transaction) *session {
	user, err := s.opts.Cloud.Verify(r.Context(), app, token)
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+s.opts.LoginURL+"/"+app.Tenant+
			`/oauth2/authorize", resource_id="`+app.AppID+`", error="invalid_token"`)
		tx.page(w, pageUnauthorized(err))
		return nil
	}
	st := s.View()
	sess := &session{appID: app.AppID, user: user, expires: s.opts.Clock().Add(st.SessionLife)}
	if s.allowed(w, app, sess, tx) == nil {
		return nil
	}
	// An upgrade's answer cannot set a cookie through application proxy.
	if st.BearerCookie && !isUpgrade(r) {
		var id string
		id, sess = s.sessions.create(app.AppID, user, st.SessionLife)
		http.SetCookie(w, s.accessCookie(app, id))
	}
	return sess
}

// challenge sends the visitor to Entra; the application's external URL is where
// the code comes back to.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request, app Application) {
	target := r.URL.RequestURI()
	if isUpgrade(r) || r.Method != http.MethodGet {
		target = "/" // neither a socket nor a form can be resumed by a redirect
	}
	state, nonce := s.sessions.begin(app.AppID, target)
	q := url.Values{
		"response_type": {"code"},
		"client_id":     {app.AppID},
		"redirect_uri":  {s.callbackOf(app)},
		"scope":         {"openid"},
		"state":         {state},
		"nonce":         {nonce},
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, s.opts.LoginURL+"/"+app.Tenant+"/oauth2/v2.0/authorize?"+q.Encode(), http.StatusFound)
}

// callbackOf is the address that Entra is asked to come back to.
func (s *Server) callbackOf(app Application) string {
	if c := s.View().Callback; c != "" {
		return c
	}
	return app.ExternalURL
}

// land ends a sign-in: code to user, user to cookie, back to the page asked for.
func (s *Server) land(w http.ResponseWriter, r *http.Request, app Application, a attempt, code, failure string, tx transaction) {
	if code == "" {
		tx.page(w, pageSignInFailed(failure))
		return
	}
	user, err := s.opts.Cloud.Redeem(r.Context(), app, code, s.callbackOf(app))
	if err != nil {
		tx.page(w, pageSignInFailed(err.Error()))
		return
	}
	if user.Nonce != "" && user.Nonce != a.nonce {
		tx.page(w, pageSignInFailed("the answer does not belong to this sign-in"))
		return
	}
	if s.allowed(w, app, &session{user: user}, tx) == nil {
		return
	}
	id, _ := s.sessions.create(app.AppID, user, s.View().SessionLife)
	http.SetCookie(w, s.accessCookie(app, id))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, strings.TrimSuffix(app.ExternalURL, "/")+a.target, http.StatusFound)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, app Application) {
	if c, err := r.Cookie(cookieName(app.AppID)); err == nil {
		s.sessions.drop(c.Value)
	}
	gone := s.accessCookie(app, "")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	http.Redirect(w, r, s.opts.LoginURL+"/common/oauth2/v2.0/logout", http.StatusFound)
}

func (s *Server) accessCookie(app Application, value string) *http.Cookie {
	c := &http.Cookie{
		Name: cookieName(app.AppID), Value: value, Path: "/",
		HttpOnly: app.HTTPOnlyCookie, Secure: app.SecureCookie,
	}
	if app.SecureCookie { // browsers refuse SameSite=None without Secure
		c.SameSite = http.SameSiteNoneMode
	}
	if app.PersistentCookie {
		c.Expires = s.opts.Clock().Add(s.View().SessionLife)
	}
	return c
}

// callback reads what Entra sends back, in the query or as a posted form.
func callback(r *http.Request) (state, code, failure string, ok bool) {
	values := r.URL.Query()
	if r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") &&
		r.URL.Path == "/" && r.ContentLength > 0 && r.ContentLength < 1<<16 {
		if err := r.ParseForm(); err != nil {
			return "", "", "", false
		}
		values = r.PostForm
	}
	state, code = values.Get("state"), values.Get("code")
	failure = values.Get("error_description")
	if failure == "" {
		failure = values.Get("error")
	}
	return state, code, failure, state != "" && (code != "" || failure != "")
}

func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

func isUpgrade(r *http.Request) bool {
	for v := range strings.SplitSeq(r.Header.Get("Connection"), ",") {
		if strings.EqualFold(strings.TrimSpace(v), "upgrade") {
			return r.Header.Get("Upgrade") != ""
		}
	}
	return false
}
