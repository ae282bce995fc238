package qlik_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

func list(t *testing.T, r reply) []map[string]any {
	t.Helper()
	var v []map[string]any
	if err := json.Unmarshal([]byte(r.text), &v); err != nil {
		t.Fatalf("reading %.200q: %v", r.text, err)
	}
	return v
}

func TestRepositoryUnfinished(t *testing.T) {
	l := start(t, nil)
	c := l.administrator()
	about := l.qrs(c, "GET", "about", nil).json(t)
	if about["buildVersion"] != "31.56.2.0" || about["schemaPath"] != "About" {
		t.Errorf("about = %v", about)
	}
	full := list(t, l.qrs(c, "GET", "virtualproxyconfig/full", nil))
	if len(full) != 1 {
		t.Fatalf("%d virtual proxies", len(full))
	}
	vp := full[0]
	for member, want := range map[string]any{
		"prefix": "", "windowsAuthenticationEnabledDevicePattern": "Windows", "websocketCrossOriginWhiteList": []any{},
		"authenticationMethod": 0.0, "sessionCookieHeaderName": "X-Qlik-Session", "defaultVirtualProxy": true,
		"schemaPath": "VirtualProxyConfig", "modifiedByUserName": `INTERNAL\sa_repository`,
	} {
		if diff := cmp.Diff(want, vp[member]); diff != "" {
			t.Errorf("%s: %s", member, diff)
		}
	}
	nodes, _ := vp["loadBalancingServerNodes"].([]any)
	if len(nodes) != 1 {
		t.Fatalf("load balancing nodes %v", nodes)
	}
	if node, _ := nodes[0].(map[string]any); node["hostName"] != contoso.QlikNode || node["name"] != "Central" {
		t.Errorf("node = %v", nodes[0])
	}
	proxy := l.qrs(c, "GET", "proxyservice/local", nil).json(t)
	settings, _ := proxy["settings"].(map[string]any)
	if settings["kerberosAuthentication"] != false || settings["listenPort"] != 443.0 {
		t.Errorf("settings = %v", settings)
	}
	linked, _ := settings["virtualProxies"].([]any)
	if len(linked) != 1 {
		t.Fatalf("linked = %v", linked)
	}
	brief, _ := linked[0].(map[string]any)
	if _, dated := brief["modifiedDate"]; dated || brief["id"] != vp["id"] {
		t.Errorf("linked virtual proxy = %v", brief)
	}
}

