package qlik

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Services are the services of every node, as the repository last heard of
// them.
func (c *Client) Services(ctx context.Context) ([]fact.QlikService, error) {
	const op = "reading the state of the services"
	var all []struct {
		Type  int `json:"serviceType"`
		State int `json:"serviceState"`
		Node  struct {
			Host string `json:"hostName"`
			Name string `json:"name"`
		} `json:"serverNodeConfiguration"`
		At string `json:"timestamp"`
	}
	if err := c.get(ctx, op, "servicestatus/full", &all); err != nil {
		return nil, err
	}
	types, states := c.enums(ctx)
	out := make([]fact.QlikService, 0, len(all))
	for _, s := range all {
		f := fact.QlikService{
			Host: netprobe.Clean(s.Node.Host), Type: nameOf(types, s.Type), State: nameOf(states, s.State),
		}
		if f.Host == "" {
			f.Host = netprobe.Clean(s.Node.Name)
		}
		f.At, _ = time.Parse(time.RFC3339, s.At)
		out = append(out, f)
	}
	return out, nil
}

// enums are the server's own names for types and states of services; those
// known from public material where it does not tell.
func (c *Client) enums(ctx context.Context) (types, states map[int]string) {
	types = numbered("Repository", "Proxy", "Scheduler", "Engine", "AppMigration", "Printing")
	states = numbered("Initializing", "CertificatesNotInstalled", "Running", "NoCommunication", "Disabled", "Unknown")
	var answer map[string]struct {
		Values []string `json:"values"`
		Usages []string `json:"usages"`
	}
	if err := c.get(ctx, "reading the server's enumerations", "about/api/enums", &answer); err != nil {
		return types, states
	}
	for name, e := range answer {
		switch {
		case strings.HasPrefix(name, "ServiceType"):
			types = readEnum(e.Values, types)
		case strings.HasPrefix(name, "ServiceState"):
			states = readEnum(e.Values, states)
		}
	}
	return types, states
}

// readEnum reads "2: Running"; a list of another shape leaves what is known.
func readEnum(values []string, known map[int]string) map[int]string {
	out := map[int]string{}
	for _, v := range values {
		number, name, ok := strings.Cut(v, ":")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if !ok || err != nil {
			return known
		}
		out[n] = netprobe.Clean(strings.TrimSpace(name))
	}
	if len(out) == 0 {
		return known
	}
	return out
}

func numbered(names ...string) map[int]string {
	out := map[int]string{}
	for i, n := range names {
		out[i] = n
	}
	return out
}

func nameOf(names map[int]string, n int) string {
	if name, ok := names[n]; ok {
		return name
	}
	return strconv.Itoa(n)
}

// aboutPort is where a node's about service listens.
const aboutPort = "9032"

// Release is what the central node's about service says is installed.
func (c *Client) Release(ctx context.Context) (fact.QlikProduct, error) {
	u := *c.base
	u.Host, u.Path = net.JoinHostPort(c.base.Hostname(), aboutPort), "/v1/systeminfo"
	var a struct {
		Label   string `json:"releaseLabel"`
		Version string `json:"version"`
	}
	const op = "asking the about service for the release"
	err := c.exchange(ctx, http.MethodGet, op, u, nil, &a)
	if c.beside != nil && c.beside.only() && err != nil {
		err = c.through(ctx, http.MethodGet, op, "/api/about/v1/systeminfo", nil, body{}, &a)
	}
	if err != nil {
		return fact.QlikProduct{}, err
	}
	return fact.QlikProduct{Label: netprobe.Clean(a.Label), Version: netprobe.Clean(a.Version)}, nil
}

// Licence is the state of the site's licence. Serial, control number and key
// are not even decoded.
func (c *Client) Licence(ctx context.Context) (fact.QlikLicence, error) {
	var l struct {
		Organization string `json:"organization"`
		Expired      bool   `json:"isExpired"`
		Reason       string `json:"expiredReason"`
		Invalid      bool   `json:"isInvalid"`
		Blacklisted  bool   `json:"isBlacklisted"`
	}
	if err := c.get(ctx, "reading the state of the licence", "license", &l); err != nil {
		return fact.QlikLicence{}, err
	}
	return fact.QlikLicence{
		Organization: netprobe.Clean(l.Organization), Expired: l.Expired, Invalid: l.Invalid,
		Blacklisted: l.Blacklisted, Reason: netprobe.Clean(l.Reason),
	}, nil
}
