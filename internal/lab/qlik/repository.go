package qlik

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// caller is who uses the repository.
type caller struct {
	directory, user string
}

func (c caller) String() string { return c.directory + `\` + c.user }

// call is one request to the repository service.
type call struct {
	who    caller
	method string
	path   []string // after /qrs
	query  url.Values
	body   []byte
	ctype  string
}

// answer is what the repository replies; a string value is a JSON string.
type answer struct {
	status int
	value  any
}

// maxBody bounds what is read of a request.
const maxBody = 16 << 20

// repository answers on 4242: whoever has a certificate of the site is let in
// and says in a header on whose behalf.
func (s *Server) repository(w http.ResponseWriter, r *http.Request) {
	s.warm(r.Context(), "repository")
	who, ok := parseUser(r.Header.Get("X-Qlik-User"))
	if r.Header.Get("X-Qlik-User") == "" {
		s.View(func(st *State) { ok = !st.Rules.StrictUser })
		who = caller{"INTERNAL", "sa_repository"}
	}
	if !ok {
		http.Error(w, "The user cannot be determined from the X-Qlik-User header.", http.StatusForbidden)
		return
	}
	if !strings.HasPrefix(strings.ToLower(r.URL.Path), "/qrs/") {
		http.Error(w, "Not found", http.StatusNotFound)
		return
	}
	s.qrs(w, r, who, r.URL.Path[len("/qrs/"):])
}

// qrs answers a call that is signed in, on either way in.
func (s *Server) qrs(w http.ResponseWriter, r *http.Request, who caller, path string) {
	raw := r.URL.RawQuery
	s.View(func(st *State) {
		if st.Faults.DropQuery {
			raw = ""
		}
	})
	query, err := url.ParseQuery(raw)
	if !keyed(r, query) {
		http.Error(w, "XSRF prevention check failed. Possible XSRF discovered.", http.StatusForbidden)
		return
	}
	if err != nil || valueless(raw) {
		http.Error(w, "Missing parameter value(s)", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "The request body could not be read", http.StatusBadRequest)
		return
	}
	c := call{
		who: who, method: r.Method, query: query, body: body, ctype: r.Header.Get("Content-Type"),
		path: strings.Split(strings.Trim(path, "/"), "/"),
	}
	var a answer
	s.locked(func() {
		if a, err = s.dispatch(c); err == nil && a.value != nil {
			// Encoded here, because the value may share memory with the state.
			body, err = json.Marshal(a.value)
		}
	})
	if err != nil {
		refused := refusal{status: http.StatusInternalServerError}
		errors.As(err, &refused)
		http.Error(w, err.Error(), refused.status)
		return
	}
	if a.value == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// dispatch finds who answers a call. The lock must be held.
func (s *Server) dispatch(c call) (answer, error) {
	first := strings.ToLower(c.path[0])
	switch first {
	case "about":
		return s.aboutCall(c)
	case "license":
		return s.licenceCall(c)
	case "ssl":
		if len(c.path) > 1 && strings.EqualFold(c.path[1], "ping") {
			return answer{200, "ping"}, nil
		}
	}
	k, ok := s.kinds[first]
	if !ok {
		return answer{}, refuse(404, "There is no %s in this API", c.path[0])
	}
	if first == "contentlibrary" && len(c.path) == 3 {
		return s.contentCall(c)
	}
	if c.method != http.MethodGet && c.method != http.MethodHead {
		return s.write(k, c)
	}
	return s.read(k, c)
}

// keyed is the XSRF rule: sixteen letters or digits, the same in the query and
// in the header.
func keyed(r *http.Request, query url.Values) bool {
	key := ""
	for name, values := range query {
		if strings.EqualFold(name, "xrfkey") && len(values) > 0 {
			key = values[0]
		}
	}
	if len(key) != 16 || key != r.Header.Get("X-Qlik-Xrfkey") {
		return false
	}
	for _, c := range key {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// valueless finds a parameter without "=": the rest of a filter that was cut
// at an unescaped &.
func valueless(raw string) bool {
	for p := range strings.SplitSeq(raw, "&") {
		if p != "" && !strings.Contains(p, "=") {
			return true
		}
	}
	return false
}

// parseUser reads "UserDirectory=DIR; UserId=user".
func parseUser(header string) (caller, bool) {
	var c caller
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "userdirectory":
			c.directory = strings.TrimSpace(value)
		case "userid":
			c.user = strings.TrimSpace(value)
		}
	}
	return c, c.directory != "" && c.user != ""
}