func TestRepositoryReads(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		st.AddVirtualProxy("sales", "Sales")
		st.AddVirtualProxy("hr", "Human resources").Set("authenticationMethod", 3)
	})
	c := l.administrator()
	tests := []struct {
		name, path string
		status     int
		want       []string // of the member
		member     string
		text       string
	}{
		{name: "condensed", path: "virtualproxyconfig", status: 200, member: "prefix", want: []string{"", "sales", "hr"}},
		{name: "filter", path: "virtualproxyconfig?filter=" + url.QueryEscape("prefix eq 'SALES'"), status: 200, member: "prefix", want: []string{"sales"}},
		{name: "enum", path: "virtualproxyconfig/full?filter=" + url.QueryEscape("authenticationMethod eq SAML"), status: 200, member: "prefix", want: []string{"hr"}},
		{name: "order", path: "virtualproxyconfig?orderby=prefix%20desc", status: 200, member: "prefix", want: []string{"sales", "hr", ""}},
		{name: "nested", path: "proxyservice/full?filter=" + url.QueryEscape("serverNodeConfiguration.hostName eq '"+contoso.QlikNode+"'"), status: 200, member: "schemaPath", want: []string{"ProxyService"}},
		{name: "inside settings", path: "proxyservice?filter=" + url.QueryEscape("settings.kerberosAuthentication eq true"), status: 200, member: "id"},
		{name: "user", path: "user?filter=" + url.QueryEscape("userId eq 'alice' and userDirectory eq 'CONTOSO'"), status: 200, member: "userId", want: []string{"alice"}},
		{name: "status", path: "servicestatus/full?filter=" + url.QueryEscape("serviceState eq Running and serviceType eq Engine"), status: 200, member: "schemaPath", want: []string{"ServiceStatus"}},
		{name: "count", path: "virtualproxyconfig/count", status: 200, text: `{"value":3}`},
		{name: "count of a filter", path: "virtualproxyconfig/count?filter=" + url.QueryEscape("prefix ne ''"), status: 200, text: `{"value":2}`},
		{name: "open quote", path: "virtualproxyconfig?filter=" + url.QueryEscape("prefix eq 'sales"), status: 400, text: "Cannot parse the expression"},
		{name: "unknown property", path: "virtualproxyconfig?filter=" + url.QueryEscape("colour eq 'red'"), status: 400, text: "no property colour"},
		{name: "raw ampersand", path: "virtualproxyconfig?filter=description%20eq%20'a&b'", status: 400, text: "Missing parameter value(s)"},
		{name: "unknown entity", path: "unicorn", status: 404},
		{name: "unknown id", path: "virtualproxyconfig/00000000-0000-0000-0000-000000000000", status: 404},
		{name: "licence", path: "license", status: 200, text: "PRACTICE-LAB"},
		{name: "access types", path: "license/accesstypeinfo", status: 200, text: "professionalAccessType"},
		{name: "enums", path: "about/api/enums", status: 200, text: `"0: Ticket"`},
		{name: "defaults", path: "about/api/default/virtualproxyconfig", status: 200, text: `"windowsAuthenticationEnabledDevicePattern":"Windows"`},
		{name: "description", path: "about/api/description", status: 200, text: "PUT /virtualproxyconfig/{id}"},
		{name: "relations", path: "about/api/relations", status: 200, text: "VirtualProxyConfig"},
		{name: "extensions", path: "fileextensionwhitelist/full?filter=" + url.QueryEscape("isDefault eq true and libraryType eq 1"), status: 200, member: "schemaPath", want: []string{"FileExtensionWhiteList"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := l.qrs(c, "GET", tt.path, nil)
			if r.StatusCode != tt.status || !strings.Contains(r.text, tt.text) {
				t.Fatalf("%s %s", r.Status, r.text)
			}
			if tt.member == "" {
				return
			}
			var got []string
			for _, e := range list(t, r) {
				s, _ := e[tt.member].(string)
				got = append(got, s)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRepositoryLetsIn(t *testing.T) {
	l := start(t, nil)
	c := l.administrator()
	base := "https://" + contoso.QlikNode + ":4242/qrs/virtualproxyconfig"
	tests := []struct {
		name, query string
		headers     []string
		strict      bool
		status      int
		text        string
	}{
		{name: "no key", status: 403, text: "XSRF prevention check failed. Possible XSRF discovered."},
		{name: "key only in the query", query: "?xrfkey=" + key, status: 403, text: "XSRF"},
		{name: "unequal", query: "?xrfkey=" + key, headers: []string{"X-Qlik-Xrfkey", "0000000000000000"}, status: 403, text: "XSRF"},
		{name: "short", query: "?xrfkey=abc", headers: []string{"X-Qlik-Xrfkey", "abc"}, status: 403, text: "XSRF"},
		{name: "not alphanumeric", query: "?xrfkey=abcdefghijklmno-", headers: []string{"X-Qlik-Xrfkey", "abcdefghijklmno-"}, status: 403, text: "XSRF"},
		{name: "without a user root", query: "?xRfKey=" + key, headers: []string{"X-Qlik-Xrfkey", key}, status: 200, text: "Central Proxy"},
		{name: "strict wants a user", strict: true, query: "?xrfkey=" + key, headers: []string{"X-Qlik-Xrfkey", key}, status: 403, text: "X-Qlik-User"},
		{name: "unreadable user", query: "?xrfkey=" + key, headers: []string{"X-Qlik-Xrfkey", key, "X-Qlik-User", "alice"}, status: 403, text: "X-Qlik-User"},
		{name: "no rights", query: "?xrfkey=" + key, headers: []string{"X-Qlik-Xrfkey", key, "X-Qlik-User", "UserDirectory=CONTOSO;UserId=alice"}, status: 200, text: "[]"},
		{name: "named administrator", query: "?xrfkey=" + key, headers: []string{"X-Qlik-Xrfkey", key, "X-Qlik-User", "UserDirectory=CONTOSO;UserId=admin"}, status: 200, text: "Central Proxy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l.site.Update(func(st *qlik.State) { st.Rules.StrictUser = tt.strict })
			r := l.get(c, base+tt.query, tt.headers...)
			if r.StatusCode != tt.status || !strings.Contains(r.text, tt.text) {
				t.Errorf("%s %s", r.Status, r.text)
			}
		})
	}
}

func TestRepositoryWithoutCertificate(t *testing.T) {
	l := start(t, nil)
	c := l.administrator()
	if r := l.qrs(c, "GET", "about", nil); r.StatusCode != 200 {
		t.Fatal(r.Status)
	}
	l.client.Certificate = nil
	if _, err := l.do(l.administrator(), "GET", "https://"+contoso.QlikNode+":4242/qrs/about", ""); err == nil {
		t.Error("a client without certificate was let in")
	}
}

func TestVirtualProxyLife(t *testing.T) {
	l := start(t, nil)
	c := l.administrator()
	created := l.qrs(c, "POST", "virtualproxyconfig", map[string]any{
		"prefix": "sales", "description": "Sales", "sessionCookieHeaderName": "X-Qlik-Session-sales", "futureMember": map[string]any{"a": 1},
	})
	if created.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s", created.Status, created.text)
	}
	vp := created.json(t)
	id, _ := vp["id"].(string)
	if vp["windowsAuthenticationEnabledDevicePattern"] != "Windows" || vp["modifiedByUserName"] != `INTERNAL\sa_api` {
		t.Errorf("created = %v", vp)
	}
	vp["websocketCrossOriginWhiteList"] = []string{external}
	updated := l.qrs(c, "PUT", "virtualproxyconfig/"+id, vp)
	if updated.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", updated.Status, updated.text)
	}
	again := l.qrs(c, "GET", "virtualproxyconfig/"+id, nil).json(t)
	if diff := cmp.Diff(map[string]any{"a": 1.0}, again["futureMember"]); diff != "" {
		t.Errorf("an unknown member did not survive: %s", diff)
	}
	if diff := cmp.Diff([]any{external}, again["websocketCrossOriginWhiteList"]); diff != "" {
		t.Error(diff)
	}
	if again["modifiedDate"] == vp["modifiedDate"] {
		t.Error("modifiedDate did not move")
	}
	if r := l.qrs(c, "PUT", "virtualproxyconfig/"+id, vp); r.StatusCode != http.StatusConflict {
		t.Errorf("stale: %s %s", r.Status, r.text)
	}
	again["modifiedDate"] = "2999-01-01T00:00:00.000Z"
	if r := l.qrs(c, "PUT", "virtualproxyconfig/"+id, again); r.StatusCode != http.StatusOK {
		t.Errorf("a date of the future: %s %s", r.Status, r.text)
	}
	if r := l.qrs(c, "DELETE", "virtualproxyconfig/"+id, nil); r.StatusCode != http.StatusNoContent {
		t.Errorf("deleting: %s", r.Status)
	}
	if r := l.qrs(c, "GET", "virtualproxyconfig/"+id, nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("after deleting: %s", r.Status)
	}
}

func TestVirtualProxyRefusals(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.AddVirtualProxy("sales", "Sales") })
	c := l.administrator()
	stock := list(t, l.qrs(c, "GET", "virtualproxyconfig/full", nil))[0]
	id, _ := stock["id"].(string)
	tests := []struct {
		name   string
		method string
		change func(map[string]any)
		path   string
		status int
	}{
		{name: "other id", method: "PUT", change: func(m map[string]any) { m["id"] = "0c9b7f8a-3f0e-4a7b-8a39-5a2b1f7f3c11" }, status: 400},
		{name: "no date", method: "PUT", change: func(m map[string]any) { delete(m, "modifiedDate") }, status: 400},
		{name: "not a list", method: "PUT", change: func(m map[string]any) { m["websocketCrossOriginWhiteList"] = external }, status: 400},
		{name: "not a list of texts", method: "PUT", change: func(m map[string]any) { m["websocketCrossOriginWhiteList"] = []any{1} }, status: 400},
		{name: "cookie name missing", method: "PUT", change: func(m map[string]any) { m["sessionCookieHeaderName"] = "" }, status: 400},
		{name: "unknown node", method: "PUT", change: func(m map[string]any) { m["loadBalancingServerNodes"] = []any{map[string]any{"id": "x"}} }, status: 400},
		{name: "prefix in capitals", method: "PUT", change: func(m map[string]any) { m["prefix"] = "Sales" }, status: 400},
		{name: "prefix taken", method: "PUT", change: func(m map[string]any) { m["prefix"] = "sales" }, status: 406},
		{name: "cookie taken", method: "POST", change: func(m map[string]any) { m["prefix"] = "new" }, status: 406},
		{name: "prefix missing", method: "POST", change: func(m map[string]any) { m["sessionCookieHeaderName"] = "X-New" }, status: 400},
		{name: "default one stays", method: "DELETE", status: 400},
		{name: "put on the list", method: "PUT", path: "virtualproxyconfig", status: 400},
		{name: "post on one", method: "POST", path: "virtualproxyconfig/" + id, status: 405},
		{name: "services cannot be made", method: "POST", path: "proxyservice", status: 405},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := map[string]any{}
			maps.Copy(body, stock)
			if tt.change != nil {
				tt.change(body)
			}
			path := tt.path
			if path == "" {
				path = "virtualproxyconfig/" + id
				if tt.method == "POST" {
					path = "virtualproxyconfig"
				}
			}
			if r := l.qrs(c, tt.method, path, body); r.StatusCode != tt.status {
				t.Errorf("%s %s, want %d", r.Status, r.text, tt.status)
			}
		})
	}
	if diff := cmp.Diff(stock, l.qrs(c, "GET", "virtualproxyconfig/"+id, nil).json(t)); diff != "" {
		t.Errorf("a refused change left a trace: %s", diff)
	}
}

