package graph_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/site"
)

// scripted is a client whose sign-in is the practice tenant's and whose Graph
// is the handler.
func scripted(t *testing.T, handler http.HandlerFunc) *graph.Client {
	t.Helper()
	w := newWorld(t)
	cert, err := w.ca.Server(contoso.GraphHost)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") || r.Header.Get("Client-Request-Id") == "" {
			t.Errorf("%s lacks a token or an id", r.URL)
		}
		handler(rw, r)
	}))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.site.Pins = []site.Pin{w.site.Pins[0], {Name: contoso.GraphHost + ":443", Address: u.Host}}
	return w.client(t, graph.SignInOptions{Prompt: ignore})
}

func TestGraphRefusals(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		body    string
		want    fact.Error
		request string
	}{
		{
			name: "no right", status: 403,
			body: `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges\u001b[2J to complete.","innerError":{"request-id":"r1"}}}`,
			want: fact.Error{Kind: fact.NoRight, Code: "Authorization_RequestDenied", Text: "Insufficient privileges to complete.", RequestID: "r1"},
		},
		{
			name: "token expired", status: 401, body: `{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}`,
			want: fact.Error{Kind: fact.NotSignedIn, Code: "InvalidAuthenticationToken", Text: "expired"},
		},
		{
			name: "the older envelope", status: 400, body: `{"odata.error":{"code":"InternalUrl_Duplicate","message":{"lang":"en","value":"in use"}}}`,
			want: fact.Error{Kind: fact.Conflict, Code: "InternalUrl_Duplicate", Text: "in use"},
		},
		{
			name: "no code at all", status: 404, body: `{"error":{"code":"","message":"No HTTP resource was found"}}`,
			want: fact.Error{Kind: fact.NotFound, Code: "404", Text: "No HTTP resource was found"},
		},
		{
			name: "a page of a box in between", status: 451, body: `<html><head><title>x</title></head><body><h1>Blocked</h1></body></html>`,
			want: fact.Error{Kind: fact.Refused, Code: "451", Text: "Blocked"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = fmt.Fprint(w, tt.body)
			})
			_, err := c.Organization(t.Context())
			var e *fact.Error
			if !errors.As(err, &e) {
				t.Fatalf("error = %v", err)
			}
			if e.Kind != tt.want.Kind || e.Code != tt.want.Code || e.Text != tt.want.Text || e.RequestID != tt.want.RequestID || e.System != "Graph" {
				t.Errorf("error = %+v, want %+v", e, tt.want)
			}
		})
	}
}

func TestGraphThrottling(t *testing.T) {
	var calls atomic.Int32
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = fmt.Fprint(w, `{"value":[{"id":"t"}]}`)
	})
	begun := time.Now()
	if _, err := c.Organization(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begun); waited < time.Second {
		t.Errorf("asked again after %v", waited)
	}
}

func TestGraphThrottlingBeyondTheDeadline(t *testing.T) {
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(w, `{"error":{"code":"Request_ThrottledTemporarily","message":"slow down"}}`)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	begun := time.Now()
	_, err := c.Organization(ctx)
	var e *fact.Error
	if !errors.As(err, &e) || e.Kind != fact.Unreachable || e.Code != "Request_ThrottledTemporarily" || time.Since(begun) > 10*time.Second {
		t.Errorf("error = %v after %v", err, time.Since(begun))
	}
}

func TestGraphPages(t *testing.T) {
	const base = "https://" + contoso.GraphHost
	tests := []struct {
		name string
		next func(page int) string
		want int
		text string
	}{
		{name: "three pages", want: 3, next: func(page int) string {
			if page == 3 {
				return ""
			}
			return base + "/v1.0/subscribedSkus?page=" + strconv.Itoa(page+1)
		}},
		{name: "in a circle", text: "more than 500 pages", next: func(int) string { return base + "/v1.0/subscribedSkus?page=1" }},
		{name: "to somebody else", text: "not Graph", next: func(int) string { return "https://evil.example.test/" }},
		{name: "to a look-alike", text: "not Graph", next: func(int) string { return base + ".evil.example.test/" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				page, err := strconv.Atoi(r.URL.Query().Get("page"))
				if err != nil {
					page = 1
				}
				answer := map[string]any{"value": []any{map[string]any{"skuPartNumber": "P" + strconv.Itoa(page)}}}
				if next := tt.next(page); next != "" {
					answer["@odata.nextLink"] = next
				}
				_ = json.NewEncoder(w).Encode(answer)
			})
			got, err := c.Licences(t.Context())
			if tt.text != "" {
				if err == nil || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("Licences() error = %v, want %q", err, tt.text)
				}
				return
			}
			if err != nil || len(got) != tt.want {
				t.Errorf("Licences() = %+v, %v", got, err)
			}
		})
	}
}

