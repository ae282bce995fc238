package kerberos

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const (
	frontSystem = "Qlik proxy"
	// maxHops bounds the walk from the hub to the Windows module and back.
	maxHops = 12
)

// CodeOtherMechanism is the code of a front that offers Negotiate and takes
// another mechanism than Kerberos behind it.
const CodeOtherMechanism = "mechanism"

// negState of an answer, RFC 4178 4.2.2.
const (
	incomplete = 1
	rejected   = 2
	requestMIC = 3
)

// style is how a ticket is presented to the front.
type style string

const (
	plainToken  style = "kerberos"        // as the connector does by default
	spnegoToken style = "spnego-kerberos" // as browsers do
)

// visit is one browser session at the front: its cookies, and what happened.
type visit struct {
	client  *http.Client
	jar     http.CookieJar
	at      *url.URL
	prefix  string
	session fact.WebSession

	leave    func()        // ends the session at the front; nil where nothing can
	pending  *contextToken // sent with the request under way
	accepted bool          // a token was answered with something else than 401
}

func (c *Client) newVisit(rawURL, prefix string) (*visit, error) {
	at, err := hub(rawURL, prefix)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("making a cookie jar: %w", err)
	}
	v := &visit{
		client: c.dialer.HTTPClient(netprobe.ClientOptions{Jar: jar, KeepAlive: true}),
		jar:    jar, at: at, prefix: prefix,
		session: fact.WebSession{Mechanism: "none"},
	}
	if c.leave != nil {
		v.leave = func() { c.leave(jar, rawURL, prefix) }
	}
	return v, nil
}

// close ends the visit, and its session where there is a way to: one person may
// have five at a time, and the wizard's must not count against them.
func (v *visit) close() {
	if v.leave != nil && v.session.UserID != "" {
		v.leave()
	}
	v.client.CloseIdleConnections()
}

// hub is rawURL, or the virtual proxy's hub when it names no page.
func hub(rawURL, prefix string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is not an http or https URL", netprobe.Clean(rawURL))
	}
	u.Fragment, u.User = "", nil
	prefix = strings.Trim(prefix, "/")
	if p := strings.Trim(u.Path, "/"); p == "" || p == prefix {
		u.Path, u.RawQuery = strings.TrimSuffix("/"+prefix, "/")+"/hub/", ""
	}
	return u, nil
}

// signOn walks from the page to the login module and back to the hub. token is
// called for each proof that is wanted; unasked presents one with the very
// first request. A front that does not offer Kerberos, or leads elsewhere,
// ends the walk without an error: the session tells.
func (v *visit) signOn(ctx context.Context, how style, unasked bool, token func() (contextToken, error)) error {
	const op = "signing in to Qlik with the ticket"
	present := unasked
	for range maxHops {
		page, err := v.get(ctx, how, present, token)
		if err != nil {
			return netprobe.Classify(frontSystem, op, err)
		}
		present = false
		switch {
		case page.Status == http.StatusUnauthorized:
			v.session.Schemes = netprobe.Schemes(page.Header)
			if v.pending != nil {
				return v.refusal(op, page)
			}
			if !v.offers("Negotiate") {
				if v.offers("NTLM") {
					v.session.Mechanism = "ntlm"
				}
				return nil
			}
			present = true
		case page.Status >= 300 && page.Status < 400 && page.Header.Get("Location") != "":
			if err := v.proof(op, how, page); err != nil {
				return err
			}
			if !v.follow(page) {
				return nil
			}
		case page.Status == http.StatusOK:
			if err := v.proof(op, how, page); err != nil {
				return err
			}
			return v.whoami(ctx)
		default:
			return answered(op, page)
		}
	}
	return &fact.Error{Kind: fact.Refused, System: frontSystem, Op: op, Code: "redirects", Text: "the proxy redirects in a circle"}
}

// get asks for the page where the visit stands.
func (v *visit) get(ctx context.Context, how style, present bool, token func() (contextToken, error)) (netprobe.Page, error) {
	v.pending = nil
	header := http.Header{}
	if present {
		t, err := token()
		if err != nil {
			return netprobe.Page{}, err
		}
		raw := t.raw
		if how == spnegoToken {
			if raw, err = offer(raw); err != nil {
				return netprobe.Page{}, err
			}
		}
		v.pending = &t
		header.Set("Authorization", "Negotiate "+base64.StdEncoding.EncodeToString(raw))
	}
	page, err := netprobe.Get(ctx, v.client, v.at.String(), header)
	if err == nil {
		v.session.Final, v.session.Status = netprobe.CleanURL(v.at.String()), page.Status
	}
	return page, err
}

