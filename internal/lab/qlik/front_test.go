package qlik_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

const inside = "https://" + contoso.QlikHost

// TestPersonal is the table of §2.6: who is told where to sign in.
func TestPersonal(t *testing.T) {
	tests := []struct {
		name, target string
		allow        []string
		rules        qlik.Rules
		login        bool
	}{
		{name: "no target"},
		{name: "machine", target: "https://" + contoso.QlikNode + "/hub/", login: true},
		{name: "short name", target: "https://qlik01/hub/", login: true},
		{name: "external, empty list", target: "https://" + external + "/hub/"},
		{name: "external, listed", target: "https://" + external + "/hub/", allow: []string{external}, login: true},
		{name: "case does not matter", target: "https://" + strings.ToUpper(external) + "/", allow: []string{external}, login: true},
		{name: "entry with scheme", target: "https://" + external + "/hub/", allow: []string{"https://" + external}},
		{name: "entry with path", target: "https://" + external + "/hub/", allow: []string{external + "/"}},
		{name: "entry with a star", target: "https://" + external + "/hub/", allow: []string{"*.msappproxy.test"}},
		{name: "blank entry", target: "https://" + external + "/hub/", allow: []string{"", " "}},
		{name: "suffix", target: "https://" + external + "/hub/", allow: []string{"msappproxy.test"}, login: true},
		{name: "suffix within a label", target: "https://evilmsappproxy.test/", allow: []string{"msappproxy.test"}, login: true},
		{name: "suffix within a label, bounded", target: "https://evilmsappproxy.test/", allow: []string{"msappproxy.test"}, rules: qlik.Rules{LabelBoundary: true}},
		{name: "suffix, bounded", target: "https://" + external + "/", allow: []string{"msappproxy.test"}, rules: qlik.Rules{LabelBoundary: true}, login: true},
		{name: "suffix, exact", target: "https://" + external + "/", allow: []string{"msappproxy.test"}, rules: qlik.Rules{ExactHosts: true}},
		{name: "with port", target: "https://localhost:8443/", allow: []string{"localhost:8443"}, login: true},
		{name: "relative", target: "/hub/"},
		{name: "no web address", target: "javascript://" + external, allow: []string{external}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, func(st *qlik.State) {
				st.SetAllowList("", tt.allow...)
				st.Rules = tt.rules
			})
			got := l.get(l.visitor(), inside+"/qps/user?targetUri="+url.QueryEscape(tt.target)).json(t)
			login, has := got["loginUri"].(string)
			if got["session"] != "inactive" || has != tt.login {
				t.Fatalf("%v", got)
			}
			if has && login != inside+"/internal_windows_authentication/?targetUri="+url.QueryEscape(tt.target) {
				t.Errorf("loginUri %q", login)
			}
		})
	}
}

func TestLogout(t *testing.T) {
	l := start(t, healthy)
	here, there, other := l.visitor(), l.visitor(), l.visitor()
	l.signIn(here)
	l.signIn(there)
	l.get(other, inside+"/hub/", "Authorization", negotiate("bob"))
	if r, err := l.do(here, http.MethodDelete, inside+"/qps/user", ""); err != nil || r.StatusCode != 200 {
		t.Fatalf("%v %v", r, err)
	}
	for c, want := range map[*http.Client]int{here: 302, there: 302, other: 200} {
		if r := l.get(c, inside+"/hub/"); r.StatusCode != want {
			t.Errorf("%s, want %d", r.Status, want)
		}
	}
}

func TestCSRFToken(t *testing.T) {
	for label, want := range map[string]int{"November 2025": 204, "May 2024 Patch 8": 404} {
		l := start(t, func(st *qlik.State) {
			healthy(st)
			st.Release = release(t, label)
		})
		c := l.visitor()
		l.signIn(c)
		r := l.get(c, inside+"/qps/csrftoken")
		if r.StatusCode != want || (r.Header.Get("qlik-csrf-token") != "") != (want == 204) {
			t.Errorf("%s: %s %q", label, r.Status, r.Header.Get("qlik-csrf-token"))
		}
	}
}

