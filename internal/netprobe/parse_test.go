package netprobe

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{name: "plain", in: "Größe 12", want: "Größe 12"},
		{name: "white space folded", in: "  a\r\n\tb  ", want: "a b"},
		{name: "colours", in: "\x1b[31mred\x1b[0m", want: "red"},
		{name: "title", in: "a\x1b]0;owned\x07b", want: "ab"},
		{name: "title ended by ST", in: "a\x1b]0;owned\x1b\\b", want: "ab"},
		{name: "eight-bit introducer", in: "a\u009b31mb", want: "a31mb"},
		{name: "direction override", in: "abc\u202egnp.exe", want: "abcgnp.exe"},
		{name: "not UTF-8", in: "a\xff\xfeb", want: "ab"},
		{name: "unfinished", in: "a\x1b", want: "a"},
		{name: "cut", in: strings.Repeat("é", MaxText+10), want: strings.Repeat("é", MaxText) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCleanURL(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{name: "nothing to hide", in: "https://h/hub/?x=1", want: "https://h/hub/?x=1"},
		{name: "ticket", in: "https://h/hub/?qlikTicket=abcdef&x=1", want: "https://h/hub/?qlikTicket=…&x=1"},
		{name: "written otherwise", in: "https://h/?QLIKTICKET=abc&%63ode=s3cret", want: "https://h/?QLIKTICKET=…&%63ode=…"},
		{name: "password and fragment", in: "https://u:p@h/#access_token=abc", want: "https://u@h/"},
		{name: "no URL", in: "::\x1b[2Jabc", want: "::abc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := CleanURL(tt.in); got != tt.want {
				t.Errorf("CleanURL(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSchemes(t *testing.T) {
	tests := []struct {
		name string
		in   []string
		want []string
	}{
		{name: "one list", in: []string{"Negotiate, NTLM"}, want: []string{"Negotiate", "NTLM"}},
		{name: "two headers", in: []string{"NTLM", "Negotiate"}, want: []string{"NTLM", "Negotiate"}},
		{name: "a token after the scheme", in: []string{"Negotiate oYG2MIGzoAMKAQA=="}, want: []string{"Negotiate"}},
		{name: "parameters", in: []string{`Basic realm="a, b=c", charset="UTF-8", Bearer authorization_uri="x", error="invalid"`}, want: []string{"Basic", "Bearer"}},
		{name: "each once", in: []string{"Negotiate", "negotiate,NTLM"}, want: []string{"Negotiate", "NTLM"}},
		{name: "nothing", in: []string{"", " , "}, want: nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Schemes(http.Header{"Www-Authenticate": tt.in})); diff != "" {
				t.Errorf("Schemes() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPageText(t *testing.T) {
	tests := []struct{ name, kind, in, want string }{
		{name: "page", kind: "text/html", in: "<!-- a > b --><html><head><title>t</title></head><style>p{}</style><h1>Bad&nbsp;&amp; worse</h1><script>x<1</script>end", want: "Bad & worse end"},
		{name: "plain", kind: "text/plain", in: "a < b", want: "a < b"},
		{name: "unfinished", kind: "text/html", in: "hello <b", want: "hello"},
		{name: "header, not head", kind: "text/html", in: "<header>top</header>", want: "top"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Page{Header: http.Header{"Content-Type": {tt.kind}}, Body: []byte(tt.in)}
			if got := PageText(p); got != tt.want {
				t.Errorf("PageText() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUserName(t *testing.T) {
	for in, want := range map[string]string{
		"UserDirectory=CONTOSO; UserId=ann": `CONTOSO\ann`,
		"UserDirectory=CONTOSO;UserId=a=b":  `CONTOSO\a=b`,
		"ann":                               "ann",
		"":                                  "",
	} {
		if got := userName(in); got != want {
			t.Errorf("userName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\x1b[31mb", "\x1b]0;x\x07", "\x1bP\x1b\\", "a\xffb", "\u202e\u0085\u2028", strings.Repeat("x ", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > MaxText+2 {
			t.Fatalf("Clean(%q) = %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("Clean(%q) keeps %q", s, r)
			}
		}
		if Clean(got) != got && utf8.RuneCountInString(got) <= MaxText {
			t.Fatalf("Clean(%q) is not stable: %q, %q", s, got, Clean(got))
		}
	})
}

func FuzzReadLogin(f *testing.F) {
	for _, s := range []string{
		"https://h/internal_windows_authentication/?targetId=1", "/internal_forms_authentication/", "https://h:4244/windows_authentication/",
		"http://h:4248/form/", "https://idp.example.test/?SAMLRequest=x", "//evil/hub/", "\\\\h\\x", "javascript:1", "https://[::1]:443/", "hub/", "?qlikTicket=a",
	} {
		f.Add(s)
	}
	at := &url.URL{Scheme: "https", Host: "h", Path: "/hub/"}
	f.Fuzz(func(t *testing.T, location string) {
		flow, next := readLogin(at, location)
		if next == nil {
			if diff := cmp.Diff(fact.LoginFlow{}, flow.LoginFlow); diff != "" {
				t.Fatalf("no address, and yet %s", diff)
			}
			return
		}
		if flow.Foreign && (flow.windows || flow.onward || flow.SecondApp || flow.Forms) || flow.onward && flow.windows {
			t.Fatalf("readLogin(%q) contradicts itself: %+v", location, flow)
		}
		// What is asked next must be the same machine: we follow nobody away.
		if (flow.onward || flow.windows) && !strings.EqualFold(next.Hostname(), at.Hostname()) {
			t.Fatalf("readLogin(%q) leads away to %s", location, next)
		}
	})
}

func FuzzParseProduct(f *testing.F) {
	for _, s := range []string{`define([],function(){return {"composition":{"releaseLabel":"a","version":"1"}}})`, `{"composition":{"version":"1"}}`, `{{{{{{{{`, `{"composition":[]}`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if p, err := parseProduct(body); err == nil && p.Label == "" && p.Version == "" && !strings.Contains(string(body), "composition") {
			t.Fatalf("parseProduct(%q) = %+v", body, p)
		}
	})
}

func FuzzFrames(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}`,
		`{"method":"OnAuthenticationInformation","params":{"mustAuthenticate":true}}`,
		`{"method":"OnLicenseAccessDenied","params":"text"}`, `{"id":1,"result":{"qVersion":1}}`, `{"id":"x"}`, `[]`, `{"id":1,"error":{"code":-32601}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		fr, ok := parseFrame(raw)
		if !ok {
			return
		}
		var probe fact.SocketProbe
		note(fr, &probe)
		if Clean(probe.Topic) != probe.Topic || Clean(probe.Session) != probe.Session {
			t.Fatalf("foreign text got through: %+v", probe)
		}
	})
}

func FuzzSchemes(f *testing.F) {
	for _, s := range []string{"Negotiate, NTLM", `Basic realm="a\", b", Bearer`, `"`, `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range Schemes(http.Header{"Www-Authenticate": {s}}) {
			if name == "" || strings.ContainsAny(name, "= ,") {
				t.Fatalf("Schemes(%q) names %q", s, name)
			}
		}
	})
}
