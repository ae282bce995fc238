package qlik_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
)

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

// save changes the stock virtual proxy as the console does.
func (l *lab) save(change func(map[string]any)) {
	l.t.Helper()
	admin := l.administrator()
	vp := list(l.t, l.qrs(admin, "GET", "virtualproxyconfig/full", nil))[0]
	change(vp)
	if r := l.qrs(admin, "PUT", "virtualproxyconfig/"+vp["id"].(string), vp); r.StatusCode != 200 {
		l.t.Fatalf("saving: %s %s", r.Status, r.text)
	}
}

func (l *lab) saveProxy(change func(settings map[string]any)) {
	l.t.Helper()
	admin := l.administrator()
	p := l.qrs(admin, "GET", "proxyservice/local", nil).json(l.t)
	settings, _ := p["settings"].(map[string]any)
	change(settings)
	if r := l.qrs(admin, "PUT", "proxyservice/"+p["id"].(string), p); r.StatusCode != 200 {
		l.t.Fatalf("saving: %s %s", r.Status, r.text)
	}
}

func TestReload(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.SetAllowList("")
		st.Reload = 2 * time.Second // long enough to be met on a slow machine
	})
	c := l.visitor()
	l.signIn(c)
	l.save(func(vp map[string]any) { vp["websocketCrossOriginWhiteList"] = []string{external} })
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 503 {
		t.Errorf("while reloading: %s", r.Status)
	}
	probe := inside + "/qps/user?targetUri=https%3A%2F%2F" + external + "%2F"
	var r reply
	eventually(t, "the proxy answers again", func() bool {
		r = l.get(c, probe)
		return r.StatusCode != 503
	})
	if got := r.json(t); got["session"] != "inactive" || got["loginUri"] == nil {
		t.Errorf("after the reload: %v", got)
	}
}

func TestKerberosTakesEffect(t *testing.T) {
	l := start(t, nil)
	l.saveProxy(func(s map[string]any) { s["kerberosAuthentication"] = true })
	c := l.visitor()
	eventually(t, "Negotiate is offered", func() bool {
		r := l.get(c, inside+"/internal_windows_authentication/")
		return r.StatusCode == 401 && r.Header.Get("WWW-Authenticate") == "Negotiate"
	})
}

func TestDeafProxy(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.Deaf = true })
	l.saveProxy(func(s map[string]any) { s["kerberosAuthentication"] = true })
	r := l.get(l.visitor(), inside+"/internal_windows_authentication/")
	if got := r.Header.Values("WWW-Authenticate"); strings.Join(got, " ") != "NTLM" {
		t.Errorf("%s %q", r.Status, got)
	}
}

func TestKerberosOffOnOneNode(t *testing.T) {
	const second = "qlik02.contoso.test"
	l := start(t, func(st *qlik.State) {
		st.AddNode(second)
		st.Link("", second)
		healthy(st)
		st.SetKerberos(second, false)
	})
	first := func(host string) string {
		// A connection of its own, as a load balancer sees from each client.
		return l.get(l.visitor(), "https://"+host+"/internal_windows_authentication/").Header.Get("WWW-Authenticate")
	}
	for range 3 {
		if a, b := first(contoso.QlikNode), first(second); a != "Negotiate" || b != "NTLM" {
			t.Errorf("%s and %s", a, b)
		}
	}
	seen := map[string]int{}
	for range 6 {
		seen[first(contoso.QlikHost)]++
	}
	if seen["Negotiate"] != 3 || seen["NTLM"] != 3 {
		t.Errorf("through the shared name: %v", seen)
	}
}

func TestRefusedCertificate(t *testing.T) {
	l := start(t, nil)
	about := "https://" + contoso.QlikNode + ":4242/qrs/about"
	if r := l.qrs(l.administrator(), "GET", "about", nil); r.StatusCode != 200 {
		t.Fatal(r.Status)
	}
	l.site.Update(func(st *qlik.State) { st.Faults.RefuseCertificate = true })
	if _, err := l.do(l.administrator(), "GET", about, ""); err == nil || !strings.Contains(err.Error(), "remote error: tls:") {
		t.Errorf("refusing: %v", err)
	}
	l.site.Update(func(st *qlik.State) { st.Faults.RefuseCertificate = false })
	stranger, err := pki.NewCA("somebody else")
	if err != nil {
		t.Fatal(err)
	}
	if l.client, err = stranger.Client("QlikClient"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.do(l.administrator(), "GET", about, ""); err == nil {
		t.Error("a certificate of another authority was taken")
	}
}

func TestShortNameCertificate(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.ShortNameCertificate = true })
	_, err := l.do(l.administrator(), "GET", "https://"+contoso.QlikNode+":4242/qrs/about", "")
	if _, ok := errors.AsType[x509.HostnameError](err); !ok {
		t.Errorf("by the full name: %v", err)
	}
	c := l.withRoots(l.own.Pool(), "qlik01")
	if r := l.qrs(c, "GET", "about", nil); r.StatusCode != 200 {
		t.Errorf("by the short name: %s", r.Status)
	}
}

