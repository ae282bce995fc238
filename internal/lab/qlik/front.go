package qlik

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// visit is one request to the proxy, with what the proxy knew when it came.
type visit struct {
	s       *Server
	w       http.ResponseWriter
	r       *http.Request
	secure  bool
	auth    bool // on the old authentication port
	host    string
	aliases []string
	release Release
	rules   Rules
	faults  Faults
	node    liveNode
	proxy   liveProxy
	path    string // from the first reserved word on
	word    string // that word
	session *session
	cookie  *http.Cookie // of a session that this request opened
}

// front answers on 443 and 80.
func (s *Server) front(w http.ResponseWriter, r *http.Request) {
	v := &visit{s: s, w: w, r: r, secure: r.TLS != nil, host: hostName(r.Host)}
	if !v.admit() { //nolint:contextcheck // it takes the request's
		return
	}
	if v.faults.StripUpgrade {
		r.Header.Del("Upgrade")
		r.Header.Del("Connection")
	}
	if v.faults.DropSocketQuery && websocket.IsWebSocketUpgrade(r) {
		r.URL.RawQuery = ""
	}
	v.route()
}

// authPort answers on 4244 and 4248.
func (s *Server) authPort(w http.ResponseWriter, r *http.Request) {
	v := &visit{s: s, w: w, r: r, secure: r.TLS != nil, auth: true, host: hostName(r.Host)}
	if !v.admit() { //nolint:contextcheck // it takes the request's
		return
	}
	switch v.word {
	case "windows_authentication":
		v.windows()
	case "form":
		v.form()
	default:
		v.plain(http.StatusNotFound, "Not found")
	}
}

// admit refuses what does not concern any virtual proxy, in the order in which
// the real one looks at it.
func (v *visit) admit() bool {
	v.w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
	turn, _ := v.r.Context().Value(turnKey{}).(int)
	known, down := false, false
	v.s.locked(func() {
		st := &v.s.state
		v.node, known = v.s.present().node(v.host, turn)
		_, down = v.s.reloads[v.node.host]
		v.release, v.rules, v.faults, v.aliases = st.Release, st.Rules, st.Faults, st.Aliases
		v.w.Header().Set("Date", st.clock().UTC().Format(http.TimeFormat))
	})
	if down || !known {
		v.page(http.StatusServiceUnavailable, "Service Unavailable", "HTTP Error 503. The service is unavailable.")
		return false
	}
	if size, lines := headerSize(v.r); size > v.node.headerBytes || lines > v.node.headerLines {
		v.page(http.StatusBadRequest, "Bad Request - Request Too Long", "HTTP Error 400. The size of the request headers is too long.")
		return false
	}
	v.s.warm(v.r.Context(), v.node.host)
	var prefix string
	prefix, v.word, v.path = split(v.r.URL.Path, v.words())
	if v.proxy, known = v.node.find(prefix); !known || v.faults.WrongHostPage || v.release.strictHost() && !v.accepts(v.r.Host) {
		v.wrongHost()
		return false
	}
	for line := range strings.Lines(v.proxy.headers) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			v.w.Header().Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return true
}

// words are those that end the prefix in a path.
func (v *visit) words() map[string]bool {
	if v.auth {
		return map[string]bool{"windows_authentication": true, "form": true}
	}
	words := map[string]bool{}
	for _, w := range []string{
		"hub", "qmc", "app", "qps", "qrs", "content", "resources", "api", "sense", "client", "public",
		"extensions", "appcontent", "tempcontent", "dataprepservice", "printing", "favicon.ico",
	} {
		words[w] = true
	}
	if !v.release.secondPort() {
		words["internal_windows_authentication"], words["internal_forms_authentication"] = true, true
	}
	return words
}

// split cuts a path at its first reserved word: what is before names the
// virtual proxy.
func split(path string, words map[string]bool) (prefix, word, rest string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		if !words[strings.ToLower(p)] {
			continue
		}
		rest = "/" + strings.Join(parts[i:], "/")
		if strings.HasSuffix(path, "/") {
			rest += "/"
		}
		return strings.ToLower(strings.Join(parts[:i], "/")), strings.ToLower(p), rest
	}
	return strings.ToLower(strings.Trim(path, "/")), "", "/"
}

func headerSize(r *http.Request) (size, lines int) {
	size = len(r.Method) + len(r.RequestURI) + len(r.Host) + len("  HTTP/1.1\r\nHost: \r\n\r\n")
	lines = 1
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
			lines++
		}
	}
	return size, lines
}

// warm makes the first answer after a start or reload a slow one. When nobody
// waits for it any more the request is aborted: an empty answer would be taken
// for a good one.
func (s *Server) warm(ctx context.Context, who string) {
	wait := time.Duration(0)
	s.locked(func() {
		if s.cold[who] {
			delete(s.cold, who)
			wait = s.state.Faults.ColdStart
		}
	})
	if wait == 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

// base is the address of the virtual proxy as the client knows it, without a
// port: names are pinned to ports by whoever uses the lab.
func (v *visit) base() string {
	scheme := "https://"
	if !v.secure {
		scheme = "http://"
	}
	return scheme + v.host + v.folder()
}

func (v *visit) folder() string {
	if v.proxy.prefix == "" {
		return ""
	}
	return "/" + v.proxy.prefix
}
