package graph_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
)

// browse is a browser that trusts the tenant and reaches it by name.
func (w *world) browse(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.dialer(t).HTTPClient(netprobe.ClientOptions{Jar: jar, Follow: true})
}

// enterCode does what the person with the device code does, up to the end.
func (w *world) enterCode(t *testing.T, page, code string) {
	t.Helper()
	w.fill(t, w.browse(t), page, url.Values{"otc": {code}, "user_code": {code}, "code": {code}})
}

// fill opens a page and answers its forms, with the administrator's name and
// password where they are asked for, until no form is left.
func (w *world) fill(t *testing.T, c *http.Client, page string, extra url.Values) {
	t.Helper()
	ask := func(method, address string, body io.Reader) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), method, address, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return c.Do(req)
	}
	resp, err := ask(http.MethodGet, page, http.NoBody)
	for range 5 {
		if err != nil {
			t.Fatal(err)
		}
		raw, rerr := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if rerr != nil {
			t.Fatal(rerr)
		}
		action, fields, ok := form(resp.Request.URL, string(raw))
		if !ok {
			return
		}
		for name := range fields {
			switch {
			case extra.Has(name) && fields.Get(name) == "":
				fields.Set(name, extra.Get(name))
			case name == "login" || name == "username" || name == "loginfmt":
				fields.Set(name, contoso.Admin().UPN)
			case name == "passwd" || name == "password":
				fields.Set(name, contoso.Admin().Password)
			}
		}
		resp, err = ask(http.MethodPost, action, strings.NewReader(fields.Encode()))
	}
	t.Fatal("one form after the other")
}

// form finds the form on a page, with the fields it has.
func form(at *url.URL, page string) (action string, fields url.Values, ok bool) {
	lower := strings.ToLower(page)
	start := strings.Index(lower, "<form")
	if start < 0 {
		return "", nil, false
	}
	fields = url.Values{}
	action = attribute(page[start:], "action")
	for _, part := range strings.Split(page[start:], "<input")[1:] {
		part, _, _ = strings.Cut(part, ">")
		if name := attribute(part, "name"); name != "" {
			fields.Set(name, attribute(part, "value"))
		}
	}
	u, err := at.Parse(strings.ReplaceAll(action, "&amp;", "&"))
	return u.String(), fields, err == nil
}

func attribute(tag, name string) string {
	_, rest, ok := strings.Cut(tag, name+`="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(value, "&amp;", "&")
}
