package qlik

import "strings"

// kind is one type of entity in the repository's API.
type kind struct {
	path     string // in URLs
	schema   string // in schemaPath and enumerations
	entities func(*State) *[]Entity
	defaults func() Entity
	// brief are the members of the condensed form; with none given it lacks
	// only those of hidden.
	brief []string
	// writes says which of POST, PUT and DELETE the API has.
	writes string
	// check refuses a body; old is nil for a new entity.
	check func(st *State, old, body Entity) error
	// expand turns references into the condensed form of what they name.
	expand func(st *State, e Entity) Entity
	// affects names the nodes whose proxies reload after a change.
	affects func(st *State, e Entity) []string
}

// hidden are the members that a condensed entity lacks.
func hidden() []string {
	return []string{"createdDate", "modifiedDate", "modifiedByUserName", "schemaPath", "customProperties"}
}

func kinds() map[string]kind {
	out := map[string]kind{}
	for _, k := range []kind{
		{
			path: "virtualproxyconfig", schema: "VirtualProxyConfig",
			entities: func(st *State) *[]Entity { return &st.VirtualProxies },
			defaults: virtualProxyDefaults, writes: "POST PUT DELETE",
			check: checkVirtualProxy, expand: expandVirtualProxy, affects: proxiesServing,
		},
		{
			path: "proxyservice", schema: "ProxyService",
			entities: func(st *State) *[]Entity { return &st.ProxyServices },
			defaults: proxyServiceDefaults, writes: "PUT", brief: []string{"id", "serverNodeConfiguration", "settings", "privileges"},
			check: checkProxyService, expand: expandProxyService,
			affects: func(st *State, e Entity) []string { return []string{strings.ToLower(st.hostOf(e))} },
		},
		{
			path: "servernodeconfiguration", schema: "ServerNodeConfiguration",
			entities: func(st *State) *[]Entity { return &st.Nodes },
			defaults: nodeDefaults, writes: "PUT", brief: nodeBrief(),
		},
		{
			path: "servicestatus", schema: "ServiceStatus",
			entities: serviceStatus, defaults: serviceStatusDefaults,
			brief:  []string{"id", "serviceType", "serviceState", "serverNodeConfiguration", "timestamp", "privileges"},
			expand: expandNode,
		},
		{
			path: "user", schema: "User",
			entities: func(st *State) *[]Entity { return &st.Users },
			defaults: userDefaults, brief: []string{"id", "userId", "userDirectory", "name", "privileges"},
		},
		{
			path: "contentlibrary", schema: "ContentLibrary",
			entities: func(st *State) *[]Entity { return &st.Libraries },
			defaults: libraryDefaults, writes: "POST DELETE", brief: []string{"id", "name", "type", "privileges"},
			check: checkLibrary, expand: expandLibrary,
		},
		{
			path: "fileextensionwhitelist", schema: "FileExtensionWhiteList",
			entities: extensionLists, defaults: extensionListDefaults, brief: []string{"id", "libraryType", "privileges"},
		},
	} {
		out[k.path] = k
	}
	return out
}

func nodeBrief() []string {
	return []string{"id", "name", "hostName", "temporaryfilepath", "roles", "serviceCluster", "privileges"}
}

// full is an entity as the API shows it.
func (k kind) full(st *State, e Entity) Entity {
	e = e.clone()
	if k.expand != nil {
		e = k.expand(st, e)
	}
	if k.schema == "VirtualProxyConfig" {
		for m := range e {
			if st.Release.lacks(m) {
				delete(e, m)
			}
		}
	}
	return e
}

// condensed is the same in brief.
func (k kind) condensed(st *State, e Entity) Entity {
	e = k.full(st, e)
	if len(k.brief) > 0 {
		return e.only(k.brief...)
	}
	return e.without(hidden()...)
}

func expandVirtualProxy(st *State, e Entity) Entity {
	nodes := []Entity{}
	for _, ref := range e.Objects("loadBalancingServerNodes") {
		if n := byID(st.Nodes, ref.ID()); n != nil {
			nodes = append(nodes, n.only(nodeBrief()...))
		}
	}
	e.Set("loadBalancingServerNodes", nodes)
	return e
}

func expandProxyService(st *State, e Entity) Entity {
	e = expandNode(st, e)
	linked := []Entity{}
	for _, ref := range e.Objects("settings", "virtualProxies") {
		if vp := byID(st.VirtualProxies, ref.ID()); vp != nil {
			linked = append(linked, kinds()["virtualproxyconfig"].condensed(st, vp))
		}
	}
	e.Object("settings").Set("virtualProxies", linked)
	return e
}

func expandNode(st *State, e Entity) Entity {
	if n := byID(st.Nodes, e.Text("serverNodeConfiguration", "id")); n != nil {
		e.Set("serverNodeConfiguration", n.only(nodeBrief()...))
	}
	return e
}

// proxiesServing are the nodes whose proxies a virtual proxy is linked to.
func proxiesServing(st *State, vp Entity) []string {
	var hosts []string
	for _, p := range st.ProxyServices {
		if st.linked(p, vp) {
			hosts = append(hosts, strings.ToLower(st.hostOf(p)))
		}
	}
	return hosts
}
