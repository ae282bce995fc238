package entra

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
)

const devicePageURL = "https://" + contoso.LoginHost + "/common/oauth2/deviceauth"

// deviceCode begins the device code flow.
func (s *Server) deviceCode(w http.ResponseWriter, r *http.Request) {
	client, scope := r.PostFormValue("client_id"), r.PostFormValue("scope")
	now := s.clock()
	code, userCode := randomText(48), newUserCode()
	s.mu.Lock()
	s.grants.ask(scope)
	s.state.agree(client, scope)
	p, refusal := s.state.party(client)
	switch {
	case client == "":
		refusal = aadsts(900144, "client_id")
	case refusal == nil:
		_, refusal = s.state.resolve(p, scope)
	}
	if refusal == nil {
		s.grants.prune(now)
		s.grants.devices[code] = deviceGrant{
			client: p.id, scope: scope, userCode: userCode, expires: now.Add(deviceLifetime),
		}
	}
	s.mu.Unlock()
	if refusal != nil {
		s.oauthRefusal(w, r, refusal)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code":        userCode,
		"device_code":      code,
		"verification_uri": devicePageURL,
		"expires_in":       int(deviceLifetime / time.Second),
		"interval":         1,
		"message": fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.",
			devicePageURL, userCode),
	})
}

// devicePage is where a person enters the code.
func (s *Server) devicePage(w http.ResponseWriter, r *http.Request) {
	p := page{Title: "Enter code", Action: devicePageURL}
	typed := strings.ToUpper(strings.TrimSpace(r.PostFormValue("otc")))
	if r.Method != http.MethodPost || typed == "" {
		s.show(w, http.StatusOK, "device", p)
		return
	}
	f, account, ok := s.deviceFlow(r, typed)
	if !ok {
		p.Error = "That code didn't work. Check the code and try again."
		s.show(w, http.StatusOK, "device", p)
		return
	}
	s.signInPage(w, s.remember(f), page{Account: account})
}

func (s *Server) deviceFlow(r *http.Request, userCode string) (f flow, account string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.sessionUser(&s.state, r); u != nil {
		account = u.UPN
	}
	now := s.clock()
	for code, d := range s.grants.devices {
		if d.userCode == userCode && d.userID == "" && now.Before(d.expires) {
			return flow{client: d.client, scope: d.scope, deviceCode: code, expires: d.expires}, account, true
		}
	}
	return flow{}, "", false
}

// enterDeviceCode lets the lab's own person enter the code, unless a real one
// has. It is called at each poll.
func (s *Server) enterDeviceCode(code string) *SignInError {
	var d deviceGrant
	var open bool
	s.View(func(st *State) {
		d, open = s.grants.devices[code]
		open = open && d.userID == "" && !st.DeviceCodesWait && s.clock().Before(d.expires)
	})
	if !open {
		return nil
	}
	answer := s.opts.DeviceUser
	if answer == nil {
		answer = s.defaultDeviceUser
	}
	upn, ok := answer(d.client, strings.Fields(d.scope))
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.User(upn)
	if u == nil {
		return aadsts(50034, upn, s.state.Tenant.DisplayName)
	}
	_, refusal := s.complete(flow{client: d.client, scope: d.scope, deviceCode: code}, u.ID)
	return refusal
}

// defaultDeviceUser lets the test user open published applications and the
// administrator do everything else.
func (s *Server) defaultDeviceUser(_ string, scopes []string) (string, bool) {
	published := false
	s.View(func(st *State) {
		for _, sc := range scopes {
			name, _ := splitScope(sc)
			res, se := st.resource(name)
			published = published || (se == nil && res.app != nil)
		}
	})
	if published {
		return contoso.TestUser().UPN, true
	}
	return contoso.Admin().UPN, true
}
