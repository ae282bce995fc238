package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	proxySystem = "application proxy"
	// maxHops bounds the redirects of a sign-in.
	maxHops = 12
	// defaultIdle is how long a silent socket must survive.
	defaultIdle = 60 * time.Second
)

// Outside comes in through application proxy, as somebody on the internet
// does. It signs in as the test user, with a credential of its own.
type Outside struct {
	site   site.Site
	dialer *netprobe.Dialer
	cred   *credential
	scope  func(context.Context) (string, error)

	leave func(cookies http.CookieJar, url, prefix string) // see EndSessions

	mu      sync.Mutex
	session *visit // of the last SignIn
}

// visit is a signed-in browser.
type visit struct {
	jar   http.CookieJar
	token string
	url   string // where it came in
}

// NewOutside prepares the way in. The scope is asked for at each sign-in: it
// is that of the published application, <identifier URI>/user_impersonation.
func NewOutside(s site.Site, d *netprobe.Dialer, o SignInOptions, scope func(context.Context) (string, error)) (*Outside, error) {
	mode := o.mode(s)
	if mode == ByAzureCLI || mode == ByCertificate || mode == BySecret {
		// Those are signed in as the administrator or as nobody, not as the
		// test user.
		mode = SignInOptions{Headless: o.Headless}.mode(site.Site{})
	}
	cred, err := newCredential(s, d, o, mode, s.TestUser.UPN)
	if err != nil {
		return nil, err
	}
	return &Outside{site: s, dialer: d, cred: cred, scope: scope}, nil
}

// EndSessions says how the session at Qlik is ended that a visit made: when the
// next one begins, and on Close. Without it sessions end by themselves once they
// were silent for long enough, and count against the test user until then.
func (o *Outside) EndSessions(leave func(cookies http.CookieJar, url, prefix string)) {
	o.leave = leave
}

// Close ends a sign-in under way, and the session of the last one.
func (o *Outside) Close() {
	o.cred.close()
	o.replace(nil)
}

// replace makes v the present visit and ends the session of the one before.
func (o *Outside) replace(v *visit) {
	o.mu.Lock()
	old := o.session
	o.session = v
	o.mu.Unlock()
	if old != nil && o.leave != nil {
		o.leave(old.jar, old.url, o.site.Qlik.Prefix)
	}
}

// ImpersonationScope is the scope to ask for at a published application: by
// its first identifier, or by its external URL where it has none.
func ImpersonationScope(a fact.PublishedApp) string {
	id := strings.TrimRight(a.ExternalURL, "/")
	if len(a.IdentifierURIs) > 0 {
		id = strings.TrimRight(a.IdentifierURIs[0], "/")
	}
	return id + "/user_impersonation"
}

// Anonymous fetches the external URL without a session and does not follow;
// Final is where a redirect would lead.
func (o *Outside) Anonymous(ctx context.Context, rawURL string) (fact.WebSession, error) {
	const op = "opening the external URL without a session"
	page, err := netprobe.Get(ctx, o.dialer.HTTPClient(netprobe.ClientOptions{}), rawURL, nil)
	if err != nil {
		return fact.WebSession{}, netprobe.Classify(proxySystem, op, err)
	}
	s := fact.WebSession{Final: netprobe.CleanURL(rawURL), Status: page.Status, Mechanism: "none", Schemes: netprobe.Schemes(page.Header), Cookies: cookieNames(page.Header)}
	s.Hops = []string{hop(page)}
	if at, err := url.Parse(rawURL); err == nil && page.Header.Get("Location") != "" {
		if next, err := at.Parse(page.Header.Get("Location")); err == nil {
			s.Final = netprobe.CleanURL(next.String())
		}
	}
	return s, pageError(op, page)
}

// SignIn opens the external URL as the test user: with a token for the
// application at first, and with the cookies it is given from then on. Whatever
// Qlik answers in the end is the answer; an error page of application proxy is
// an error, whose Code is the page's status word.
func (o *Outside) SignIn(ctx context.Context, rawURL string) (fact.WebSession, error) {
	const op = "signing in from outside"
	start, err := hubURL(rawURL)
	if err != nil {
		return fact.WebSession{}, fmt.Errorf("%s: %w", op, err)
	}
	token, err := o.token(ctx)
	if err != nil {
		return fact.WebSession{}, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fact.WebSession{}, fmt.Errorf("%s: %w", op, err)
	}
	v := &visit{jar: jar, token: token, url: start.String()}
	s, err := o.walk(ctx, v, start)
	if err != nil || s.Status >= http.StatusBadRequest {
		return s, err
	}
	if err := o.whoami(ctx, v, start, &s); err != nil {
		return s, err
	}
	o.replace(v)
	return s, nil
}

// Socket opens the engine on the cookies of the last SignIn, and with its
// token too where cookies alone are not let in.
func (o *Outside) Socket(ctx context.Context, rawURL, prefix string) (fact.SocketProbe, error) {
	o.mu.Lock()
	v := o.session
	o.mu.Unlock()
	if v == nil {
		return fact.SocketProbe{}, &fact.Error{Kind: fact.NotSignedIn, System: proxySystem, Op: "opening the engine from outside", Text: "nobody signed in from outside before"}
	}
	options := netprobe.OpenOptions{URL: rawURL, Prefix: prefix, Jar: v.jar, Idle: o.site.Verify.Idle, Budget: o.site.Verify.Patience, Upgrade: o.site.Verify.Patience}
	if options.Idle <= 0 {
		options.Idle = defaultIdle
	}
	engine := netprobe.NewEngine(o.dialer)
	probe, err := engine.Open(ctx, options)
	if err != nil || probe.Upgraded || !o.preauthRefused(probe) {
		return probe, err
	}
	options.Header = http.Header{"Authorization": {"Bearer " + v.token}}
	return engine.Open(ctx, options)
}

