package qlik

import (
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// route answers a request that was admitted.
func (v *visit) route() {
	socket := websocket.IsWebSocketUpgrade(v.r)
	switch v.word {
	case "internal_windows_authentication":
		v.windows()
		return
	case "internal_forms_authentication":
		v.form()
		return
	}
	if socket && !v.originAllowed() {
		v.plain(http.StatusForbidden, "Forbidden")
		return
	}
	if !v.identify() {
		return
	}
	switch {
	case socket:
		v.upgrade()
	case v.word == "" && v.path == "/":
		v.redirect(http.StatusMovedPermanently, v.base()+"/hub/")
	case v.path == "/hub" || v.path == "/qmc":
		v.redirect(http.StatusMovedPermanently, v.base()+v.path+"/")
	case v.word == "resources":
		v.resources()
	case v.word == "public":
		v.page(http.StatusOK, "Qlik Sense", "Single integration (practice lab).")
	case v.word == "favicon.ico":
		v.w.WriteHeader(http.StatusNoContent)
	case v.word == "qps":
		v.personal()
	case v.session == nil || v.forced():
		v.login()
	default:
		v.inside()
	}
}

// forced says that the client wants another identity than the anonymous one.
func (v *visit) forced() bool {
	return v.session.anonymous() && strings.EqualFold(v.r.URL.Query().Get("forceauthentication"), "yes")
}

// inside answers what needs a session, when there is one.
func (v *visit) inside() {
	switch v.word {
	case "hub":
		v.page(http.StatusOK, "Qlik Sense Hub", "Signed in as "+v.session.directory+`\`+v.session.user+" (practice lab).")
	case "qmc":
		v.page(http.StatusOK, "Qlik Management Console", "The console of the practice lab is its repository service.")
	case "sense", "client", "extensions":
		v.page(http.StatusOK, "Qlik Sense", "Client (practice lab).")
	case "content":
		v.content()
	case "qrs":
		rest := strings.TrimPrefix(strings.TrimPrefix(v.path, v.path[:len("/qrs")]), "/")
		v.s.qrs(v.w, v.r, caller{v.session.directory, v.session.user}, rest)
	case "api":
		if strings.EqualFold(strings.Trim(v.path, "/"), "api/about/v1/systeminfo") {
			v.s.systemInfo(v.w)
			return
		}
		v.plain(http.StatusNotFound, "Not found")
	default:
		v.plain(http.StatusNotFound, "Not found")
	}
}

// identify finds or opens the session; false says that it has answered.
func (v *visit) identify() bool {
	if c, err := v.r.Cookie(v.cookieName()); err == nil {
		v.s.locked(func() { v.session = v.s.findSession(c.Value, v.proxy) })
	}
	if v.session != nil && !v.session.anonymous() {
		return true
	}
	if id := v.r.URL.Query().Get("qlikTicket"); id != "" && v.redeem(id) {
		// The address with the ticket is of no use any more.
		if v.r.Method == http.MethodGet && !websocket.IsWebSocketUpgrade(v.r) {
			v.redirect(http.StatusFound, v.here())
			return false
		}
		return true
	}
	if !v.unasked() {
		return false
	}
	if v.session == nil && v.proxy.anonymous > 0 && !strings.EqualFold(v.r.URL.Query().Get("forceauthentication"), "yes") {
		v.open("NONE", `anonymous\`+newID())
	}
	return true
}

// redeem exchanges a ticket for a session.
func (v *visit) redeem(id string) bool {
	var t ticket
	ok := false
	v.s.locked(func() { t, ok = v.s.tickets.take(v.s.opt.Clock(), id) })
	if !ok || t.proxy != v.proxy.id {
		return false
	}
	v.open(t.directory, t.user)
	return true
}

// open makes a session and gives the client its cookie.
func (v *visit) open(directory, user string) {
	v.s.locked(func() { v.session = v.s.openSession(v.proxy, directory, user) })
	v.cookie = v.cookieFor(v.session.id)
	http.SetCookie(v.w, v.cookie)
}

// here is the address of this request without its ticket.
func (v *visit) here() string {
	q := v.r.URL.Query()
	q.Del("qlikTicket")
	rest := v.path
	if v.word == "" {
		rest = "/"
	}
	if len(q) == 0 {
		return v.base() + rest
	}
	return v.base() + rest + "?" + q.Encode()
}
