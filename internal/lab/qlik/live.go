package qlik

import (
	"slices"
	"strings"
	"time"
)

// live is what the proxies go by: the repository's state as of their last
// reload. It is never changed, only replaced.
type live struct {
	nodes []liveNode
}

type liveNode struct {
	host        string
	central     bool
	kerberos    bool
	plain       bool // HTTP is allowed
	ownTrust    bool // presents the certificate of the site's own authority
	headerBytes int
	headerLines int
	proxies     []liveProxy
}

// liveProxy is a virtual proxy as one node serves it.
type liveProxy struct {
	id, prefix, pattern  string
	allow                []string
	cookie, cookieDomain string
	secure, securePlain  bool
	sameSite, samePlain  int
	inactivity           time.Duration
	method, anonymous    int
	module               string
	headers              string
	engines              []string
}

// build makes what proxies would go by if they reloaded now.
func (st *State) build() *live {
	l := &live{}
	for _, p := range st.ProxyServices {
		host := st.hostOf(p)
		settings := p.Object("settings")
		n := liveNode{
			host:        strings.ToLower(host),
			central:     st.Node(host).Flag("isCentral"),
			kerberos:    settings.Flag("kerberosAuthentication"),
			plain:       settings.Flag("allowHttp"),
			ownTrust:    settings.Text("sslBrowserCertificateThumbprint") == "",
			headerBytes: settings.Number("maxHeaderSizeBytes"),
			headerLines: settings.Number("maxHeaderLines"),
		}
		for _, vp := range st.VirtualProxies {
			if st.serves(p, vp) {
				n.proxies = append(n.proxies, st.buildProxy(vp))
			}
		}
		l.nodes = append(l.nodes, n)
	}
	return l
}

// serves says whether a proxy answers for a virtual proxy: one with a prefix
// has to be linked to the central proxy as well.
func (st *State) serves(proxy, vp Entity) bool {
	if !st.linked(proxy, vp) {
		return false
	}
	if vp.Text("prefix") == "" {
		return true
	}
	return slices.ContainsFunc(st.ProxyServices, func(p Entity) bool {
		return st.Node(st.hostOf(p)).Flag("isCentral") && st.linked(p, vp)
	})
}

func (st *State) buildProxy(vp Entity) liveProxy {
	p := liveProxy{
		id: vp.ID(), prefix: strings.ToLower(vp.Text("prefix")),
		pattern: vp.Text("windowsAuthenticationEnabledDevicePattern"),
		allow:   vp.Texts("websocketCrossOriginWhiteList"),
		cookie:  vp.Text("sessionCookieHeaderName"), cookieDomain: vp.Text("sessionCookieDomain"),
		inactivity: time.Duration(vp.Number("sessionInactivityTimeout")) * time.Minute,
		method:     vp.Number("authenticationMethod"), anonymous: vp.Number("anonymousAccessMode"),
		module:  vp.Text("authenticationModuleRedirectUri"),
		headers: vp.Text("additionalResponseHeaders"),
	}
	if !st.Release.lacks("hasSecureAttributeHttps") {
		p.secure, p.securePlain = vp.Flag("hasSecureAttributeHttps"), vp.Flag("hasSecureAttributeHttp")
		p.sameSite, p.samePlain = vp.Number("sameSiteAttributeHttps"), vp.Number("sameSiteAttributeHttp")
	}
	for _, ref := range vp.Objects("loadBalancingServerNodes") {
		if n := byID(st.Nodes, ref.ID()); n.Flag("engineEnabled") {
			p.engines = append(p.engines, n.Text("hostName"))
		}
	}
	return p
}

// node picks the one with a host name, or any by turn for a name that is
// shared by all of them.
func (l *live) node(host string, turn int) (liveNode, bool) {
	if len(l.nodes) == 0 {
		return liveNode{}, false
	}
	for _, n := range l.nodes {
		if host == n.host || host == shortName(n.host) {
			return n, true
		}
	}
	return l.nodes[turn%len(l.nodes)], true
}

// find is the virtual proxy with a prefix.
func (n liveNode) find(prefix string) (liveProxy, bool) {
	i := slices.IndexFunc(n.proxies, func(p liveProxy) bool { return p.prefix == prefix })
	if i < 0 {
		return liveProxy{}, false
	}
	return n.proxies[i], true
}
