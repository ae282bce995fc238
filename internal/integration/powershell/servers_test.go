package powershell_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// servers are what the described machines talk to, by what they do; each is the
// address of a listener on loopback.
type servers struct {
	service, opened                                       string // TLS as the service shows it, and as a box on the way does
	qlik, qlikUnknown, qlikExpired, qlikOther             string
	revocation, page, forbidden                           string // HTTP
	proxy, proxyAsks, proxyPage, proxyNone, proxyTeapot   string
	clock, clockAhead, clockBehind, clockMute, clockWrong string // SNTP
	mute, plain                                           string
	company, digicert                                     *authority
	// through is where the proxy leads.
	through map[string]string
	lock    sync.Mutex
}

// startServers runs all of them until the test is over.
func startServers(t *testing.T) *servers {
	t.Helper()
	key := newKey(t)
	s := &servers{through: map[string]string{}}
	s.digicert, s.company = newAuthority(t, key, "DigiCert Global G2 TLS RSA SHA256 2020 CA1", "DigiCert Inc"), newAuthority(t, key, "qlik01-CA", "Contoso")
	s.digicert.list, s.digicert.responder = "http://crl3.digicert.com/global.crl", "http://ocsp.digicert.com"
	box, nobody := newAuthority(t, key, "Contoso Gateway CA", "Contoso"), newAuthority(t, key, "qlik02-CA", "qlik02-CA")
	later := time.Now().AddDate(0, 6, 0)
	s.service = encrypted(t, s.digicert.server(t, later, "login.microsoftonline.com"))
	s.opened = encrypted(t, box.server(t, later, "login.microsoftonline.com"))
	s.qlik = encrypted(t, s.company.server(t, later, "sense.contoso.test"))
	s.qlikUnknown = encrypted(t, nobody.server(t, later, "sense.contoso.test"))
	s.qlikExpired = encrypted(t, s.company.server(t, time.Now().Add(-24*time.Hour), "sense.contoso.test"))
	s.qlikOther = encrypted(t, s.company.server(t, later, "other.contoso.test"))
	s.revocation = web(t, s.digicert.tell(t))
	s.page = web(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>Bitte melden Sie sich an</html>")
	})
	s.forbidden = web(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not from here", http.StatusForbidden) })
	s.proxy = web(t, s.connect)
	s.proxyAsks = web(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", "Negotiate")
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	s.proxyPage = spoken(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")
	})
	s.proxyTeapot = spoken(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.0 503 Service Unavailable\r\n\r\n") })
	s.proxyNone = spoken(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.contoso.test ESMTP\r\n\r\n") })
	s.plain = spoken(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.contoso.test ESMTP\r\n") })
	s.mute = spoken(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	s.clock = sntp(t, func(time.Time) (time.Duration, bool) { return 0, true })
	s.clockAhead = sntp(t, func(time.Time) (time.Duration, bool) { return 10 * time.Minute, true })
	s.clockBehind = sntp(t, func(time.Time) (time.Duration, bool) { return -2 * time.Minute, true })
	s.clockWrong = sntp(t, func(time.Time) (time.Duration, bool) { return 0, false })
	s.clockMute = sntp(t, nil)
	return s
}

// listen accepts until the test is over; what serve is given it closes itself.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context())) // cleaning up comes after the test's own has ended
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				stop := context.AfterFunc(ctx, func() { _ = c.Close() })
				defer stop()
				defer func() { _ = c.Close() }()
				serve(c)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); cancel(); all.Wait() })
	return l.Addr().String()
}

// encrypted speaks TLS and waits for the other end to go.
func encrypted(t *testing.T, cert tls.Certificate) string {
	return listen(t, func(c net.Conn) {
		tlsConn := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		if tlsConn.Handshake() == nil {
			_, _ = io.Copy(io.Discard, tlsConn)
		}
	})
}

// spoken says something, and waits for the other end to go.
func spoken(t *testing.T, say func(net.Conn)) string {
	return listen(t, func(c net.Conn) {
		say(c)
		_, _ = io.Copy(io.Discard, c)
	})
}

func web(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	s.SetKeepAlivesEnabled(false) // the next machine has other servers under the same names
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// tell serves the authority's list, and answers as its responder.
func (a *authority) tell(t *testing.T) http.HandlerFunc {
	t.Helper()
	list := a.revoked(t)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Content-Type", "application/pkix-crl")
			_, _ = w.Write(list)
			return
		}
		question, err := io.ReadAll(r.Body)
		if err == nil && r.Header.Get("Content-Type") == "application/ocsp-request" {
			if said, err := a.answer(question); err == nil {
				w.Header().Set("Content-Type", "application/ocsp-response")
				_, _ = w.Write(said)
				return
			}
		}
		http.Error(w, "this is no question", http.StatusBadRequest)
	}
}

// connect is a proxy: it opens tunnels, and fetches over HTTP.
func (s *servers) connect(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(host, "80")
	}
	s.lock.Lock()
	to, ok := s.through[host]
	s.lock.Unlock()
	if !ok {
		http.Error(w, "no such host", http.StatusBadGateway)
		return
	}
	if r.Method != http.MethodConnect {
		// It is asked for by the whole address.
		if !r.URL.IsAbs() {
			http.Error(w, "not asked as a proxy", http.StatusBadRequest)
			return
		}
		r.URL.Host, r.RequestURI = to, ""
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = res.Body.Close() }()
		w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
		return
	}
	there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = there.Close() }()
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	here, buffered, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer func() { _ = here.Close() }()
	_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(there, buffered); _ = there.(*net.TCPConn).CloseWrite() }()
	_, _ = io.Copy(here, bufio.NewReader(there))
}

// sntp answers with a clock that is so far ahead of this machine's; without a way
// to tell it says nothing.
func sntp(t *testing.T, off func(time.Time) (ahead time.Duration, right bool)) string {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		ask := make([]byte, 64)
		for {
			n, from, err := server.ReadFrom(ask)
			if err != nil {
				return
			}
			if off == nil || n != 48 {
				continue
			}
			ahead, right := off(time.Now())
			a := make([]byte, 48)
			a[0], a[1] = 0x24, 2
			if right {
				copy(a[24:32], ask[40:48])
			}
			for _, at := range []int{32, 40} {
				now := time.Now().Add(ahead)
				binary.BigEndian.PutUint32(a[at:], uint32(now.Unix()+2208988800))
				binary.BigEndian.PutUint32(a[at+4:], uint32(uint64(now.Nanosecond())<<32/1e9))
			}
			_, _ = server.WriteTo(a, from)
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return server.LocalAddr().String()
}
