package netprobe_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const windowsModule = "https://sense.example.test/internal_windows_authentication/?targetId=0b0e"

func redirect(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}

func challenge(values ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, v := range values {
			w.Header().Add("WWW-Authenticate", v)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func TestLoginFlow(t *testing.T) {
	tests := []struct {
		name  string
		url   string
		hub   http.HandlerFunc
		extra map[string]http.HandlerFunc
		want  fact.LoginFlow
		kind  fact.ErrorKind
	}{
		{
			name: "current release offers Negotiate and NTLM",
			hub:  redirect(windowsModule),
			extra: map[string]http.HandlerFunc{
				"/internal_windows_authentication/": challenge("Negotiate, NTLM"),
			},
			want: fact.LoginFlow{Location: windowsModule, Schemes: []string{"Negotiate", "NTLM"}},
		},
		{
			name: "only NTLM while Kerberos is off, root redirected first",
			url:  "https://sense.example.test",
			hub:  redirect("/internal_windows_authentication/?targetId=1"),
			extra: map[string]http.HandlerFunc{
				"/internal_windows_authentication/": challenge("NTLM"),
			},
			want: fact.LoginFlow{Location: "https://sense.example.test/internal_windows_authentication/?targetId=1", Schemes: []string{"NTLM"}},
		},
		{
			name: "pattern does not match",
			hub:  redirect("https://sense.example.test/internal_forms_authentication/?targetId=1"),
			want: fact.LoginFlow{Location: "https://sense.example.test/internal_forms_authentication/?targetId=1", Forms: true},
		},
		{
			name: "before April 2018, second port unreachable",
			hub:  redirect("https://sense.example.test:1/windows_authentication/?targetId=1"),
			want: fact.LoginFlow{Location: "https://sense.example.test:1/windows_authentication/?targetId=1", SecondApp: true},
		},
		{
			name: "before April 2018, forms",
			hub:  redirect("https://sense.example.test:4244/form/?targetId=1"),
			want: fact.LoginFlow{Location: "https://sense.example.test:4244/form/?targetId=1", SecondApp: true, Forms: true},
		},
		{
			name: "another identity provider, its secrets hidden",
			hub:  redirect("https://idp.example.test/saml?SAMLRequest=abc&x=1"),
			want: fact.LoginFlow{Location: "https://idp.example.test/saml?SAMLRequest=…&x=1", Foreign: true},
		},
		{
			name: "host not accepted",
			hub: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = fmt.Fprint(w, "<html><style>p{}</style><p>The http request Header is incorrect.</p>")
			},
			kind: fact.Refused,
		},
		{name: "circle", hub: redirect("/hub/"), kind: fact.Refused},
		{name: "no address", hub: redirect("javascript:alert(1)"), kind: fact.Refused},
		{name: "down", hub: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, kind: fact.Unreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("/hub/", func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.UserAgent(), "Mozilla") {
					t.Errorf("user agent %q is not a browser's", r.UserAgent())
				}
				tt.hub(w, r)
			})
			mux.HandleFunc("/{$}", redirect("/hub/"))
			for path, h := range tt.extra {
				mux.HandleFunc(path, h)
			}
			front := netprobe.NewFront(serve(t, frontName, mux))
			url := tt.url
			if url == "" {
				url = frontURL
			}
			got, err := front.LoginFlow(t.Context(), url, "")
			if kindOf(err) != tt.kind {
				t.Fatalf("LoginFlow() error = %v, want kind %d", err, tt.kind)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("LoginFlow() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// kindOf is zero for no error, so no test may expect an unclassified one.
func kindOf(err error) fact.ErrorKind {
	if e, ok := errors.AsType[*fact.Error](err); ok {
		return e.Kind
	}
	if err != nil {
		return -1
	}
	return 0
}

func TestProduct(t *testing.T) {
	const js = `define([],function(){return {"composition":{"contentHash":"x","releaseLabel":"November 2025","version":"14.254.6","senseId":"qliksenseserver:14.254.6"},"externalUrls":{"a":"{b}"}}});`
	tests := []struct {
		name string
		file string
		body string
		want fact.QlikProduct
		kind fact.ErrorKind
	}{
		{name: "module", file: "product-info.js", body: js, want: fact.QlikProduct{Label: "November 2025", Version: "14.254.6"}},
		{name: "older, plain", file: "product-info.json", body: `{"composition":{"version":"12.16.0"}}`, want: fact.QlikProduct{Version: "12.16.0"}},
		{name: "nothing in it", file: "product-info.js", body: "define({})", kind: fact.Unsupported},
		{name: "not there", file: "other", kind: fact.NotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("/resources/autogenerated/"+tt.file, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, tt.body)
			})
			got, err := netprobe.NewFront(serve(t, frontName, mux)).Product(t.Context(), frontURL)
			if kindOf(err) != tt.kind {
				t.Fatalf("Product() error = %v, want kind %d", err, tt.kind)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Product() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTarget(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/finance/qps/user", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("targetUri") == "https://out.example.test/hub/" {
			_, _ = fmt.Fprint(w, `{"session":"inactive","loginUri":"https://sense.example.test/internal_windows_authentication/?targetUri=x"}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"session":"inactive"}`)
	})
	front := netprobe.NewFront(serve(t, frontName, mux))
	tests := []struct {
		name, target string
		want         fact.TargetVerdict
	}{
		{name: "accepted", target: "https://out.example.test/hub/", want: fact.TargetVerdict{
			Session: "inactive", LoginURI: "https://sense.example.test/internal_windows_authentication/?targetUri=x",
		}},
		{name: "not in the list", target: "https://other.example.test/hub/", want: fact.TargetVerdict{Session: "inactive"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := front.Target(t.Context(), frontURL, "/finance/", tt.target)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Target() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDate(t *testing.T) {
	front := netprobe.NewFront(serve(t, frontName, http.NotFoundHandler()))
	got, err := front.Date(t.Context(), frontURL)
	if err != nil {
		t.Fatal(err)
	}
	if d := time.Since(got).Abs(); d > time.Minute {
		t.Errorf("Date() is %v away", d)
	}
}
