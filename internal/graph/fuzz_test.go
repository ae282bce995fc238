package graph

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sensegate/internal/netprobe"
)

func TestReadProxyPage(t *testing.T) {
	const id = "1a2b3c4d-0000-4111-8222-333344445555"
	tests := []struct {
		name, text, status, reason string
		ok                         bool
	}{
		{
			name: "with a foot", ok: true, status: "BadGateway", reason: "This corporate app can't be accessed because of X.",
			text: "This corporate app can't be accessed because of X. Status code: BadGateway Url: https://a/ TransactionID: " + id,
		},
		{
			name: "words apart", ok: true, status: "GatewayTimeout", reason: "Sorry.",
			text: "Sorry. Status Code: GatewayTimeout Transaction ID: " + id,
		},
		{
			name: "status first, no foot", ok: true, status: "Forbidden", reason: "Forbidden: This corporate app can’t be accessed.",
			text: "Forbidden: This corporate app can’t be accessed.",
		},
		{name: "Qlik's own page", text: "400 The http request header is incorrect"},
		{name: "a status without a transaction", text: "Status code: 404"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, reason, ok := readProxyPage(tt.text)
			if status != tt.status || reason != tt.reason || ok != tt.ok {
				t.Errorf("readProxyPage() = %q, %q, %t", status, reason, ok)
			}
		})
	}
}

func TestReadClaims(t *testing.T) {
	tests := []struct {
		name, token, user string
		appOnly           bool
	}{
		{name: "a person", token: "e30.eyJ1cG4iOiJhbm5AYyIsInNjcCI6IlVzZXIuUmVhZCJ9.sig", user: "ann@c"},
		{name: "an application", token: "e30.eyJpZHR5cCI6ImFwcCJ9.sig", appOnly: true},
		{name: "opaque", token: "0.AAAA"},
		{name: "not JSON", token: "a.b.c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := readClaims(tt.token)
			if c.user() != tt.user || c.appOnly() != tt.appOnly {
				t.Errorf("readClaims() = %+v", c)
			}
		})
	}
}

func TestUserRole(t *testing.T) {
	user := appRole{ID: roleUser, Name: "User", Enabled: true, Members: []string{"User"}}
	tests := []struct {
		name  string
		roles []appRole
		want  string
	}{
		{name: "the template's", roles: []appRole{{ID: "m", Name: "msiam_access", Enabled: true, Members: []string{"User"}}, user}, want: roleUser},
		{name: "one called so", roles: []appRole{{ID: "m", Enabled: true}, {ID: "u", Name: "user", Enabled: true}}, want: "u"},
		{name: "any for users", roles: []appRole{{ID: "a", Enabled: true, Members: []string{"Application"}}, {ID: "m", Enabled: true, Members: []string{"User"}}}, want: "m"},
		{name: "none enabled", roles: []appRole{{ID: "m"}}, want: "00000000-0000-0000-0000-000000000000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := userRole(tt.roles); got != tt.want {
				t.Errorf("userRole() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSameURL(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"https://A.example.test", "https://a.example.test:443/", true},
		{"http://a.example.test:80/", "http://a.example.test", true},
		{"https://a.example.test/", "http://a.example.test/", false},
		{"https://a.example.test:4244/", "https://a.example.test/", false},
		{"https://a.example.test/X/", "https://a.example.test/x/", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := sameURL(tt.a, tt.b); got != tt.want {
			t.Errorf("sameURL(%q, %q) = %t", tt.a, tt.b, got)
		}
	}
}

func FuzzPageError(f *testing.F) {
	for _, s := range []string{"Status code: BadGateway TransactionID: 1a2b3c4d-0000-4111-8222-333344445555", "<p>corporate app can't be accessed</p>", "\x1b[2J", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		err := pageError("x", netprobe.Page{Status: 502, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(body)})
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\n\r") {
			t.Fatalf("foreign text got through: %q", err)
		}
	})
}

func FuzzSameURL(f *testing.F) {
	f.Add("https://a/", "https://a:443")
	f.Fuzz(func(t *testing.T, a, b string) {
		if sameURL(a, b) != sameURL(b, a) {
			t.Fatalf("sameURL(%q, %q) depends on the order", a, b)
		}
		if u, err := url.Parse(a); err == nil && u.Host != "" && !sameURL(a, a) {
			t.Fatalf("%q is not itself", a)
		}
	})
}
