package lab_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
)

// TestFaultsFromOutside opens the external URL as the test user would and looks
// at where that ends.
func TestFaultsFromOutside(t *testing.T) {
	const kcd = "incorrect Kerberos constrained delegation configuration"
	tests := []struct {
		fault  string
		status int
		host   string // where it ends
		text   string
		event  string // that a connector logs
		second bool   // only the second connector is broken
	}{
		{fault: "clock-skew", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "user-disabled", status: 200, host: contoso.LoginHost, text: "AADSTS50057"},
		{fault: "app-deleted", status: 404, host: contoso.ExternalHost, text: "No application is published"},
		{fault: "app-internal-url", status: 502, host: contoso.ExternalHost, text: "could not reach the application"},
		{fault: "app-passthrough", status: 401, host: contoso.ExternalHost},
		{fault: "app-wrong-group", status: 504, host: contoso.ExternalHost, text: "GatewayTimeout"},
		{fault: "app-unassigned", status: 400, host: contoso.LoginHost, text: "AADSTS50105"},
		{fault: "spn-missing", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "spn-duplicate", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "spn-on-computer", status: 403, host: contoso.ExternalHost, text: "refused the user", event: "13022"},
		{fault: "spn-no-aes", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "kerberos-off", status: 403, host: contoso.ExternalHost, text: "refused the user", event: "13022"},
		{fault: "negotiate-not-offered", status: 403, host: contoso.ExternalHost, text: "refused the user", event: "13022"},
		{fault: "service-password-changed", status: 403, host: contoso.ExternalHost, text: "refused the user", event: "13022"},
		{fault: "delegation-missing", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019", second: true},
		{fault: "delegation-other-spn", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019", second: true},
		{fault: "delegation-kerberos-only", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019", second: true},
		{fault: "connector-forgotten", status: 502, host: contoso.ExternalHost, text: kcd, second: true},
		{fault: "user-sensitive", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "user-protected", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "sso-off", status: 401, host: contoso.ExternalHost},
		{fault: "sso-other-spn", status: 502, host: contoso.ExternalHost, text: kcd, event: "13019"},
		{fault: "sso-mapping", status: 502, host: contoso.ExternalHost, text: kcd, event: "12027"},
		{fault: "gateway-error", status: 502, host: contoso.ExternalHost, text: "BadGateway"},
		{fault: "licence-missing", status: 200, host: contoso.ExternalHost},
	}
	for _, tc := range tests {
		t.Run(tc.fault, func(t *testing.T) {
			t.Parallel()
			l := start(t, lab.Options{Faults: []string{tc.fault}})
			var p page
			// Connectors take turns, and each request of a session may meet
			// another one: a broken second connector shows within three.
			b := open(t, l)
			p = b.signIn()
			for range 3 {
				if !tc.second || p.status == tc.status {
					break
				}
				p = b.get(b.site.Publish.ExternalURL + "hub/")
			}
			if p.status != tc.status || p.url.Hostname() != tc.host || !strings.Contains(p.body, tc.text) {
				t.Errorf("ended at %s with %d: %s", p.url, p.status, p.body)
			}
			if tc.event == "" {
				return
			}
			var log strings.Builder
			for _, path := range b.site.Evidence {
				raw, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				log.Write(raw)
			}
			if !strings.Contains(log.String(), `"id": `+tc.event) {
				t.Errorf("no event %s", tc.event)
			}
		})
	}
}

func TestSocketFaultsFromOutside(t *testing.T) {
	tests := []struct {
		fault  string
		status int // 0 for any but 101
		text   string
	}{
		{fault: "allowlist-missing", status: http.StatusForbidden},
		{fault: "allowlist-scheme", status: http.StatusForbidden},
		{fault: "proxy-not-reloaded", status: http.StatusForbidden},
		{fault: "engine-down", status: http.StatusInternalServerError, text: "unable to route"},
		{fault: "upgrade-stripped"},
	}
	for _, tc := range tests {
		t.Run(tc.fault, func(t *testing.T) {
			t.Parallel()
			b := open(t, start(t, lab.Options{Faults: []string{tc.fault}}))
			if p := b.signIn(); p.status != http.StatusOK {
				t.Fatalf("the hub answers %d", p.status)
			}
			conn, res, err := b.socket(b.site.Publish.ExternalURL)
			if err == nil {
				_ = conn.Close()
				t.Fatal("the socket opened")
			}
			if res == nil {
				t.Fatal(err)
			}
			body := make([]byte, 1024)
			n, _ := res.Body.Read(body)
			text := strings.ToLower(string(body[:n]))
			if tc.status != 0 && res.StatusCode != tc.status || !strings.Contains(text, tc.text) {
				t.Errorf("answered %d %s", res.StatusCode, text)
			}
			if tc.status == 0 && (res.StatusCode >= 500 || res.StatusCode == http.StatusForbidden || res.StatusCode/100 == 3) {
				t.Errorf("answered %d %s", res.StatusCode, text)
			}
		})
	}
}

func TestIdleSocket(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults []string
		cut    bool
	}{{"healthy", nil, false}, {"cut", []string{"idle-cut"}, true}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := open(t, start(t, lab.Options{Finished: true, Faults: tc.faults}))
			if p := b.signIn(); p.status != http.StatusOK {
				t.Fatalf("the hub answers %d", p.status)
			}
			conn, res, err := b.socket(b.site.Publish.ExternalURL)
			if err != nil {
				t.Fatalf("%v %v", err, res)
			}
			defer func() { _ = conn.Close() }()
			if engineVersion(t, conn) == "" {
				t.Fatal("the engine has no version")
			}
			if err := conn.SetReadDeadline(time.Now().Add(b.site.Verify.Idle)); err != nil {
				t.Fatal(err)
			}
			for {
				if _, _, err = conn.ReadMessage(); err != nil {
					break
				}
			}
			if got := websocket.IsCloseError(err, websocket.CloseAbnormalClosure); got != tc.cut {
				t.Errorf("the silent socket ended with %v", err)
			}
		})
	}
}

func TestRepositoryRefuses(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		t.Run("refuse "+strconv.FormatBool(refuse), func(t *testing.T) {
			l := start(t, lab.Options{Finished: true})
			if refuse {
				if err := l.Break("repository-refuses"); err != nil {
					t.Fatal(err)
				}
			}
			err := askRepository(t, l)
			if (err != nil) != refuse {
				t.Error(err)
			}
		})
	}
}

// TestTrapsOnTheWay sets faults on an unfinished lab; they spring as soon as
// that which they break is there.
func TestTrapsOnTheWay(t *testing.T) {
	l := start(t, lab.Options{Faults: []string{"app-unassigned", "user-sensitive"}, Unfinished: true})
	b := open(t, l)
	if p := b.get(b.site.Publish.ExternalURL); p.status != http.StatusNotFound {
		t.Fatalf("it is not unfinished: %d", p.status)
	}
	if err := l.SetUp(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		p := open(t, l).signIn()
		if strings.Contains(p.body, "AADSTS50105") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the trap did not spring: %d %s", p.status, p.body)
		}
	}
}
