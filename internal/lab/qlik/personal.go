package qlik

import (
	"net/http"
	"net/url"
	"strings"
)

// personal answers /qps/user and /qps/csrftoken, which need no XSRF key.
func (v *visit) personal() {
	switch strings.ToLower(strings.TrimSuffix(v.path, "/")) {
	case "/qps/user":
		switch v.r.Method {
		case http.MethodGet:
			v.whoAmI()
		case http.MethodDelete:
			v.logout()
		default:
			v.plain(http.StatusMethodNotAllowed, "Method not allowed")
		}
	case "/qps/csrftoken":
		v.csrfToken()
	default:
		v.plain(http.StatusNotFound, "Not found")
	}
}

func (v *visit) whoAmI() {
	if v.session == nil {
		writeJSON(v.w, http.StatusOK, v.inactive())
		return
	}
	writeJSON(v.w, http.StatusOK, Entity{
		"session": "active", "userDirectory": v.session.directory, "userId": v.session.user,
		"userName": v.session.name, "logoutUri": v.base() + "/qps/user",
	})
}

// inactive is the answer without a session. Where to sign in is told only to
// those whose target is on a host that the virtual proxy accepts.
func (v *visit) inactive() Entity {
	answer := Entity{"session": "inactive"}
	if uri := v.r.URL.Query().Get("targetUri"); v.proxy.method == methodTicket && v.acceptsURL(uri) {
		answer["loginUri"] = v.module() + "?targetUri=" + url.QueryEscape(uri)
	}
	return answer
}

// logout ends every session that the user has on this virtual proxy.
func (v *visit) logout() {
	if v.session != nil {
		mine := v.session
		v.s.locked(func() {
			v.s.endSessions(func(ses *session) bool {
				return ses.proxy == mine.proxy && strings.EqualFold(ses.directory, mine.directory) && strings.EqualFold(ses.user, mine.user)
			}, "OnSessionLoggedOut")
			v.s.record(AuditRow{Command: "Logout", Directory: mine.directory, User: mine.user, Message: "Session stopped"})
		})
		gone := v.cookieFor("")
		gone.MaxAge = -1
		http.SetCookie(v.w, gone)
	}
	writeJSON(v.w, http.StatusOK, v.inactive())
}

func (v *visit) csrfToken() {
	switch {
	case !v.release.csrf():
		v.plain(http.StatusNotFound, "Not found")
	case v.session == nil:
		v.login()
	default:
		v.w.Header().Set("qlik-csrf-token", v.session.csrf)
		v.w.WriteHeader(http.StatusNoContent)
	}
}
