package netprobe_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"testing"

	"sensegate/internal/netprobe"
)

// settings is what a server of HTTP/2 says before it is asked: an empty
// SETTINGS frame and a GOAWAY (RFC 9113, sections 6.5 and 6.8).
const settings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"

// early is a server that speaks on the first of its connections before it is
// asked, and answers on later ones. It counts them.
func early(t *testing.T, first int64) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if asked.Add(1) <= first {
				_, _ = c.Write([]byte(settings))
			} else if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_ = req.Body.Close()
				_, _ = c.Write([]byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String(), asked
}

// watched tells when the library gives a connection up.
type watched struct {
	net.Conn
	once  sync.Once
	given chan struct{}
}

func (w *watched) Close() error {
	w.once.Do(func() { close(w.given) })
	return w.Conn.Close()
}

// patient is a client that sends a request only after the library has read what
// came unasked, on the first of its connections.
func patient(t *testing.T, first int64) (context.Context, *http.Client) {
	t.Helper()
	var dialed atomic.Int64
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &watched{Conn: c, given: make(chan struct{})}, nil
	}}
	t.Cleanup(tr.CloseIdleConnections)
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if w, ok := i.Conn.(*watched); ok && dialed.Add(1) <= first {
			<-w.given
		}
	}})
	return ctx, &http.Client{Transport: tr}
}

// TestSpokeFirst asks a server again that spoke before it was asked, because
// the library drops what came: the next time it may come as an answer.
func TestSpokeFirst(t *testing.T) {
	for _, tt := range []struct {
		name         string
		first, asked int64
		answered     bool
	}{
		{name: "it answers at once", asked: 1, answered: true},
		{name: "it answers the second time", first: 1, asked: 2, answered: true},
		{name: "it answers the fourth time", first: 3, asked: 4, answered: true},
		{name: "it never answers", first: 100, asked: 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address, asked := early(t, tt.first)
			ctx, client := patient(t, tt.first)
			page, err := netprobe.Get(ctx, client, "http://"+address+"/", nil)
			if (err == nil) != tt.answered || tt.answered && page.Status != http.StatusNotFound {
				t.Errorf("Get() = %d, %v", page.Status, err)
			}
			if n := asked.Load(); n != tt.asked {
				t.Errorf("it was asked %d times, want %d", n, tt.asked)
			}
		})
	}
}