func TestOlderShape(t *testing.T) {
	const member, newer = "hasSecureAttributeHttps", "oidcClientId"
	for label, want := range map[string][2]bool{
		"February 2019": {false, false}, "November 2020": {true, false}, "November 2025": {true, true},
	} {
		l := start(t, func(st *qlik.State) { st.Release = release(t, label) })
		vp := list(t, l.qrs(l.administrator(), "GET", "virtualproxyconfig/full", nil))[0]
		_, has := vp[member]
		_, hasNewer := vp[newer]
		if diff := cmp.Diff(want, [2]bool{has, hasNewer}); diff != "" {
			t.Errorf("%s: %s", label, diff)
		}
	}
}

func TestProxyService(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.AddVirtualProxy("sales", "Sales") })
	c := l.administrator()
	proxy := l.qrs(c, "GET", "proxyservice/local", nil).json(t)
	id, _ := proxy["id"].(string)
	settings, _ := proxy["settings"].(map[string]any)
	settings["kerberosAuthentication"] = true
	linked, _ := settings["virtualProxies"].([]any)
	settings["virtualProxies"] = append(linked, list(t, l.qrs(c, "GET", "virtualproxyconfig?filter=prefix%20eq%20'sales'", nil))[0])
	r := l.qrs(c, "PUT", "proxyservice/"+id, proxy)
	if r.StatusCode != 200 {
		t.Fatalf("%s %s", r.Status, r.text)
	}
	proxy = r.json(t)
	settings, _ = proxy["settings"].(map[string]any)
	if linked, _ = settings["virtualProxies"].([]any); settings["kerberosAuthentication"] != true || len(linked) != 2 {
		t.Errorf("settings = %v", settings)
	}
	settings["maxHeaderSizeBytes"] = 100
	if r := l.qrs(c, "PUT", "proxyservice/"+id, proxy); r.StatusCode != 400 {
		t.Errorf("out of range: %s", r.Status)
	}
	// A script that leaves the switch out turns it off.
	delete(settings, "maxHeaderSizeBytes")
	delete(settings, "kerberosAuthentication")
	r = l.qrs(c, "PUT", "proxyservice/"+id, proxy)
	settings, _ = r.json(t)["settings"].(map[string]any)
	if settings["kerberosAuthentication"] != false || settings["maxHeaderSizeBytes"] != 16384.0 {
		t.Errorf("after leaving out: %v", settings)
	}
}

