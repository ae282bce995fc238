package qlik

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// names are the server names to expect in the certificates of nodes, by the
// host that is called, in lower case. A name that was given for one node says
// nothing of another: each certificate bears its own installation's name.
func names(q site.Qlik, repository *url.URL) map[string]string {
	out := map[string]string{}
	if q.ServerName != "" {
		out[strings.ToLower(repository.Hostname())] = q.ServerName
	}
	for host, name := range q.ServerNames {
		out[strings.ToLower(host)] = name
	}
	return out
}

// byNode sends each request over the transport of its host. Those without a
// name of their own share one.
type byNode struct {
	plain *http.Transport
	named map[string]*http.Transport
}

// newByNode makes one transport for each name; the TLS settings of plain are
// those of all.
func newByNode(plain *http.Transport, names map[string]string) byNode {
	out := byNode{plain: plain, named: map[string]*http.Transport{}}
	for host, name := range names {
		t := plain.Clone()
		t.TLSClientConfig.ServerName = name
		out.named[host] = t
	}
	return out
}

// RoundTrip implements http.RoundTripper.
func (b byNode) RoundTrip(r *http.Request) (*http.Response, error) {
	if t, ok := b.named[strings.ToLower(r.URL.Hostname())]; ok {
		return t.RoundTrip(r) //nolint:wrapcheck // the client says what it was doing
	}
	return b.plain.RoundTrip(r) //nolint:wrapcheck // as above
}

// CloseIdleConnections closes those of every transport.
func (b byNode) CloseIdleConnections() {
	b.plain.CloseIdleConnections()
	for _, t := range b.named {
		t.CloseIdleConnections()
	}
}

// expectAnother tells, of a node whose certificate bears another name, where
// that name is written down.
func (c *Client) expectAnother(host string, err error) error {
	fe, ok := errors.AsType[*fact.Error](err)
	if ok && fe.Kind == fact.Untrusted && strings.Contains(fe.Text, "for another name") {
		key := "qlik.server_names"
		if strings.EqualFold(host, c.base.Hostname()) {
			key = "qlik.server_name"
		}
		fe.Text += ": give the name that " + host + " was installed with under " + key
	}
	return err
}
