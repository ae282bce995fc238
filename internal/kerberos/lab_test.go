package kerberos_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sensegate/checks/access"
	"sensegate/checks/delegation"
	kerberoschecks "sensegate/checks/kerberos"
	"sensegate/checks/spn"
	"sensegate/checks/websocket"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

var (
	_ access.KDC             = (*kerberos.Client)(nil)
	_ spn.KDC                = (*kerberos.Client)(nil)
	_ kerberoschecks.Tickets = (*kerberos.Client)(nil)
	_ websocket.Tickets      = (*kerberos.Client)(nil)
	_ delegation.Rehearser   = (*kerberos.Client)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	realm   = "LAB.TEST"
	webSPN  = "HTTP/sense.lab.test"
	webHost = "sense.lab.test"
)

// realmAccounts is a directory of a handful, changed by the tests as they go.
type realmAccounts struct {
	mu     sync.Mutex
	byName map[string]kdc.Account
	spns   map[string][]string // spn in lower case to account names
	wrong  int                 // passwords that the KDC found wrong
}

func newAccounts() *realmAccounts {
	a := &realmAccounts{byName: map[string]kdc.Account{}, spns: map[string][]string{}}
	a.set(kdc.Account{SAM: "alice", UPN: "alice@lab.test", Password: "Alice-1"})
	a.set(kdc.Account{SAM: "qlik", UPN: "qlik@lab.test", Password: "Qlik-1", KVNO: 3, HasSPN: true})
	a.set(kdc.Account{SAM: "QLIK01$", Password: "Machine-1", HasSPN: true})
	a.set(kdc.Account{SAM: "CONN01$", Password: "Conn-1", HasSPN: true, TrustedToAuth: true, DelegateTo: []string{webSPN}})
	a.own(webSPN, "qlik")
	return a
}

func (r *realmAccounts) set(a kdc.Account) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byName[strings.ToLower(a.SAM)] = a
}

func (r *realmAccounts) own(name string, holders ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spns[strings.ToLower(name)] = holders
}

func (r *realmAccounts) change(sam string, f func(*kdc.Account)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.byName[strings.ToLower(sam)]
	f(&a)
	r.byName[strings.ToLower(sam)] = a
}

func (r *realmAccounts) refused(string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong++
}

func (r *realmAccounts) ByName(name string) (kdc.Account, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.byName {
		if strings.EqualFold(a.SAM, name) || strings.EqualFold(a.UPN, name) && name != "" {
			return a, true
		}
	}
	return kdc.Account{}, false
}

func (r *realmAccounts) BySPN(name string) []kdc.Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []kdc.Account
	for _, holder := range r.spns[strings.ToLower(name)] {
		out = append(out, r.byName[strings.ToLower(holder)])
	}
	return out
}

// lab is a KDC and a front, with the site that points at them.
type lab struct {
	accounts *realmAccounts
	kdc      *kdc.Server
	front    *front
	site     site.Site
	secrets  map[string]string
	dir      string
}

func startLab(t *testing.T) *lab {
	t.Helper()
	accounts := newAccounts()
	server, err := kdc.New(kdc.Options{Realm: realm, Accounts: accounts, BadPassword: accounts.refused})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	acceptor, err := gss.New(gss.Options{Keys: server.Keys().KeySource(accounts, realm, "qlik")})
	if err != nil {
		t.Fatal(err)
	}
	ca, err := pki.NewCA("lab")
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{accounts: accounts, kdc: server, dir: t.TempDir(), secrets: map[string]string{"kerberos": "Alice-1", "connector:CONN01$": "Conn-1"}}
	l.front = startFront(t, ca, acceptor)
	file := filepath.Join(l.dir, "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	l.site = site.Site{
		Publish:   site.Publish{InternalURL: "https://" + webHost + "/"},
		Directory: site.Directory{Domain: "lab.test"},
		Kerberos:  site.Kerberos{KDC: "dc1.lab.test:88", User: "alice"},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.lab.test"}}},
		Trust:     site.Trust{CA: []string{file}},
		Pins: []site.Pin{
			{Name: "dc1.lab.test:88", Address: server.Addr()},
			{Name: webHost + ":443", Address: l.front.addr},
		},
	}
	return l
}