func TestFrontWithoutCertificate(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.SetProxy("", "sslBrowserCertificateThumbprint", "") })
	_, err := l.do(l.visitor(), "GET", "https://"+contoso.QlikNode+"/hub/", "")
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("%v", err)
	}
}

func TestDropQuery(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.DropQuery = true })
	if r := l.qrs(l.administrator(), "GET", "about", nil); r.StatusCode != 403 || !strings.Contains(r.text, "XSRF") {
		t.Errorf("%s %s", r.Status, r.text)
	}
}

func TestReadOnly(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.ReadOnly = true })
	c := l.administrator()
	vp := list(t, l.qrs(c, "GET", "virtualproxyconfig/full", nil))[0]
	if r := l.qrs(c, "PUT", "virtualproxyconfig/"+vp["id"].(string), vp); r.StatusCode != 403 {
		t.Errorf("%s", r.Status)
	}
}

func TestColdStart(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.ColdStart = time.Hour })
	for what, call := range map[string]func(context.Context) error{
		"repository": func(ctx context.Context) error {
			return l.touch(ctx, l.administrator(), contoso.QlikNode+":4242/qrs/about")
		},
		"front": func(ctx context.Context) error { return l.touch(ctx, l.visitor(), contoso.QlikHost+"/hub/") },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			// The first caller gives up, once its request has reached the site.
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("first: %v", err)
			}
			if err := call(t.Context()); err != nil {
				t.Errorf("second: %v", err)
			}
		})
	}
}

func (l *lab) touch(ctx context.Context, c *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address, nil)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestHeaderTooLarge(t *testing.T) {
	l := start(t, healthy)
	big := []string{"Authorization", "Negotiate " + strings.Repeat("YII", 6000)}
	r := l.get(l.visitor(), inside+"/hub/", big...)
	if r.StatusCode != 400 || !strings.Contains(r.text, "size of the request headers is too long") {
		t.Errorf("%s %s", r.Status, r.text)
	}
	l.site.Update(func(st *qlik.State) { st.SetProxy("", "maxHeaderSizeBytes", 65536) })
	if r = l.get(l.visitor(), inside+"/hub/", big...); r.StatusCode != 401 {
		t.Errorf("with a higher limit: %s", r.Status)
	}
}

func TestSessionLimit(t *testing.T) {
	l := start(t, healthy)
	var last *http.Client
	for range 6 {
		last = l.visitor()
		l.signIn(last)
	}
	if topic, _ := closing(l, open(t, l, last, "/app/engineData")); topic != "OnMaxParallelSessionsExceeded" {
		t.Errorf("with six sessions: %s", topic)
	}
}

func TestServiceStatus(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.EngineDown = true })
	r := l.qrs(l.administrator(), "GET", "servicestatus/count?filter=serviceState%20eq%20NoCommunication%20and%20serviceType%20eq%203", nil)
	if r.text != `{"value":1}` {
		t.Errorf("%s %s", r.Status, r.text)
	}
}

func TestAudit(t *testing.T) {
	logs := t.TempDir()
	l := start(t, healthy, func(o *qlik.Options) { o.Logs = logs })
	c := l.visitor()
	l.signIn(c)
	l.get(c, inside+"/internal_windows_authentication/", "Authorization", "Negotiate YIIBb25v")
	if _, _, err := l.socket(c, engineURL, "https://elsewhere.test"); err == nil {
		t.Error("a foreign origin was accepted")
	}
	file := l.site.AuditFile()
	for _, want := range []string{"User authenticated, method: kerberos", "KRB_AP_ERR_MODIFIED", "CSWSH", "\tCONTOSO\talice\t"} {
		if !strings.Contains(file, want) {
			t.Errorf("no %q in\n%s", want, file)
		}
	}
	if n := len(l.site.Audit()); n < 4 {
		t.Errorf("%d rows", n)
	}
	written, err := os.ReadFile(filepath.Join(logs, "Audit", "QLIK01_AuditSecurity_Proxy.txt"))
	if err != nil {
		t.Fatal(err)
	}
	// The ids of rows are made as they are written.
	if got, want := strings.Count(string(written), "\n"), strings.Count(file, "\n"); got != want || !strings.Contains(string(written), "CSWSH") {
		t.Errorf("%d lines were written, want %d:\n%s", got, want, written)
	}
}
