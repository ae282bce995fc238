package appproxy

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// transaction identifies one request in pages and events.
type transaction struct {
	id   string
	at   time.Time
	url  string
	conn string // the connector that carried it, once chosen
}

func (s *Server) begin(r *http.Request) transaction {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	h := hex.EncodeToString(raw[:])
	return transaction{
		id:  h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:],
		at:  s.opts.Clock().UTC(),
		url: "https://" + r.Host + r.URL.Path,
	}
}

// page is what a visitor gets when a request cannot be carried.
type page struct {
	http          int
	status        string // as printed at the foot of the page
	title, reason string
}

func pageNotFound(host string) page {
	return page{
		http.StatusNotFound, "NotFound", "Application not found",
		"No application is published under " + host + ". Check the address, and that the application still exists.",
	}
}

func pageUnauthorized(err error) page {
	return page{http.StatusUnauthorized, "Unauthorized", "This corporate app can't be accessed", "The access token was refused: " + err.Error() + "."}
}

func pageSignInFailed(why string) page {
	return page{http.StatusForbidden, "Forbidden", "This corporate app can't be accessed", "The sign-in did not succeed: " + why}
}

func pageNotAssigned(app string) page {
	return page{
		http.StatusForbidden, "Forbidden", "This corporate app can't be accessed",
		"You are not authorized to access this application. Ask for the user or one of its groups to be assigned to " + app + ".",
	}
}

func pageUnlicensed() page {
	return page{
		http.StatusForbidden, "Forbidden", "This corporate app can't be accessed",
		"You are not authorized to access this application: the user needs a Microsoft Entra ID P1 or P2 licence.",
	}
}

func pageNoConnector(group string) page {
	return page{
		http.StatusGatewayTimeout, "GatewayTimeout", "This corporate app can't be accessed",
		"No connector of the group " + group + " could be reached.",
	}
}

func pageBackend(why string) page {
	return page{
		http.StatusBadGateway, "BadGateway", "This corporate app can't be accessed",
		"The connector could not reach the application: " + why + ".",
	}
}

func pageTimeout(after time.Duration) page {
	return page{
		http.StatusGatewayTimeout, "BackendTimeout", "This corporate app can't be accessed",
		fmt.Sprintf("The connector timed out: the application did not answer within %s.", after),
	}
}

func pageDelegation() page {
	return page{
		http.StatusBadGateway, "BadGateway", "This corporate app can't be accessed",
		"This corporate app can't be accessed because of an incorrect Kerberos constrained delegation configuration.",
	}
}

func pageTicketRefused() page {
	return page{
		http.StatusForbidden, "Forbidden", "This corporate app can't be accessed",
		"The application refused the user's Kerberos ticket (401).",
	}
}

func pageNoIdentity(mapping string) page {
	return page{
		http.StatusForbidden, "Forbidden", "This corporate app can't be accessed",
		"The user could not be authorized: the account has no " + mapping + " to sign in to the application with.",
	}
}

// page writes p with the foot that the real pages carry.
func (t transaction) page(w http.ResponseWriter, p page) {
	var b strings.Builder
	// Executing a constant template into memory has no way to fail.
	_ = layout().Execute(&b, map[string]string{
		"Title": p.title, "Reason": p.reason, "Status": p.status, "URL": t.url,
		"Transaction": t.id, "Connector": t.conn, "Time": t.at.Format("1/2/2006 3:04:05 PM"),
	})
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("x-ms-proxy-transaction-id", t.id)
	h.Set("x-ms-proxy-statuscode", p.status)
	w.WriteHeader(p.http)
	_, _ = w.Write([]byte(b.String())) // a visitor who left is nobody's error
}

func layout() *template.Template {
	return template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Reason}}</p>
<footer>
<p>Status code: <span id="statuscode">{{.Status}}</span></p>
<p>Url: <span id="url">{{.URL}}</span></p>
<p>TransactionID: <span id="transactionid">{{.Transaction}}</span></p>
{{- if .Connector}}
<p>Connector: <span id="connector">{{.Connector}}</span></p>
{{- end}}
<p>Timestamp: <span id="timestamp">{{.Time}}</span></p>
<p>SIMULATED by the practice lab</p>
</footer>
</body></html>
`))
}
