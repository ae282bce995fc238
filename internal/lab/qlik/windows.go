package qlik

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/gss"
)

// windows is the module that asks for Kerberos or NTLM.
func (v *visit) windows() {
	scheme, token, ok := v.credentials()
	if !ok {
		v.challenge("")
		return
	}
	if isNTLM(token) {
		v.ntlm(scheme, token)
		return
	}
	if !v.node.kerberos || scheme != "Negotiate" {
		v.challenge("")
		return
	}
	if directory, user, ok := v.accept(token); ok {
		v.admitted(directory, user)
	}
}

// unasked takes a token that came without having been asked for, as the
// application proxy's connector sends it, where the Windows module would be
// the one to ask. False says that the request has been answered.
func (v *visit) unasked() bool {
	scheme, token, ok := v.credentials()
	if !ok || scheme != "Negotiate" || isNTLM(token) || !v.node.kerberos ||
		v.proxy.method != methodTicket || v.proxy.module != "" || !v.windowsAgent() {
		return true
	}
	directory, user, ok := v.accept(token)
	if ok {
		v.open(directory, user)
	}
	return ok
}

// accept shows a token to the account that runs the proxy; a refused one is
// answered here.
func (v *visit) accept(token []byte) (directory, user string, ok bool) {
	if v.faults.OnlyWrapped && bare(token) {
		v.s.log(AuditRow{Command: "Login", Result: 1, Message: "Login failed, method: negotiate: the token is not wrapped in SPNEGO"})
		v.challenge("")
		return "", "", false
	}
	if v.faults.OnlyNTLM {
		v.s.log(AuditRow{Command: "Login", Result: 1, Message: "Login failed, method: negotiate: the mechanism is not taken"})
		v.challenge(base64.StdEncoding.EncodeToString([]byte(rejected)))
		return "", "", false
	}
	user, realm, reply, mech, err := v.s.opt.Accept(token)
	answer := ""
	if len(reply) > 0 {
		answer = base64.StdEncoding.EncodeToString(reply)
	}
	if err != nil {
		v.s.log(AuditRow{Command: "Login", Result: 1, Message: "Login failed, method: negotiate: " + err.Error()})
		v.challenge(answer)
		return "", "", false
	}
	user, _, _ = strings.Cut(user, "@")
	if v.faults.TakenFor != "" {
		user = v.faults.TakenFor
	}
	directory = directoryOf(realm)
	if v.barred(directory, user) {
		return "", "", false
	}
	v.s.log(AuditRow{Command: "Login", Directory: directory, User: user, Message: "User authenticated, method: " + mech})
	if answer != "" {
		v.w.Header().Set("WWW-Authenticate", "Negotiate "+answer)
	}
	return directory, user, true
}

// barred turns away somebody whom the console has put on the block list.
func (v *visit) barred(directory, user string) bool {
	barred := false
	v.s.locked(func() {
		if u := v.s.state.user(directory, user); u != nil {
			barred = u.Flag("blacklisted")
		}
	})
	if barred {
		v.s.log(AuditRow{Command: "Login", Result: 1, Directory: directory, User: user, Message: "Login failed: the user is blocked"})
		v.page(http.StatusForbidden, "Forbidden", "You are not allowed to access this site: the user is blocked.")
	}
	return barred
}

// bare says whether a token is Kerberos' own, not wrapped in SPNEGO.
func bare(token []byte) bool {
	t, err := gss.Parse(token)
	return err == nil && t.Kind == gss.KindKerberos
}

// rejected is a NegTokenResp that says so and nothing else (RFC 4178 4.2.2).
const rejected = "\xa1\x07\x30\x05\xa0\x03\x0a\x01\x02"

// challenge says which schemes are taken; answer is a token for Negotiate.
func (v *visit) challenge(answer string) {
	h := v.w.Header()
	if v.node.kerberos {
		h.Add("WWW-Authenticate", strings.TrimSpace("Negotiate "+answer))
	}
	if !v.node.kerberos || !v.rules.NegotiateOnly {
		h.Add("WWW-Authenticate", "NTLM")
	}
	v.page(http.StatusUnauthorized, "Unauthorized", "HTTP Error 401. The requested resource requires user authentication.")
}

// ntlm answers the first message with a challenge and refuses the last one:
// the lab has nothing that could verify it.
func (v *visit) ntlm(scheme string, token []byte) {
	offered := v.node.kerberos
	if scheme == "NTLM" {
		offered = !v.node.kerberos || !v.rules.NegotiateOnly
	}
	if !offered || !bytes.HasPrefix(token, []byte(ntlmSignature)) || len(token) < 12 || token[8] != 1 {
		if len(token) > 8 && token[8] == 3 {
			v.s.log(AuditRow{Command: "Login", Result: 1, Message: "Login failed, method: NTLM: no domain controller verifies it"})
		}
		v.challenge("")
		return
	}
	message := ntlmChallenge(contoso.NetBIOS, contoso.Domain, v.node.host)
	v.w.Header().Set("WWW-Authenticate", scheme+" "+base64.StdEncoding.EncodeToString(message))
	v.page(http.StatusUnauthorized, "Unauthorized", "HTTP Error 401. The requested resource requires user authentication.")
}

// credentials is the token of the Authorization header.
func (v *visit) credentials() (scheme string, token []byte, ok bool) {
	scheme, text, _ := strings.Cut(v.r.Header.Get("Authorization"), " ")
	token, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(token) == 0 {
		return "", nil, false
	}
	for _, known := range []string{"Negotiate", "NTLM"} {
		if strings.EqualFold(scheme, known) {
			return known, token, true
		}
	}
	return "", nil, false
}

// directoryOf is the user directory of a realm: its NetBIOS name.
func directoryOf(realm string) string {
	if realm == "" {
		return contoso.NetBIOS
	}
	return strings.ToUpper(shortName(realm))
}

// splitUser reads DOMAIN\name, name@domain or name.
func splitUser(name string) (directory, user string) {
	if dir, u, ok := strings.Cut(name, `\`); ok {
		return strings.ToUpper(dir), u
	}
	u, realm, _ := strings.Cut(name, "@")
	return directoryOf(realm), u
}
