package qlik

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

func newID() string { return uuid.NewString() }

// The authentication methods of a virtual proxy that this package tells apart.
const (
	methodTicket = 0
	methodSAML   = 3
	methodOIDC   = 5
)

// login sends a client without a session to whatever signs it in.
func (v *visit) login() {
	id := newID()
	v.s.locked(func() { v.s.targets.put(v.s.opt.Clock(), id, target{uri: v.here()}) })
	switch {
	case v.proxy.method == methodSAML || v.proxy.method == methodOIDC:
		v.redirect(http.StatusFound, "https://idp.contoso.test/sso?RelayState="+id)
	case v.proxy.method != methodTicket:
		v.plain(http.StatusUnauthorized, "Authentication required")
	case v.proxy.module != "":
		sep := "?"
		if strings.Contains(v.proxy.module, "?") {
			sep = "&"
		}
		rest := "https://" + v.node.host + ":4243/qps" + v.folder() + "/"
		v.redirect(http.StatusFound, v.proxy.module+sep+"proxyRestUri="+url.QueryEscape(rest)+"&targetId="+id)
	default:
		v.redirect(http.StatusFound, v.module()+"?targetId="+id)
	}
}

// windowsAgent says whether the browser is one that signs in through Windows.
func (v *visit) windowsAgent() bool { return strings.Contains(v.r.UserAgent(), v.proxy.pattern) }

// module is the address of the built-in module for this browser.
func (v *visit) module() string {
	if !v.release.secondPort() {
		if v.windowsAgent() {
			return v.base() + "/internal_windows_authentication/"
		}
		return v.base() + "/internal_forms_authentication/"
	}
	// Before April 2018 the modules had ports of their own, which have to be
	// in the address: they are what the redirect is about.
	root := "https://" + v.host + ":4244" + v.folder()
	if !v.secure {
		root = "http://" + v.host + ":4248" + v.folder()
	}
	if v.windowsAgent() {
		return root + "/windows_authentication/"
	}
	return root + "/form/"
}

// admitted sends a client that has proved who it is to where it wanted to go,
// with a ticket.
func (v *visit) admitted(directory, user string) {
	id := ticketID()
	goal := v.base() + "/hub/"
	q := v.r.URL.Query()
	v.s.locked(func() {
		now := v.s.opt.Clock()
		v.s.tickets.put(now, id, ticket{proxy: v.proxy.id, directory: directory, user: user})
		if t, ok := v.s.targets.take(now, q.Get("targetId")); ok {
			goal = t.uri
		} else if uri := q.Get("targetUri"); uri != "" && v.acceptsURL(uri) {
			goal = uri
		}
	})
	sep := "?"
	if strings.Contains(goal, "?") {
		sep = "&"
	}
	v.redirect(http.StatusFound, goal+sep+"qlikTicket="+id)
}

// ticketID is sixteen characters.
func ticketID() string { return rand.Text()[:16] }

// form is the module with a page for name and password.
func (v *visit) form() {
	if v.r.Method != http.MethodPost {
		v.formPage("")
		return
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, 64<<10)
	name, password := v.r.PostFormValue("username"), v.r.PostFormValue("pwd")
	directory, user := splitUser(name)
	if !v.s.opt.Password(user, password) {
		v.s.log(AuditRow{Command: "Login", Result: 1, Directory: directory, User: user, Message: "Login failed: form authentication"})
		v.formPage("The user name or password is incorrect.")
		return
	}
	v.s.log(AuditRow{Command: "Login", Directory: directory, User: user, Message: "User authenticated, method: form"})
	v.admitted(directory, user)
}
