package qlik

import (
	"slices"
	"strings"
)

// VirtualProxy is the stored virtual proxy with a prefix, nil when there is
// none. Within Update it may be changed.
func (st *State) VirtualProxy(prefix string) Entity {
	return find(st.VirtualProxies, func(e Entity) bool { return strings.EqualFold(e.Text("prefix"), prefix) })
}

// AddVirtualProxy stores a virtual proxy that is linked to no proxy yet.
func (st *State) AddVirtualProxy(prefix, description string) Entity {
	vp := virtualProxyDefaults().with(st.common("VirtualProxyConfig", prefix))
	vp.Set("prefix", prefix)
	vp.Set("description", description)
	vp.Set("sessionCookieHeaderName", "X-Qlik-Session-"+strings.ReplaceAll(prefix, "/", "-"))
	st.VirtualProxies = append(st.VirtualProxies, vp)
	return vp
}

// AllowList is the host allow list of a virtual proxy.
func (st *State) AllowList(prefix string) []string {
	return st.VirtualProxy(prefix).Texts("websocketCrossOriginWhiteList")
}

// SetAllowList replaces the host allow list of a virtual proxy.
func (st *State) SetAllowList(prefix string, entries ...string) {
	if vp := st.VirtualProxy(prefix); vp != nil {
		vp.Set("websocketCrossOriginWhiteList", entries)
	}
}

// SetPattern says which browsers a virtual proxy signs in through Windows.
func (st *State) SetPattern(prefix, pattern string) {
	if vp := st.VirtualProxy(prefix); vp != nil {
		vp.Set("windowsAuthenticationEnabledDevicePattern", pattern)
	}
}

// SetEngineNodes says on which nodes a virtual proxy finds engines.
func (st *State) SetEngineNodes(prefix string, hosts ...string) {
	vp := st.VirtualProxy(prefix)
	if vp == nil {
		return
	}
	refs := []any{}
	for _, h := range hosts {
		if n := st.Node(h); n != nil {
			refs = append(refs, reference(n))
		}
	}
	vp.Set("loadBalancingServerNodes", refs)
}

// AddNode stores a node and its proxy; the first one is the central node.
func (st *State) AddNode(host string) {
	node := nodeDefaults().with(st.common("ServerNodeConfiguration", host))
	node.Set("hostName", host)
	node.Set("isCentral", len(st.Nodes) == 0)
	node.Set("name", "Central")
	if len(st.Nodes) > 0 {
		node.Set("name", shortName(host))
	}
	st.Nodes = append(st.Nodes, node)
	proxy := proxyServiceDefaults().with(st.common("ProxyService", host))
	settings := proxySettingsDefaults().with(st.common("ProxyService.Settings", host))
	settings.Set("sslBrowserCertificateThumbprint", "5E4500000000000000000000000000000000C0DE")
	proxy.Set("serverNodeConfiguration", reference(node))
	proxy.Set("settings", settings)
	st.ProxyServices = append(st.ProxyServices, proxy)
}

// Node is the stored node with a host name, nil when there is none.
func (st *State) Node(host string) Entity {
	return find(st.Nodes, func(e Entity) bool { return strings.EqualFold(e.Text("hostName"), host) })
}

// ProxyService is the stored proxy of a node, nil when there is none.
func (st *State) ProxyService(host string) Entity {
	node := st.Node(host)
	return find(st.ProxyServices, func(e Entity) bool {
		return node != nil && e.Text("serverNodeConfiguration", "id") == node.ID()
	})
}

// SetProxy changes one member of a proxy's settings; with an empty host, that
// of every proxy.
func (st *State) SetProxy(host, member string, value any) {
	for _, p := range st.ProxyServices {
		if host == "" || strings.EqualFold(st.hostOf(p), host) {
			p.Object("settings").Set(member, value)
		}
	}
}

// SetKerberos turns Kerberos on or off on the proxy of a node; with an empty
// host, on all.
func (st *State) SetKerberos(host string, on bool) { st.SetProxy(host, "kerberosAuthentication", on) }

// Link makes the proxy of a node serve a virtual proxy.
func (st *State) Link(prefix, host string) {
	vp, p := st.VirtualProxy(prefix), st.ProxyService(host)
	if vp == nil || p == nil || st.linked(p, vp) {
		return
	}
	p.Object("settings").Set("virtualProxies", append(p.Objects("settings", "virtualProxies"), reference(vp)))
}

// Unlink takes a virtual proxy away from the proxy of a node.
func (st *State) Unlink(prefix, host string) {
	vp, p := st.VirtualProxy(prefix), st.ProxyService(host)
	if vp == nil || p == nil {
		return
	}
	kept := slices.DeleteFunc(p.Objects("settings", "virtualProxies"), func(e Entity) bool { return e.ID() == vp.ID() })
	p.Object("settings").Set("virtualProxies", kept)
}

func (st *State) linked(proxy, vp Entity) bool {
	return byID(proxy.Objects("settings", "virtualProxies"), vp.ID()) != nil
}

func (st *State) hostOf(proxy Entity) string {
	return byID(st.Nodes, proxy.Text("serverNodeConfiguration", "id")).Text("hostName")
}

func reference(e Entity) Entity { return Entity{"id": e.ID()} }

func shortName(host string) string {
	short, _, _ := strings.Cut(host, ".")
	return short
}