func TestTenantWithoutApplicationProxy(t *testing.T) {
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "onPremisesPublishingProfiles") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"error":{"code":"Application_NotFound","message":"x"}}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	})
	connectors, err := c.Connectors(t.Context())
	if err != nil || len(connectors) != 0 {
		t.Errorf("Connectors() = %v, %v", connectors, err)
	}
	groups, err := c.ConnectorGroups(t.Context())
	if err != nil || len(groups) != 0 {
		t.Errorf("ConnectorGroups() = %v, %v", groups, err)
	}
	apps, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(apps) != 0 {
		t.Errorf("PublishedApps() = %v, %v", apps, err)
	}
}

// A tenant with thousands of applications: only the few that can be meant are
// read one by one.
func TestPublishedAppsInALargeTenant(t *testing.T) {
	var reads atomic.Int32
	app := func(i int) map[string]any {
		return map[string]any{"id": fmt.Sprintf("o%d", i), "appId": fmt.Sprintf("a%d", i), "displayName": fmt.Sprintf("App %d", i)}
	}
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		filter := r.URL.Query().Get("$filter")
		var value []any
		switch path := r.URL.Path; {
		case path == "/beta/servicePrincipals" && strings.HasPrefix(filter, "tags/any"):
			for i := range 3000 {
				host := "https://app" + strconv.Itoa(i) + "-contoso.msappproxy.test/"
				if i == 2500 {
					host = externalURL
				}
				value = append(value, map[string]any{"appId": fmt.Sprintf("a%d", i), "replyUrls": []string{host}})
			}
		case path == "/beta/applications" && filter == "appId eq 'a2500'":
			value = append(value, app(2500))
		case path == "/beta/applications" && strings.HasPrefix(filter, "displayName eq"):
		case path == "/beta/applications/o2500":
			reads.Add(1)
			a := app(2500)
			a["onPremisesPublishing"] = map[string]any{"externalUrl": externalURL, "internalUrl": internalURL, "unknown": map[string]any{"x": 1}, "singleSignOnSettings": nil}
			_ = json.NewEncoder(w).Encode(a)
			return
		case strings.HasSuffix(path, "/connectorGroup"):
			_, _ = fmt.Fprint(w, `{"id":"g","name":"G"}`)
			return
		case path == "/v1.0/servicePrincipals" && filter == "appId eq 'a2500'":
			value = append(value, map[string]any{"id": "s2500", "tags": []string{"HideApp"}})
		case strings.HasSuffix(path, "/appRoleAssignedTo"):
		default:
			t.Errorf("asked for %s", r.URL)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"value": value})
	})
	got, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(got) != 1 || got[0].ObjectID != "o2500" || got[0].SSOMode != "none" || !got[0].HiddenFromUsers || got[0].GroupName != "G" {
		t.Errorf("PublishedApps() = %+v, %v", got, err)
	}
	if n := reads.Load(); n != 1 {
		t.Errorf("%d applications were read", n)
	}
}

// An answer that leaves open whether the application was made must not make a
// second one.
func TestInstantiateIsNotRepeated(t *testing.T) {
	var posts atomic.Int32
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posts.Add(1)
			w.WriteHeader(http.StatusGatewayTimeout)
			return
		}
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	})
	// It is looked for until the caller has no more time.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := graph.NewWriter(c).Publish(ctx, fact.PublishWish{Name: "Q", ExternalURL: externalURL, InternalURL: internalURL})
	if kindOf(err) != fact.TimedOut || posts.Load() != 1 {
		t.Errorf("Publish() error = %v after %d attempts", err, posts.Load())
	}
}
