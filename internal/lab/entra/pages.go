package entra

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"sensegate/internal/lab/contoso"
)

// page is what the templates show.
type page struct {
	Title, Text, Error string
	Action, Ctx        string
	Hint, Account      string
	Fields             map[string]string
}

// pagesText holds all pages. Their form fields have the names of Entra's own:
// login, passwd, ctx, and otc for a device code.
const pagesText = `
{{define "head"}}<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>body{font-family:sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}
input{display:block;width:100%;margin:.5rem 0 1rem;padding:.5rem;box-sizing:border-box}
.simulated{color:#555;border-top:1px solid #ccc;margin-top:2rem;padding-top:.5rem}</style></head><body>
<h1>{{.Title}}</h1>{{end}}
{{define "foot"}}<p class="simulated">SIMULATED: this is the practice tenant, not Microsoft Entra.</p></body></html>{{end}}
{{define "signin"}}{{template "head" .}}
{{with .Error}}<p id="error" role="alert">{{.}}</p>{{end}}
<form method="post" action="{{.Action}}">
<input type="hidden" name="ctx" value="{{.Ctx}}">
{{with .Account}}<button name="pick" value="session">Continue as {{.}}</button>{{end}}
<label>User name <input type="email" name="login" value="{{.Hint}}" autocomplete="username"></label>
<label>Password <input type="password" name="passwd" autocomplete="current-password"></label>
<button>Sign in</button>
</form>{{template "foot" .}}{{end}}
{{define "device"}}{{template "head" .}}
{{with .Error}}<p id="error" role="alert">{{.}}</p>{{end}}
<p>Enter the code displayed on your app or device.</p>
<form method="post" action="{{.Action}}">
<label>Code <input name="otc" autocomplete="off"></label>
<button>Next</button>
</form>{{template "foot" .}}{{end}}
{{define "notice"}}{{template "head" .}}<p>{{.Text}}</p>{{with .Error}}<p id="error" role="alert">{{.}}</p>{{end}}
{{template "foot" .}}{{end}}
{{define "post"}}{{template "head" .}}
<form method="post" action="{{.Action}}" name="hiddenform">
{{range $k, $v := .Fields}}<input type="hidden" name="{{$k}}" value="{{$v}}">
{{end}}<button>Continue</button></form>
<script>document.forms[0].submit()</script>{{template "foot" .}}{{end}}
`

func (s *Server) show(w http.ResponseWriter, status int, name string, p page) {
	tmpl, err := template.New("pages").Parse(pagesText)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	w.WriteHeader(status)
	// Whoever closed the window does not want the rest.
	_ = tmpl.ExecuteTemplate(w, name, p)
}

func (s *Server) signInPage(w http.ResponseWriter, ctx string, p page) {
	p.Title, p.Ctx, p.Action = "Sign in", ctx, "https://"+contoso.LoginHost+"/"+contoso.TenantID+"/login"
	s.show(w, http.StatusOK, "signin", p)
}

func (s *Server) errorPage(w http.ResponseWriter, e *SignInError) {
	s.show(w, e.status(), "notice", page{
		Title: "Sign in", Text: "Sorry, but we're having trouble signing you in.", Error: e.Error(),
	})
}

func (s *Server) donePage(w http.ResponseWriter) {
	s.show(w, http.StatusOK, "notice", page{
		Title: "You have signed in", Text: "You have signed in on your device. You may now close this window.",
	})
}

// answer sends values to the redirect address of the flow, the way it asked for.
func (s *Server) answer(w http.ResponseWriter, f flow, values url.Values) {
	if f.state != "" {
		values.Set("state", f.state)
	}
	switch f.responseMode {
	case "form_post":
		fields := map[string]string{}
		for k := range values {
			fields[k] = values.Get(k)
		}
		s.show(w, http.StatusOK, "post", page{Title: "Working...", Action: f.redirectURI, Fields: fields})
	case "fragment":
		redirect(w, f.redirectURI+"#"+values.Encode())
	default:
		sep := "?"
		if strings.Contains(f.redirectURI, "?") {
			sep = "&"
		}
		redirect(w, f.redirectURI+sep+values.Encode())
	}
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusFound)
}