func TestHostCheck(t *testing.T) {
	tests := []struct {
		name, address, host string
		change              func(*qlik.State)
		refused             bool
	}{
		{name: "alias", address: inside + "/hub/"},
		{name: "external, not listed", address: inside + "/hub/", host: external, refused: true},
		{name: "external, listed", address: inside + "/hub/", host: external, change: func(st *qlik.State) { st.SetAllowList("", external) }},
		{name: "address", address: inside + "/hub/", host: "127.0.0.1", refused: true},
		{name: "alias taken away", address: inside + "/hub/", change: func(st *qlik.State) { st.Aliases = nil }, refused: true},
		{name: "fault", address: inside + "/hub/", change: func(st *qlik.State) { st.Faults.WrongHostPage = true }, refused: true},
		{name: "no such prefix", address: inside + "/sales/hub/", refused: true},
		{name: "no such prefix alone", address: inside + "/sales", refused: true},
		{name: "not linked", address: inside + "/sales/hub/", change: func(st *qlik.State) { st.AddVirtualProxy("sales", "Sales") }, refused: true},
		{name: "linked to the second node only", address: "https://qlik02.contoso.test/sales/hub/", change: func(st *qlik.State) {
			st.AddNode("qlik02.contoso.test")
			st.AddVirtualProxy("sales", "Sales")
			st.Link("sales", "qlik02.contoso.test")
		}, refused: true},
		{name: "linked to both", address: "https://qlik02.contoso.test/sales/hub/", change: func(st *qlik.State) {
			st.AddNode("qlik02.contoso.test")
			st.AddVirtualProxy("sales", "Sales")
			st.Link("sales", contoso.QlikNode)
			st.Link("sales", "qlik02.contoso.test")
		}},
		{name: "old release does not mind", address: inside + "/hub/", host: external, change: func(st *qlik.State) { st.Release = release(t, "February 2019") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, tt.change)
			headers := []string{}
			if tt.host != "" {
				headers = append(headers, "Host", tt.host)
			}
			r := l.get(l.visitor(), tt.address, headers...)
			if got := r.StatusCode == 400 && strings.Contains(r.text, "header is incorrect"); got != tt.refused {
				t.Errorf("%s %s", r.Status, r.text)
			}
		})
	}
}

func TestOpenToEverybody(t *testing.T) {
	l := start(t, nil)
	r := l.get(l.visitor(), inside+"/resources/autogenerated/product-info.js")
	var info struct {
		Composition struct{ ReleaseLabel, Version, ProductName string }
	}
	from, to := strings.Index(r.text, "{\""), strings.LastIndex(r.text, "}}")
	if from < 0 || to < from {
		t.Fatalf("%s %s", r.Status, r.text)
	}
	if err := json.Unmarshal([]byte(r.text[from:to+2]), &info); err != nil {
		t.Fatalf("%v in %s", err, r.text)
	}
	if c := info.Composition; c.ReleaseLabel != "November 2025" || c.Version != "14.254.6" || c.ProductName != "Qlik Sense" {
		t.Errorf("%+v", c)
	}
	if r = l.get(l.visitor(), inside+"/api/about/v1/systeminfo"); r.StatusCode != 302 {
		t.Errorf("system information without session: %s", r.Status)
	}
	if r = l.get(l.administrator(), "https://"+contoso.QlikNode+":9032/v1/systeminfo"); r.json(t)["releaseLabel"] != "November 2025" {
		t.Errorf("about service: %s", r.text)
	}
}

