package qlik

import (
	"context"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// About is what the repository says of itself.
func (c *Client) About(ctx context.Context) (fact.QlikAbout, error) {
	var a struct {
		Build    string `json:"buildVersion"`
		Schema   string `json:"schemaPath"`
		NodeType int    `json:"nodeType"`
	}
	if err := c.get(ctx, "reading the repository's version", "about", &a); err != nil {
		return fact.QlikAbout{}, err
	}
	return fact.QlikAbout{Build: netprobe.Clean(a.Build), Schema: netprobe.Clean(a.Schema), NodeType: a.NodeType, Way: c.Way()}, nil
}

// virtualProxy is a virtualproxyconfig, as far as it is read here.
type virtualProxy struct {
	ID          string   `json:"id"`
	Prefix      string   `json:"prefix"`
	Description string   `json:"description"`
	Default     bool     `json:"defaultVirtualProxy"`
	AllowList   []string `json:"websocketCrossOriginWhiteList"`
	Pattern     string   `json:"windowsAuthenticationEnabledDevicePattern"`
	Method      int      `json:"authenticationMethod"`
	Cookie      string   `json:"sessionCookieHeaderName"`
	Nodes       []struct {
		ID string `json:"id"`
	} `json:"loadBalancingServerNodes"`
	Modified time.Time `json:"modifiedDate"`
}

// VirtualProxies are all virtual proxies of the site.
func (c *Client) VirtualProxies(ctx context.Context) ([]fact.VirtualProxy, error) {
	var all []virtualProxy
	if err := c.get(ctx, "reading the virtual proxies", "virtualproxyconfig/full", &all); err != nil {
		return nil, err
	}
	out := make([]fact.VirtualProxy, 0, len(all))
	for _, v := range all {
		f := fact.VirtualProxy{
			ID: netprobe.Clean(v.ID), Prefix: netprobe.Clean(v.Prefix), Description: netprobe.Clean(v.Description),
			Default: v.Default, DevicePattern: netprobe.Clean(v.Pattern), AuthenticationMethod: v.Method,
			CookieName: netprobe.Clean(v.Cookie), EngineNodes: len(v.Nodes), Modified: v.Modified,
		}
		for _, host := range v.AllowList {
			f.AllowList = append(f.AllowList, printable(host))
		}
		out = append(out, f)
	}
	return out, nil
}

// proxyService is one node's proxyservice entity, as far as it is read here.
type proxyService struct {
	ID   string `json:"id"`
	Node struct {
		Host    string `json:"hostName"`
		Central bool   `json:"isCentral"`
	} `json:"serverNodeConfiguration"`
	Settings struct {
		Kerberos       bool   `json:"kerberosAuthentication"`
		AllowHTTP      bool   `json:"allowHttp"`
		Port           int    `json:"listenPort"`
		AuthPort       int    `json:"authenticationListenPort"`
		MaxHeaderBytes int    `json:"maxHeaderSizeBytes"`
		Certificate    string `json:"sslBrowserCertificateThumbprint"`
		VirtualProxies []struct {
			ID string `json:"id"`
		} `json:"virtualProxies"`
	} `json:"settings"`
	Modified   time.Time `json:"modifiedDate"`
	ModifiedBy string    `json:"modifiedByUserName"`
}

// Proxies are the proxy services of all nodes.
func (c *Client) Proxies(ctx context.Context) ([]fact.ProxyService, error) {
	var all []proxyService
	if err := c.get(ctx, "reading the proxy services", "proxyservice/full", &all); err != nil {
		return nil, err
	}
	central, err := c.centralHosts(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]fact.ProxyService, 0, len(all))
	for _, p := range all {
		f := fact.ProxyService{
			ID: netprobe.Clean(p.ID), Host: netprobe.Clean(p.Node.Host), Kerberos: p.Settings.Kerberos,
			AllowHTTP: p.Settings.AllowHTTP, MaxHeaderBytes: p.Settings.MaxHeaderBytes,
			Port: p.Settings.Port, AuthPort: p.Settings.AuthPort,
			CertificateSHA1: netprobe.Clean(p.Settings.Certificate), Modified: p.Modified, ModifiedBy: netprobe.Clean(p.ModifiedBy),
			ServesCentralNode: p.Node.Central || central[strings.ToLower(p.Node.Host)],
		}
		for _, v := range p.Settings.VirtualProxies {
			f.VirtualProxies = append(f.VirtualProxies, netprobe.Clean(v.ID))
		}
		out = append(out, f)
	}
	return out, nil
}

// centralHosts are the hosts of the central nodes: the condensed node inside a
// proxy service does not say so on every release.
func (c *Client) centralHosts(ctx context.Context) (map[string]bool, error) {
	var nodes []struct {
		Host    string `json:"hostName"`
		Central bool   `json:"isCentral"`
	}
	if err := c.get(ctx, "reading the nodes", "servernodeconfiguration/full", &nodes); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, n := range nodes {
		if n.Central {
			out[strings.ToLower(n.Host)] = true
		}
	}
	return out, nil
}

// printable is Clean for a list entry, whose blanks at the ends are the very
// fault that somebody looks for.
func printable(s string) string {
	text := netprobe.Clean(s)
	if s != "" && s[0] == ' ' {
		text = " " + text
	}
	if len(s) > 1 && s[len(s)-1] == ' ' {
		text += " "
	}
	return text
}
