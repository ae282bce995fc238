package entra

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// call is one Graph request that was let in.
type call struct {
	st      *State
	now     time.Time
	version string // v1.0 or beta
	path    string // below the version
	ids     []string
	query   url.Values
	header  http.Header
	body    []byte
	who     Claims
	user    *User                   // nil when app-only
	byAppID map[string]*Application // see registration
}

// reply is what a handler answers; a nil body is sent as none.
type reply struct {
	status int
	body   any
}

func ok(body any) (reply, *graphError)      { return reply{http.StatusOK, body}, nil }
func created(body any) (reply, *graphError) { return reply{http.StatusCreated, body}, nil }
func done() (reply, *graphError)            { return reply{status: http.StatusNoContent}, nil }

// beta says whether the request may see what only /beta has.
func (c *call) beta() bool { return c.version == "beta" }

func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request) {
	requestID := uuid.NewString()
	clientID := r.Header.Get("client-request-id")
	if clientID == "" {
		clientID = requestID
	}
	h := w.Header()
	h.Set("request-id", requestID)
	h.Set("client-request-id", clientID)
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Practice lab","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"LAB"}}`)

	body, ge := readBody(r)
	var rep reply
	var raw []byte
	if ge == nil {
		s.mu.Lock()
		rep, ge = s.graphCall(r, body)
		if ge == nil && rep.body != nil {
			// Encoded under the lock: the body may point into the state.
			var err error
			if raw, err = json.Marshal(rep.body); err != nil {
				ge = refused(http.StatusInternalServerError, "InternalServerError", "%v", err)
			}
		}
		s.mu.Unlock()
	}
	if ge != nil {
		s.writeGraphError(w, ge, requestID, clientID)
		return
	}
	if rep.body == nil {
		w.WriteHeader(rep.status)
		return
	}
	h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	h.Set("OData-Version", "4.0")
	w.WriteHeader(rep.status)
	_, _ = w.Write(raw) // a client that is gone is not the tenant's trouble
}

// graphCall answers a request. The caller holds the mutex.
func (s *Server) graphCall(r *http.Request, body []byte) (reply, *graphError) {
	version, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if version = strings.ToLower(version); version != "v1.0" && version != "beta" {
		return reply{}, refused(http.StatusBadRequest, "BadRequest", "Invalid version: %s", version)
	}
	who, ge := s.bearerOf(r)
	if ge != nil {
		return reply{}, ge
	}
	if isBatch(path) {
		return s.batch(r, version, body)
	}
	c := &call{
		st: &s.state, now: s.clock(), version: version, path: path, query: r.URL.Query(), header: r.Header, body: body, who: who,
	}
	if !who.AppOnly {
		c.user = s.state.User(who.ObjectID)
		if c.user == nil || !c.user.Enabled {
			return reply{}, refused(http.StatusUnauthorized, "InvalidAuthenticationToken", "The identity of the calling user cannot be found or is disabled.")
		}
	}
	if s.state.Throttle > 0 {
		s.state.Throttle--
		return reply{}, throttled(s.state.RetryAfter)
	}
	if r.Method != http.MethodGet {
		switch {
		case s.state.WritesDenied:
			return reply{}, denied()
		case s.state.ThrottleWrites > 0:
			s.state.ThrottleWrites--
			return reply{}, throttled(s.state.RetryAfter)
		}
	}
	segments, ge := splitPath(path)
	if ge != nil {
		return reply{}, ge
	}
	rt, ids, ge := match(s.routes, version, r.Method, segments)
	if ge != nil {
		return reply{}, ge
	}
	c.ids = ids
	if ge := rt.allow(c); ge != nil {
		return reply{}, ge
	}
	return rt.handle(c)
}

// bearerOf verifies the request's token.
func (s *Server) bearerOf(r *http.Request) (Claims, *graphError) {
	raw, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer || raw == "" {
		return Claims{}, unauthenticated("Access token is empty.")
	}
	who, err := s.VerifyAccessToken(raw, []string{graphAudience, graphAppID})
	if err != nil {
		text := err.Error()
		switch {
		case strings.Contains(text, "expired"):
			return Claims{}, unauthenticated("Lifetime validation failed, the token is expired.")
		case strings.Contains(text, "it is for"):
			return Claims{}, unauthenticated("Access token validation failure. Invalid audience.")
		}
		return Claims{}, unauthenticated("CompactToken parsing failed or the signature is invalid.")
	}
	return who, nil
}

// route is one operation and what it takes to call it.
type route struct {
	method, pattern string
	betaOnly        bool
	// scopes are delegated permissions, any of which will do.
	scopes []string
	// roles are directory roles the user needs one of; none when empty.
	roles []string
	// appRoles are application permissions, any of which will do; app-only
	// calls are not supported when empty.
	appRoles []string
	handle   func(*call) (reply, *graphError)
}

// allow judges the caller's permissions.
func (rt *route) allow(c *call) *graphError {
	if c.who.AppOnly {
		if len(rt.appRoles) == 0 || !overlap(rt.appRoles, c.who.Roles) {
			return denied()
		}
		return nil
	}
	if !overlap(rt.scopes, c.who.Scopes) {
		return denied()
	}
	if len(rt.roles) > 0 && !overlap(rt.roles, c.user.Roles) {
		return denied()
	}
	return nil
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return strings.EqualFold(x, y) })
	})
}

// match finds the operation; names in paths are taken in any case, as Graph does.
func match(all []route, version, method string, segments []string) (*route, []string, *graphError) {
	furthest, methods := 0, false
	for i := range all {
		rt := &all[i]
		if rt.betaOnly && version != "beta" {
			continue
		}
		depth, got, full := along(strings.Split(rt.pattern, "/"), segments)
		furthest = max(furthest, depth)
		if !full {
			continue
		}
		if rt.method == method {
			return rt, got, nil
		}
		methods = true
	}
	switch {
	case methods:
		return nil, nil, refused(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	case furthest >= len(segments):
		return nil, nil, refused(http.StatusBadRequest, "BadRequest", "Unsupported request path.")
	case furthest >= 2 && strings.EqualFold(segments[0], profilesSegment):
		// This part of Graph is relayed to the application proxy's own service.
		return nil, nil, refused(http.StatusNotFound, "", "No HTTP resource was found that matches the request URI 'https://%s.msgraph.%s/%s'.",
			"practice", proxySuffix, strings.Join(segments, "/"))
	}
	return nil, nil, refused(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", segments[furthest])
}

// along walks pattern and segments together and says how far they agree.
func along(pattern, segments []string) (depth int, ids []string, full bool) {
	for i, want := range pattern {
		if i >= len(segments) {
			return i, nil, false
		}
		switch {
		case want == "{id}":
			ids = append(ids, segments[i])
		case !strings.EqualFold(want, segments[i]):
			return i, nil, false
		}
	}
	return len(pattern), ids, len(pattern) == len(segments)
}

// splitPath cuts a path into segments; users('x') and applications(appId='x')
// are the same as users/x and applications/x.
func splitPath(path string) ([]string, *graphError) {
	var out []string
	for raw := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		seg, err := url.PathUnescape(raw)
		if err != nil || seg == "" {
			return nil, refused(http.StatusBadRequest, "BadRequest", "The request path is malformed.")
		}
		name, key, isKey := strings.Cut(seg, "(")
		if key, closed := strings.CutSuffix(key, ")"); isKey && closed && name != "" {
			if k, v, named := strings.Cut(key, "="); named {
				if !strings.EqualFold(k, "appId") {
					return nil, refused(http.StatusBadRequest, "BadRequest", "The key '%s' is not supported.", k)
				}
				key = v
			}
			out = append(out, name, strings.Trim(key, "'"))
			continue
		}
		out = append(out, seg)
	}
	return out, nil
}

func (s *Server) writeGraphError(w http.ResponseWriter, ge *graphError, requestID, clientID string) {
	h := w.Header()
	if ge.retryAfter >= 0 && ge.status == http.StatusTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(ge.retryAfter))
		h.Set("x-ms-throttle-scope", "Tenant_Application/ReadWrite/practice")
	}
	if ge.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="", authorization_uri="https://%s/common/oauth2/authorize", client_id="%s"`, loginHost, graphAppID))
	}
	writeJSON(w, ge.status, s.errorBody(ge, requestID, clientID))
}

// errorBody is a refusal as Graph words it.
func (s *Server) errorBody(ge *graphError, requestID, clientID string) record {
	return record{"error": record{
		"code":    ge.code,
		"message": ge.message,
		"innerError": record{
			"date":              s.clock().UTC().Format("2006-01-02T15:04:05"),
			"request-id":        requestID,
			"client-request-id": clientID,
		},
	}}
}
