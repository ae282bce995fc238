package collect

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sensegate/internal/fact"
)

// Endpoint is one address that a connector talks to.
type Endpoint = fact.Endpoint

func (o Options) probes() []Endpoint {
	if o.Probes != nil {
		return o.Probes
	}
	return fact.ServiceEndpoints(o.Cloud, o.Tenant)
}

func egress(ctx context.Context, c *collector) (string, error) {
	list := c.probes()
	out := make([]fact.Egress, len(list))
	chains := make([][]*x509.Certificate, len(list))
	proxy := c.wayOut()
	var wait sync.WaitGroup
	for i, e := range list {
		wait.Go(func() { out[i], chains[i] = c.reach(ctx, e, proxy) })
	}
	wait.Wait()
	out = append(out, c.revocation(ctx, genuine(out, chains), proxy)...)
	c.e.Egress = out
	reached, opened := 0, 0
	for _, e := range out {
		if e.Reached {
			reached++
		}
		if e.Inspected {
			opened++
		}
	}
	says := fmt.Sprintf("%d of %d reached", reached, len(out))
	if opened > 0 {
		says += fmt.Sprintf(", TLS opened on the way to %d", opened)
	}
	return says, nil
}

// genuine are the chains that nothing in between made: only those say where
// Microsoft's service has its revocation lists.
func genuine(list []fact.Egress, chains [][]*x509.Certificate) [][]*x509.Certificate {
	var out [][]*x509.Certificate
	for i, e := range list {
		if e.Reached && !e.Inspected && len(chains[i]) > 0 {
			out = append(out, chains[i])
		}
	}
	return out
}

// reach tries one endpoint: its name, a connection, and where TLS is spoken
// who signed the certificate.
func (c *collector) reach(ctx context.Context, e Endpoint, proxy string) (fact.Egress, []*x509.Certificate) {
	ctx, cancel := context.WithTimeout(ctx, c.Net.timeout())
	defer cancel()
	out := fact.Egress{Host: e.Host, Port: e.Port, Proxy: proxy}
	chain, addresses, err := c.named(ctx, e.Host, proxy)
	out.Chain = chain
	if err != nil && proxy == "" {
		out.Problem = "the name is not resolved: " + err.Error()
		if len(chain) > 0 {
			out.Problem = "the name leads to " + chain[len(chain)-1] + ", which is not resolved: " + err.Error()
		}
		return out, nil
	}
	conn, err := c.Net.through(ctx, proxy, net.JoinHostPort(e.Host, strconv.Itoa(e.Port)))
	if err != nil {
		if r, ok := errors.AsType[*refusal](err); ok {
			out.Status = r.status
		}
		out.Problem = err.Error() + c.remark(addresses, proxy)
		return out, nil
	}
	defer func() { _ = conn.Close() }() // nothing was written that could be lost
	if e.Port == 80 {
		out.Reached = true
		return out, nil
	}
	shown, err := c.Net.certificates(ctx, conn, e.Host)
	if err != nil || len(shown) == 0 {
		out.Problem = fmt.Sprintf("no certificate: %v", err) + c.remark(addresses, proxy)
		return out, nil
	}
	out.Reached, out.Issuer, out.Inspected = true, issuer(shown[0]), !public(shown[0])
	return out, shown
}

// named looks a name up. Through a proxy it is the proxy that does; a name server
// that knows no names of the internet must not take the time for the way.
func (c *collector) named(ctx context.Context, host, proxy string) (chain, addresses []string, err error) {
	if proxy != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Net.timeout()/nameShare)
		defer cancel()
	}
	return c.Net.lookup(ctx, host)
}

// nameShare is which part of the time a name may take that need not be known.
const nameShare = 4

// remark says what about a name's addresses, or about the way taken, may be why
// an endpoint was not reached.
func (c *collector) remark(addresses []string, proxy string) string {
	if proxy != "" {
		return "" // the proxy looks the name up, and finds the way
	}
	private, six := 0, 0
	for _, a := range addresses {
		at, err := netip.ParseAddr(a)
		if err != nil {
			continue
		}
		at = at.Unmap()
		if at.IsPrivate() || at.IsLoopback() || at.IsUnspecified() || at.IsLinkLocalUnicast() {
			private++
		}
		if at.Is6() {
			six++
		}
	}
	switch {
	case private > 0 && private == len(addresses):
		return "; the name server answers with " + strings.Join(addresses, ", ") + ", which is no address of the internet"
	case six > 0 && six == len(addresses):
		return "; the name has IPv6 addresses alone: " + strings.Join(addresses, ", ")
	case c.e.Proxy.PAC != "":
		return "; tried without a proxy, and discovery leads to " + c.e.Proxy.PAC
	}
	return ""
}

// timestamps marks certificates that were published in the transparency logs,
// which public authorities do and inspecting boxes cannot.
var timestamps = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2} //nolint:gochecknoglobals // a constant that Go has no word for

// public says whether a certificate comes from one of the authorities that
// Microsoft's service uses, or from any that publishes what it signs.
func public(c *x509.Certificate) bool {
	if slices.ContainsFunc(c.Issuer.Organization, fact.PublicIssuer) {
		return true
	}
	for _, x := range c.Extensions {
		if x.Id.Equal(timestamps) {
			return true
		}
	}
	return false
}

func backends(ctx context.Context, c *collector) (string, error) {
	good := 0
	for _, b := range c.Backends {
		host, port, err := net.SplitHostPort(b)
		if err != nil {
			host, port = b, "443"
		}
		found := c.look(ctx, strings.Trim(host, "[]"), number(port, 443))
		if found.Trusted {
			good++
		}
		c.e.Backends = append(c.e.Backends, found)
	}
	return fmt.Sprintf("%d of %d trusted by this machine", good, len(c.Backends)), nil
}

func (c *collector) look(ctx context.Context, host string, port int) fact.Backend {
	ctx, cancel := context.WithTimeout(ctx, c.Net.timeout())
	defer cancel()
	out := fact.Backend{Host: host, Port: port}
	conn, err := c.Net.dial(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	defer func() { _ = conn.Close() }() // nothing was written that could be lost
	chain, err := c.Net.certificates(ctx, conn, host)
	if err != nil || len(chain) == 0 {
		out.Problem = fmt.Sprintf("no certificate: %v", err)
		return out
	}
	out.Issuer = issuer(chain[0])
	_, err = within(ctx, c.Net.timeout(), func() (struct{}, error) { return struct{}{}, c.Net.trust(chain, host, c.Clock()) })
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	out.Trusted = true
	return out
}