// preauthRefused says that it was application proxy, not Qlik, that did not
// let the upgrade in: it sends to the sign-in page or asks for a token.
func (o *Outside) preauthRefused(p fact.SocketProbe) bool {
	switch p.Status {
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusUnauthorized:
		target, isRedirect := strings.CutPrefix(p.Body, "redirects to ")
		return !isRedirect || hostOf(target) == hostOf(authority(o.site))
	}
	return false
}

// token is one for the published application, of the test user.
func (o *Outside) token(ctx context.Context) (string, error) {
	scope, err := o.scope(ctx)
	if err != nil {
		return "", fmt.Errorf("finding the application's scope: %w", err)
	}
	token, err := o.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		return "", err
	}
	says := readClaims(token.Token)
	if who := says.user(); who != "" && o.site.TestUser.UPN != "" && !strings.EqualFold(who, o.site.TestUser.UPN) {
		return "", &fact.Error{
			Kind: fact.NotSignedIn, System: entraSystem, Op: "signing in as the test user", Code: "wrong_user",
			Text: netprobe.Clean(who) + " signed in, not " + o.site.TestUser.UPN,
		}
	}
	return token.Token, nil
}

// walk follows the pages from start, staying on the external host.
func (o *Outside) walk(ctx context.Context, v *visit, start *url.URL) (fact.WebSession, error) {
	const op = "signing in from outside"
	client := o.dialer.HTTPClient(netprobe.ClientOptions{Jar: v.jar})
	s := fact.WebSession{Mechanism: "bearer"}
	at := start
	for range maxHops {
		page, err := netprobe.Get(ctx, client, at.String(), v.header(at))
		if err != nil {
			return s, netprobe.Classify(proxySystem, op, err)
		}
		s.Final, s.Status = netprobe.CleanURL(at.String()), page.Status
		s.Cookies = merge(s.Cookies, cookieNames(page.Header))
		s.Schemes = merge(s.Schemes, netprobe.Schemes(page.Header))
		if err := pageError(op, page); err != nil {
			return s, err
		}
		location := page.Header.Get("Location")
		if page.Status < 300 || page.Status > 399 || location == "" {
			return s, nil
		}
		s.Hops = append(s.Hops, hop(page))
		next, err := at.Parse(location)
		if err != nil {
			return s, &fact.Error{Kind: fact.Refused, System: proxySystem, Op: op, Code: strconv.Itoa(page.Status), Text: "redirects to " + netprobe.CleanURL(location) + ", which is no address"}
		}
		if !strings.EqualFold(next.Host, start.Host) || next.Scheme != start.Scheme {
			return s, o.ledAway(op, page.Status, next)
		}
		at = next
	}
	return s, &fact.Error{Kind: fact.Refused, System: proxySystem, Op: op, Code: "redirects", Text: "redirected in a circle"}
}

// header carries the token for as long as application proxy has given no
// cookie of its own.
func (v *visit) header(at *url.URL) http.Header {
	for _, c := range v.jar.Cookies(at) {
		if strings.HasPrefix(c.Name, "AzureAppProxyAccessCookie") {
			return nil
		}
	}
	return http.Header{"Authorization": {"Bearer " + v.token}}
}

// ledAway explains a redirect off the external host.
func (o *Outside) ledAway(op string, status int, to *url.URL) error {
	e := &fact.Error{Kind: fact.Refused, System: proxySystem, Op: op, Code: strconv.Itoa(status), Text: "leads away to " + netprobe.CleanURL(to.String())}
	switch to.Hostname() {
	case hostOf(authority(o.site)):
		e.Kind, e.Text = fact.NotSignedIn, "asks to sign in although a token was sent"
	case o.site.InternalHost():
		e.Text += ", the internal host: addresses in headers are not translated"
	}
	return e
}

// whoami asks the front whose session it is.
func (o *Outside) whoami(ctx context.Context, v *visit, start *url.URL, s *fact.WebSession) error {
	const op = "asking whose session it is"
	u := *start
	u.Path, u.RawQuery = "/qps/user", ""
	if p := strings.Trim(o.site.Qlik.Prefix, "/"); p != "" {
		u.Path = "/" + p + u.Path
	}
	page, err := netprobe.Get(ctx, o.dialer.HTTPClient(netprobe.ClientOptions{Jar: v.jar}), u.String(), v.header(&u))
	if err != nil {
		return netprobe.Classify(proxySystem, op, err)
	}
	if err := pageError(op, page); err != nil {
		return err
	}
	user, err := netprobe.ParseUser(page.Body)
	if page.Status != http.StatusOK || err != nil {
		return &fact.Error{Kind: fact.Refused, System: "Qlik proxy", Op: op, Code: strconv.Itoa(page.Status), Text: netprobe.PageText(page), Err: err}
	}
	s.UserDirectory, s.UserID = user.Directory, user.ID
	return nil
}

func hop(p netprobe.Page) string {
	s := strconv.Itoa(p.Status)
	if location := p.Header.Get("Location"); location != "" {
		s += " " + netprobe.CleanURL(location)
	}
	return s
}

func cookieNames(h http.Header) []string {
	var names []string
	for _, line := range h.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil {
			names = merge(names, []string{netprobe.Clean(c.Name)})
		}
	}
	return names
}

func merge(into, more []string) []string {
	for _, m := range more {
		if !slices.Contains(into, m) {
			into = append(into, m)
		}
	}
	return into
}

// hubURL is rawURL, or its hub when it names no page.
func hubURL(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("reading the URL: %w", err)
	}
	if u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("the external URL is not an https URL")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/hub/"
	}
	u.Fragment, u.User = "", nil
	return u, nil
}