func TestConflictOnce(t *testing.T) {
	l := start(t, func(st *qlik.State) { st.Faults.Conflicts = 1 })
	c := l.administrator()
	vp := list(t, l.qrs(c, "GET", "virtualproxyconfig/full", nil))[0]
	path := "virtualproxyconfig/" + vp["id"].(string)
	if r := l.qrs(c, "PUT", path, vp); r.StatusCode != 409 {
		t.Fatalf("first: %s", r.Status)
	}
	vp = l.qrs(c, "GET", path, nil).json(t)
	if r := l.qrs(c, "PUT", path, vp); r.StatusCode != 200 {
		t.Errorf("after reading again: %s %s", r.Status, r.text)
	}
}

func TestContentLibrary(t *testing.T) {
	l := start(t, healthy)
	c := l.administrator()
	const upload = "contentlibrary/Default/uploadfile?externalpath=test.html"
	if r := l.qrs(c, "POST", upload, "hello"); r.StatusCode != 201 || r.text != `"/content/Default/test.html"` {
		t.Fatalf("%s %s", r.Status, r.text)
	}
	if r := l.qrs(c, "POST", upload, "again"); r.StatusCode != 409 {
		t.Errorf("there already: %s", r.Status)
	}
	if r := l.qrs(c, "POST", upload+"&overwrite=true", "again"); r.StatusCode != 201 {
		t.Errorf("overwriting: %s", r.Status)
	}
	if r := l.qrs(c, "POST", "contentlibrary/Default/uploadfile?externalpath=a.exe", "x"); r.StatusCode != 400 {
		t.Errorf("a type that is not allowed: %s", r.Status)
	}
	if r := l.qrs(c, "GET", "contentlibrary/full", nil); !strings.Contains(r.text, `"logicalPath":"/content/Default/test.html"`) {
		t.Errorf("references: %s", r.text)
	}
	v := l.visitor()
	page := "https://" + contoso.QlikHost + "/content/default/test.html"
	if r := l.get(v, page); r.StatusCode != 302 {
		t.Errorf("without session: %s", r.Status)
	}
	l.signIn(v)
	if r := l.get(v, page); r.StatusCode != 200 || r.text != `"again"` {
		t.Errorf("served: %s %s", r.Status, r.text)
	}
	if r := l.qrs(c, "DELETE", "contentlibrary/Default/deletecontent?externalpath=test.html", nil); r.StatusCode != 204 {
		t.Errorf("deleting: %s", r.Status)
	}
	if r := l.get(v, page); r.StatusCode != 404 {
		t.Errorf("deleted: %s", r.Status)
	}
}
