package qlik_test

import (
	"bytes"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab"
)

// holding is how much a buffering box collects before it passes anything on.
const holding = 4096

// TestHoldsFramesBack meets a box that lets the upgrade pass and then collects
// what the engine says. Neither of Debian's boxes does: nginx's proxy_buffering
// does not concern upgraded connections, and haproxy's http-buffer-request
// waits for the bodies of requests alone. Web filters do, so the box is ours.
func TestHoldsFramesBack(t *testing.T) {
	w := start(t, lab.Options{})
	w.site.Verify.Patience = 5 * time.Second
	host, _, _ := strings.Cut(insideName, ":")
	c, err := w.ca.Server(host)
	if err != nil {
		t.Fatal(err)
	}
	box, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{c}})
	if err != nil {
		t.Fatal(err)
	}
	behind := w.at(t, insideName)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			in, err := box.Accept()
			if err != nil {
				return
			}
			running.Go(func() { hold(in, behind, host) })
		}
	})
	w.route(insideName, box.Addr().String())
	// Inside alone is held back; the connectors do not come this way.
	if diff := cmp.Diff([]string{"verify.websocket-inside verify.held-back"}, w.check(t)); diff != "" {
		t.Errorf("(-want +named)\n%s", diff)
	}
	_ = box.Close()
	running.Wait()
}

// hold carries one connection, and after an upgrade holds the answers back.
func hold(in net.Conn, behind, host string) {
	out, err := tls.Dial("tcp", behind, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, InsecureSkipVerify: true}) //nolint:gosec // the box trusts what is behind it
	if err != nil {
		_ = in.Close()
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		defer func() { _ = out.Close() }()
		buf := make([]byte, 32<<10)
		for {
			n, err := in.Read(buf)
			if _, werr := out.Write(buf[:n]); err != nil || werr != nil {
				return
			}
		}
	})
	both.Go(func() {
		defer func() { _ = in.Close() }()
		var kept []byte
		upgraded := false
		buf := make([]byte, 32<<10)
		for {
			n, err := out.Read(buf)
			kept = append(kept, buf[:n]...)
			pass := len(kept)
			switch end := bytes.Index(kept, []byte("\r\n\r\n")); {
			case !upgraded && bytes.HasPrefix(kept, []byte("HTTP/1.1 101")) && end >= 0:
				upgraded, pass = true, end+4
			case upgraded && len(kept) < holding:
				pass = 0
			}
			_, werr := in.Write(kept[:pass])
			kept = kept[pass:]
			if err != nil || werr != nil {
				return
			}
		}
	})
	both.Wait()
}
