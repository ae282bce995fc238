// Package qlik reads and changes the Qlik Sense repository over its REST
// interface, with the certificate that the site exported. Reading and changing
// are different types.
package qlik

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	system = "Qlik repository"
	// defaultUser may read and change everything the wizard touches.
	defaultUser = `INTERNAL\sa_api`
	// maxAnswer bounds an answer: the full list of a large site's virtual
	// proxies runs to megabytes of certificates and templates.
	maxAnswer = 16 << 20
)

// Client asks the repository service. It reads only; see Writer.
type Client struct {
	base *url.URL
	user string // header
	as   string // DIRECTORY\user
	http *http.Client
	// beside is the second way in; nil where there is none.
	beside *proxied
}

// NewClient reads the certificate set of the site, whose key is not protected.
// Nothing is sent yet.
func NewClient(s site.Site, d *netprobe.Dialer) (*Client, error) { return NewClientWith(s, d, nil) }

// NewClientWith is the same for a key, or a PFX file, with a password.
func NewClientWith(s site.Site, d *netprobe.Dialer, password Password) (*Client, error) {
	base, err := url.Parse(s.Qlik.Repository)
	if err != nil || base.Scheme != "https" || base.Hostname() == "" {
		return nil, fmt.Errorf("reading the repository's address: %q is not an https URL", s.Qlik.Repository)
	}
	config, err := tlsConfig(s.Qlik, d, password)
	if err != nil {
		return nil, err
	}
	tr := d.Transport()
	tr.TLSClientConfig = config
	nodes := newByNode(tr, names(s.Qlik, base))
	as := s.Qlik.User
	if as == "" {
		as = defaultUser
	}
	header, err := userHeader(as)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: &url.URL{Scheme: base.Scheme, Host: base.Host},
		user: header, as: as,
		http: &http.Client{
			Transport:     netprobe.Capped(nodes, maxAnswer),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close closes the idle connections, and the session where one was needed.
func (c *Client) Close() {
	if c.beside != nil {
		c.beside.end()
	}
	c.http.CloseIdleConnections()
}

// tlsConfig shows the client certificate, and trusts the site's own authority
// alone where one is given: the repository's certificate is never a public one.
func tlsConfig(q site.Qlik, d *netprobe.Dialer, password Password) (*tls.Config, error) {
	q = located(q)
	if q.Via == site.ViaProxy && q.Certificate == "" {
		return d.TLSConfig(""), nil
	}
	pair, err := identity(q, password)
	if err != nil {
		return nil, err
	}
	config := d.TLSConfig("")
	config.Certificates = []tls.Certificate{pair}
	if q.Root != "" {
		if config.RootCAs, err = authority(q.Root); err != nil {
			return nil, err
		}
	}
	return config, nil
}

// userHeader is the X-Qlik-User value for DIRECTORY\user.
func userHeader(user string) (string, error) {
	directory, id, found := strings.Cut(user, `\`)
	if !found || directory == "" || id == "" || strings.ContainsAny(user, ";\r\n") {
		return "", fmt.Errorf(`reading the repository user: %q is not of the form DIRECTORY\user`, user)
	}
	return "UserDirectory=" + directory + "; UserId=" + id, nil
}

// get asks for a path below /qrs and decodes the answer; numbers in a generic
// answer keep their digits.
func (c *Client) get(ctx context.Context, op, path string, out any) error {
	return c.do(ctx, http.MethodGet, op, path, nil, out)
}

func (c *Client) do(ctx context.Context, method, op, path string, raw []byte, out any) error {
	return c.repository(ctx, method, op, path, nil, body{raw: raw, kind: "application/json"}, out)
}

// exchange sends JSON, or nothing.
func (c *Client) exchange(ctx context.Context, method, op string, u url.URL, raw []byte, out any) error {
	return c.send(ctx, method, op, u, body{raw: raw, kind: "application/json"}, out)
}

// body is what is sent, and its MIME type.
type body struct {
	raw  []byte
	kind string
}

// send makes one request with an XSRF key of its own, as both the repository
// and the proxy's own interface ask for.
func (c *Client) send(ctx context.Context, method, op string, u url.URL, b body, out any) error {
	return c.sendOn(ctx, c.http, c.user, method, op, u, b, out)
}

// sendOn is send over another connection; as is not said where it is empty.
func (c *Client) sendOn(ctx context.Context, over *http.Client, as, method, op string, u url.URL, b body, out any) error {
	ctx, cancel := netprobe.Patient(ctx)
	defer cancel()
	key := xsrfKey()
	query := u.Query()
	query.Set("xrfkey", key)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(b.raw))
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("X-Qlik-Xrfkey", key)
	if as != "" {
		req.Header.Set("X-Qlik-User", as)
	}
	req.Header.Set("Accept", "application/json")
	if b.raw != nil {
		req.Header.Set("Content-Type", b.kind)
	}
	resp, err := over.Do(req)
	if err != nil {
		err = netprobe.Classify(system, op, err)
		if over == c.http {
			err = c.expectAnother(u.Hostname(), err)
		}
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return netprobe.Classify(system, op, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return refusal(op, netprobe.Page{Status: resp.StatusCode, Header: resp.Header, Body: raw})
	}
	if out == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(out); err != nil {
		return &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "the answer is not the repository's", Err: err}
	}
	return nil
}

// refusal is the repository's no. It has no codes of its own, only words.
func refusal(op string, p netprobe.Page) error {
	e := &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: strconv.Itoa(p.Status), Text: netprobe.PageText(p)}
	switch p.Status {
	case http.StatusUnauthorized:
		e.Kind = fact.NotSignedIn
	case http.StatusForbidden:
		e.Kind = fact.NoRight
		if strings.Contains(strings.ToUpper(e.Text), "XSRF") {
			// The key was right when it left: something in between took the
			// query or the header away.
			e.Kind, e.Code = fact.Refused, "XSRF"
		}
	case http.StatusNotFound:
		e.Kind = fact.NotFound
	case http.StatusConflict:
		e.Kind = fact.Conflict
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		e.Kind = fact.Unreachable
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		e.Kind = fact.TimedOut
	}
	if p.Status >= 300 && p.Status < 400 {
		e.Kind, e.Text = fact.NotSignedIn, "sends to a login page: this is the proxy's port, not the repository's"
	}
	return e
}

// xsrfKey is sixteen letters and digits, new for each call.
func xsrfKey() string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01" // 64, so that no byte is cut off unevenly
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it ends the program rather than fail
	for i, b := range raw {
		raw[i] = alphabet[b%64]
	}
	return string(raw[:])
}