func TestRepositoryThroughProxy(t *testing.T) {
	l := start(t, healthy)
	admin, alice := l.visitor(), l.visitor()
	l.get(admin, inside+"/hub/", "Authorization", negotiate("admin"))
	l.signIn(alice)
	const path = inside + "/qrs/virtualproxyconfig?xrfkey=" + key
	if r := l.get(admin, path, "X-Qlik-Xrfkey", key); r.StatusCode != 200 || len(list(t, r)) != 1 {
		t.Errorf("administrator: %s %s", r.Status, r.text)
	}
	if r := l.get(alice, path, "X-Qlik-Xrfkey", key); r.StatusCode != 200 || len(list(t, r)) != 0 {
		t.Errorf("somebody else: %s %s", r.Status, r.text)
	}
	if r := l.get(admin, path); r.StatusCode != 403 {
		t.Errorf("without key: %s", r.Status)
	}
}

func TestPlainHTTP(t *testing.T) {
	l := start(t, healthy)
	c := l.visitor()
	if _, err := l.do(c, "GET", "http://"+contoso.QlikHost+"/hub/", ""); err == nil {
		t.Error("HTTP answers although it is not allowed")
	}
	l.site.Update(func(st *qlik.State) { st.SetProxy("", "allowHttp", true) })
	r := l.get(c, "http://"+contoso.QlikHost+"/hub/", "Authorization", negotiate("alice"))
	if ck := r.Cookies(); r.StatusCode != 200 || len(ck) != 1 || ck[0].Name != "X-Qlik-Session-HTTP" || ck[0].Secure {
		t.Errorf("%s %v", r.Status, ck)
	}
}

func TestSessionLapses(t *testing.T) {
	begin, passed := time.Now(), atomic.Int64{}
	l := start(t, healthy, func(o *qlik.Options) {
		o.Clock = func() time.Time { return begin.Add(time.Duration(passed.Load())) }
	})
	c := l.visitor()
	l.signIn(c)
	passed.Add(int64(29 * time.Minute))
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 200 {
		t.Errorf("after 29 minutes: %s", r.Status)
	}
	passed.Add(int64(31 * time.Minute))
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 302 {
		t.Errorf("after 31 idle minutes: %s", r.Status)
	}
}

func TestAnonymous(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.VirtualProxy("").Set("anonymousAccessMode", 1)
	})
	c := l.visitor()
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 200 || !strings.Contains(r.text, `NONE\anonymous\`) {
		t.Errorf("%s %s", r.Status, r.text)
	}
	if r := l.get(c, inside+"/hub/?forceauthentication=yes"); r.StatusCode != 302 {
		t.Errorf("forced: %s", r.Status)
	}
}

func TestProxyAPI(t *testing.T) {
	l := start(t, nil)
	admin := l.administrator()
	base := "https://" + contoso.QlikNode + ":4243/qps/"
	call := func(method, path, body string) reply {
		r, err := l.do(admin, method, base+path+"?xrfkey="+key, body, "X-Qlik-Xrfkey", key)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := call("GET", "alive", ""); r.text != "true" {
		t.Errorf("alive: %s %s", r.Status, r.text)
	}
	if r := l.get(admin, base+"alive"); r.StatusCode != 403 {
		t.Errorf("without key: %s", r.Status)
	}
	made := call("POST", "ticket", `{"UserDirectory":"CONTOSO","UserId":"alice","Attributes":[]}`)
	if made.StatusCode != 201 {
		t.Fatalf("%s %s", made.Status, made.text)
	}
	id, _ := made.json(t)["Ticket"].(string)
	c := l.visitor()
	l.get(c, inside+"/hub/?qlikTicket="+id)
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 200 {
		t.Errorf("with a ticket: %s", r.Status)
	}
	if got := list(t, call("GET", "user/CONTOSO/alice", "")); len(got) != 1 || got[0]["UserId"] != "alice" {
		t.Errorf("sessions: %v", got)
	}
	call("DELETE", "user/CONTOSO/alice", "")
	if r := l.get(c, inside+"/hub/"); r.StatusCode != 302 {
		t.Errorf("after ending the sessions: %s", r.Status)
	}
}