func (l *lab) client(t *testing.T) *kerberos.Client {
	t.Helper()
	d, err := netprobe.New(l.site)
	if err != nil {
		t.Fatal(err)
	}
	return kerberos.New(l.site, d, func(name string) (string, bool) { s, ok := l.secrets[name]; return s, ok })
}

// keytab writes a keytab of the account as it is now.
func (l *lab) keytab(t *testing.T, sam string) string {
	t.Helper()
	a, _ := l.accounts.ByName(sam)
	raw, err := kdc.Keytab(realm, time.Now(), kdc.KeytabEntry{Account: a})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(l.dir, sam+".keytab")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// front is a web server with the flow of a Qlik proxy. Its fields are set
// before a test's first request.
type front struct {
	addr     string
	acceptor *gss.Acceptor

	mu      sync.Mutex
	schemes []string // offered by the Windows module
	unasked bool     // takes a token on any page
	spnego  bool     // takes only SPNEGO
	silent  bool     // sends no proof back
	forged  bool     // sends a proof that is not ours
	login   string   // where an unknown visitor is sent
	agents  map[string]bool
}

func startFront(t *testing.T, ca *pki.CA, acceptor *gss.Acceptor) *front {
	t.Helper()
	f := &front{acceptor: acceptor, schemes: []string{"NTLM", "Negotiate"}, unasked: true, login: "/internal_windows_authentication/?targetId=1", agents: map[string]bool{}}
	certificate, err := ca.Server(webHost)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(f)
	server.TLS = nil
	server.Config.ErrorLog = nil
	server.StartTLS()
	server.TLS.Certificates = append(server.TLS.Certificates[:0], certificate)
	t.Cleanup(server.Close)
	f.addr = server.Listener.Addr().String()
	return f
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.agents[r.UserAgent()] = true
	user := ""
	if c, err := r.Cookie("X-Qlik-Session"); err == nil {
		user = c.Value
	}
	module := strings.Contains(r.URL.Path, "windows_authentication")
	if auth := r.Header.Get("Authorization"); auth != "" && (module || f.unasked) {
		var ok bool
		if user, ok = f.accept(w, auth); !ok {
			return
		}
	}
	switch {
	case r.URL.Path == "/qps/user" && user == "":
		_, _ = w.Write([]byte(`{"session":"inactive"}`))
	case r.URL.Path == "/qps/user":
		_, _ = w.Write([]byte(`{"userDirectory":"LAB","userId":"` + user + `"}`))
	case module && user == "":
		for _, s := range f.schemes {
			w.Header().Add("WWW-Authenticate", s)
		}
		w.WriteHeader(http.StatusUnauthorized)
	case module:
		http.Redirect(w, r, "/hub/?qlikTicket=abcdefghijklmnop", http.StatusFound)
	case user == "":
		http.Redirect(w, r, f.login, http.StatusFound)
	default:
		_, _ = w.Write([]byte("the hub"))
	}
}

func (f *front) accept(w http.ResponseWriter, header string) (string, bool) {
	token, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(header, "Negotiate "))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return "", false
	}
	result, err := f.acceptor.Accept(token)
	if err == nil && f.spnego && !result.SPNEGO {
		w.Header().Add("WWW-Authenticate", "Negotiate")
		w.WriteHeader(http.StatusUnauthorized)
		return "", false
	}
	if err != nil {
		answer := "Negotiate"
		if e, ok := err.(*gss.Error); ok && e.Reply != nil { //nolint:errorlint // it is documented to be one
			answer += " " + base64.StdEncoding.EncodeToString(e.Reply)
		}
		w.Header().Add("WWW-Authenticate", answer)
		w.WriteHeader(http.StatusUnauthorized)
		return "", false
	}
	user := result.Client.PrincipalNameString()
	http.SetCookie(w, &http.Cookie{Name: "X-Qlik-Session", Value: user, Path: "/", Secure: true, HttpOnly: true})
	reply := result.Reply
	if f.forged {
		reply[len(reply)-1] ^= 1
	}
	if !f.silent {
		w.Header().Set("WWW-Authenticate", "Negotiate "+base64.StdEncoding.EncodeToString(reply))
	}
	return user, true
}
