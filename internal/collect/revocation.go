package collect

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/crypto/ocsp"

	"sensegate/internal/fact"
)

// How much of a list of revoked certificates is read, and how many places of
// the seen certificates are asked.
const (
	listLimit   = 16 << 20
	placesAsked = 4
	ocspMedia   = "application/ocsp-request"
)

// place is one address at which a seen certificate says that revocation is told.
type place struct {
	url  string
	ocsp []byte // the question, where it is an OCSP responder
}

// places are those of the chains that were seen, each once, over plain HTTP as
// Windows asks them.
func places(chains [][]*x509.Certificate) []place {
	var out []place
	known := map[string]bool{}
	add := func(p place) {
		if u, err := url.Parse(p.url); err == nil && strings.EqualFold(u.Scheme, "http") && !known[p.url] && len(out) < placesAsked {
			known[p.url] = true
			out = append(out, p)
		}
	}
	for _, chain := range chains {
		for i, c := range chain[:min(len(chain), 2)] {
			for _, u := range c.CRLDistributionPoints {
				add(place{url: u})
			}
			if i+1 < len(chain) && len(c.OCSPServer) > 0 {
				if ask, err := ocsp.CreateRequest(c, chain[i+1], nil); err == nil {
					add(place{url: c.OCSPServer[0], ocsp: ask})
				}
			}
		}
	}
	return out
}

// revocation fetches what the seen certificates point to, as Windows does
// before it trusts them.
func (c *collector) revocation(ctx context.Context, chains [][]*x509.Certificate, proxy string) []fact.Egress {
	list := places(chains)
	out := make([]fact.Egress, len(list))
	var wait sync.WaitGroup
	for i, p := range list {
		wait.Go(func() { out[i] = c.fetch(ctx, p, proxy) })
	}
	wait.Wait()
	return out
}

func (c *collector) fetch(ctx context.Context, p place, proxy string) fact.Egress {
	ctx, cancel := context.WithTimeout(ctx, c.Net.timeout())
	defer cancel()
	out := fact.Egress{Port: 80, URL: p.url, Proxy: proxy}
	u, err := url.Parse(p.url)
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	out.Host, out.Port = u.Hostname(), number(u.Port(), 80)
	body, status, err := c.get(ctx, p, proxy)
	if status == http.StatusProxyAuthRequired {
		out.Status = status
	}
	if err == nil {
		out.Fetched, err = told(p, body)
	}
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	out.Reached = true
	return out
}

// told says what an answer holds; a page of something in between is an error.
func told(p place, body []byte) (string, error) {
	if p.ocsp != nil {
		// Whose certificate signed the answer is for Windows to judge.
		r, err := ocsp.ParseResponse(body, nil)
		if _, refused := errors.AsType[ocsp.ResponseError](err); err != nil && !refused {
			return "", fmt.Errorf("what came is no OCSP answer, but %s", kind(body))
		}
		if r == nil {
			return "an OCSP answer", nil
		}
		return "an OCSP answer of " + r.ThisUpdate.UTC().Format("2006-01-02"), nil
	}
	list, err := x509.ParseRevocationList(body)
	if err != nil {
		return "", fmt.Errorf("what came is no list of revoked certificates, but %s", kind(body))
	}
	return fmt.Sprintf("a list of %d revoked certificates, of %s", len(list.RevokedCertificateEntries), list.ThisUpdate.UTC().Format("2006-01-02")), nil
}

func kind(body []byte) string { return http.DetectContentType(body) }

// get fetches over plain HTTP, from the proxy where one is named.
func (c *collector) get(ctx context.Context, p place, proxy string) ([]byte, int, error) {
	method, ask := http.MethodGet, io.Reader(http.NoBody)
	if p.ocsp != nil {
		method, ask = http.MethodPost, bytes.NewReader(p.ocsp)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.url, ask)
	if err != nil {
		return nil, 0, fmt.Errorf("asking for it: %w", err)
	}
	if p.ocsp != nil {
		req.Header.Set("Content-Type", ocspMedia)
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return c.Net.dial(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	if proxy != "" {
		at, err := url.Parse(proxy)
		if err != nil || at.Host == "" {
			at = &url.URL{Scheme: "http", Host: strings.TrimPrefix(proxy, "http://")}
		}
		transport.Proxy = http.ProxyURL(at)
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("fetching it: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, listLimit))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, res.StatusCode, fmt.Errorf("fetching it: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, res.StatusCode, fmt.Errorf("answered %s", res.Status)
	}
	return body, res.StatusCode, nil
}
