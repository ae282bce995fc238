package qlik

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// refusal is a request that the repository does not carry out.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return refusal{status: status, text: fmt.Sprintf(format, args...)}
}

// sameKinds refuses members whose JSON type is not that of the default.
func sameKinds(where string, defaults, body Entity) error {
	for name, want := range defaults {
		have, ok := body[name]
		if !ok || have == nil || want == nil {
			continue
		}
		if jsonKind(have) != jsonKind(canonical(want)) {
			return refuse(400, "Error converting value of %s%s: a %s was expected", where, name, jsonKind(canonical(want)))
		}
	}
	return nil
}

func jsonKind(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

func checkVirtualProxy(st *State, old, body Entity) error {
	if err := sameKinds("", virtualProxyDefaults(), body); err != nil {
		return err
	}
	prefix, cookie := body.Text("prefix"), body.Text("sessionCookieHeaderName")
	switch {
	case cookie == "":
		return refuse(400, "sessionCookieHeaderName is required")
	case !validPrefix().MatchString(prefix):
		return refuse(400, "The prefix %q has characters that are not allowed", prefix)
	case old == nil && prefix == "":
		return refuse(400, "prefix is required")
	case old == nil && body.Text("description") == "":
		return refuse(400, "description is required")
	case len(body.Texts("websocketCrossOriginWhiteList")) != len(listAt(body, "websocketCrossOriginWhiteList")):
		return refuse(400, "Error converting value of websocketCrossOriginWhiteList: an array of strings was expected")
	}
	for _, other := range st.VirtualProxies {
		if other.ID() == old.ID() {
			continue
		}
		if strings.EqualFold(other.Text("prefix"), prefix) {
			return refuse(406, "A virtual proxy with the prefix %q exists already", prefix)
		}
		if strings.EqualFold(other.Text("sessionCookieHeaderName"), cookie) {
			return refuse(406, "A virtual proxy with the session cookie header name %q exists already", cookie)
		}
	}
	return keepReferences(body, "loadBalancingServerNodes", st.Nodes)
}

func checkProxyService(st *State, old, body Entity) error {
	settings := body.Object("settings")
	if settings == nil {
		return refuse(400, "settings is required")
	}
	if err := sameKinds("settings.", proxySettingsDefaults(), settings); err != nil {
		return err
	}
	// What a client leaves out falls back to the default: that is how scripts
	// turn Kerberos off without meaning to.
	settings = proxySettingsDefaults().with(settings)
	for name, b := range bounds() {
		if n, ok := integer(settings[name]); !ok || n < b[0] || n > b[1] {
			return refuse(400, "settings.%s must be from %d to %d", name, b[0], b[1])
		}
	}
	if err := keepReferences(settings, "virtualProxies", st.VirtualProxies); err != nil {
		return err
	}
	for _, m := range []string{"id", "createdDate", "schemaPath"} {
		settings[m] = old.Object("settings")[m]
	}
	body.Set("settings", settings)
	body["serverNodeConfiguration"] = old["serverNodeConfiguration"]
	return nil
}

func checkLibrary(st *State, old, body Entity) error {
	name := body.Text("name")
	if name == "" || strings.ContainsAny(name, `/\`) {
		return refuse(400, "A content library needs a name")
	}
	for _, l := range st.Libraries {
		if strings.EqualFold(l.Text("name"), name) && l.ID() != old.ID() {
			return refuse(406, "A content library %q exists already", name)
		}
	}
	return sameKinds("", libraryDefaults(), body)
}

// keepReferences replaces the objects of an array by references to stored
// ones; clients send them back in full, as they got them.
func keepReferences(body Entity, member string, stored []Entity) error {
	refs := []Entity{}
	for _, ref := range body.Objects(member) {
		e := byID(stored, ref.ID())
		if e == nil {
			return refuse(400, "%s names %q, which does not exist", member, ref.ID())
		}
		if !slices.ContainsFunc(refs, func(r Entity) bool { return r.ID() == e.ID() }) {
			refs = append(refs, reference(e))
		}
	}
	body.Set(member, refs)
	return nil
}

func listAt(e Entity, member string) []any {
	l, _ := e[member].([]any)
	return l
}

func validPrefix() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z0-9._~-]+(/[a-z0-9._~-]+)*)?$`)
}