// proof notes that the token was taken, and checks the proof that came back. A
// front that sends none has not proved itself, which is no failure.
func (v *visit) proof(op string, how style, page netprobe.Page) error {
	if v.pending == nil {
		return nil
	}
	x := *v.pending
	v.pending = nil
	t, ok := replyToken(page.Header)
	// A redirect to the login module without a word passed the token by.
	if !ok && loginModule(page.Header.Get("Location")) {
		return nil
	}
	v.accepted = true
	v.session.Mechanism = string(how)
	if !ok || t.Body == nil || x.opaque {
		return nil
	}
	if _, err := x.answered(frontSystem, op, t); err != nil {
		return err
	}
	v.session.Mutual = true
	return nil
}

// refusal explains a 401 to a request that carried a token.
func (v *visit) refusal(op string, page netprobe.Page) error {
	e := &fact.Error{Kind: fact.Refused, System: frontSystem, Op: op, Code: "401", Text: "the ticket was refused"}
	t, ok := replyToken(page.Header)
	if !ok {
		return e
	}
	switch {
	case t.Mechanism == "ntlm":
		v.session.Mechanism = "ntlm"
		e.Text = "the front answered Kerberos with NTLM"
	case t.ID == IDError:
		if k, ok := parseError(t.Body); ok {
			e.Code, e.Text, e.Err = k.Name, k.Text, k
		}
	case t.State == incomplete || t.State == requestMIC:
		e.Text = "the front wants another round, which Kerberos does not have"
	case t.State == rejected:
		// The ticket was not even looked at: something else than Kerberos is
		// behind the word Negotiate, and that is NTLM.
		v.session.Mechanism = "ntlm"
		e.Code, e.Text = CodeOtherMechanism, "the front says Negotiate and does not take Kerberos"
	}
	return e
}

// replyToken is the token beside the scheme Negotiate.
func replyToken(h http.Header) (Token, bool) {
	for _, value := range h.Values("WWW-Authenticate") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
		if !strings.EqualFold(scheme, "Negotiate") || strings.TrimSpace(rest) == "" {
			continue
		}
		first, _, _ := strings.Cut(strings.TrimSpace(rest), ",")
		if t, err := DecodeToken(first); err == nil {
			return t, true
		}
	}
	return Token{}, false
}

func (v *visit) offers(scheme string) bool {
	return slices.ContainsFunc(v.session.Schemes, func(s string) bool { return strings.EqualFold(s, scheme) })
}

// follow moves the visit along a redirect, but only within the host that the
// ticket is for, never from https down to http, and not onto a form.
func (v *visit) follow(page netprobe.Page) bool {
	location := page.Header.Get("Location")
	next, err := v.at.Parse(location)
	if err != nil {
		v.session.Hops = append(v.session.Hops, fmt.Sprintf("%d %s", page.Status, netprobe.Clean(location)))
		return false
	}
	v.session.Hops = append(v.session.Hops, fmt.Sprintf("%d %s", page.Status, netprobe.CleanURL(next.String())))
	next.Fragment, next.User = "", nil
	path := strings.ToLower(next.Path)
	switch {
	case !strings.EqualFold(next.Hostname(), v.at.Hostname()),
		next.Scheme != v.at.Scheme && next.Scheme != "https",
		strings.Contains(path, "/internal_forms_authentication"),
		(next.Port() == "4244" || next.Port() == "4248") && strings.HasPrefix(path, "/form"):
		v.session.Final = netprobe.CleanURL(next.String())
		return false
	}
	v.at = next
	return true
}

func loginModule(location string) bool {
	return strings.Contains(strings.ToLower(location), "windows_authentication")
}

// whoami asks the proxy whose session this is, and notes the cookies' names.
func (v *visit) whoami(ctx context.Context) error {
	const op = "asking whose session it is"
	u := &url.URL{Scheme: v.at.Scheme, Host: v.at.Host, Path: "/"}
	if p := strings.Trim(v.prefix, "/"); p != "" {
		u.Path += p + "/"
	}
	for _, cookie := range v.jar.Cookies(u) {
		v.session.Cookies = append(v.session.Cookies, netprobe.Clean(cookie.Name))
	}
	u.Path += "qps/user"
	page, err := netprobe.Get(ctx, v.client, u.String(), nil)
	if err != nil {
		return netprobe.Classify(frontSystem, op, err)
	}
	if page.Status != http.StatusOK {
		return answered(op, page)
	}
	user, err := netprobe.ParseUser(page.Body)
	if err != nil {
		return &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: op, Code: "200", Text: netprobe.PageText(page), Err: err}
	}
	v.session.UserDirectory, v.session.UserID = user.Directory, user.ID
	// A page that everybody may see says nothing about the ticket.
	if user.ID == "" {
		v.session.Mechanism = "none"
	}
	return nil
}

// answered is an HTTP status that is no answer to op.
func answered(op string, page netprobe.Page) error {
	e := &fact.Error{
		Kind: fact.Refused, System: frontSystem, Op: op,
		Code: strconv.Itoa(page.Status), Text: netprobe.PageText(page),
	}
	switch page.Status {
	case http.StatusForbidden:
		e.Kind = fact.NoRight
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		e.Kind = fact.Unreachable
	case http.StatusGatewayTimeout:
		e.Kind = fact.TimedOut
	}
	return e
}
