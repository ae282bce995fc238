package qlik_test

import (
	"context"
	"net"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
)

// TestClose ends a site with everything in flight.
func TestClose(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.Rules.CSRF = qlik.CSRFNever
	})
	c := l.visitor()
	l.signIn(c)
	open(t, l, c, "/app/engineData")
	if _, _, err := l.socket(nil, engineURL, outside); err != nil {
		t.Fatal(err)
	}
	l.site.Update(func(st *qlik.State) { st.Faults.ColdStart = time.Hour })
	const about = contoso.QlikNode + ":4242/qrs/about"
	written := make(chan struct{})
	sent := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { close(written) },
	})
	var slow sync.WaitGroup
	slow.Go(func() { _ = l.touch(sent, l.administrator(), about) })
	<-written
	eventually(t, "the slow answer is under way", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return l.touch(ctx, l.administrator(), about) == nil
	})
	addr := l.site.FrontAddr()
	for range 2 {
		if err := l.site.Close(); err != nil {
			t.Error(err)
		}
	}
	slow.Wait()
	if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr); err == nil {
		_ = conn.Close()
		t.Error("the front still listens")
	}
}

func TestStartTaken(t *testing.T) {
	l := start(t, nil)
	o := qlik.Options{FrontCA: l.front, SiteCA: l.own, Accept: accept, Listen: qlik.Listen{Repository: l.site.RepositoryAddr()}}
	site, err := qlik.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "repository port") {
		t.Errorf("%v", err)
	}
	if err := site.Close(); err != nil {
		t.Error(err)
	}
}

func TestStopsWithContext(t *testing.T) {
	l := start(t, nil)
	site, err := qlik.New(qlik.Options{FrontCA: l.front, SiteCA: l.own, Accept: accept})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := site.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	eventually(t, "the port is free", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", site.FrontAddr())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	_ = site.Close()
}

func TestOptions(t *testing.T) {
	l := start(t, nil)
	for name, o := range map[string]qlik.Options{
		"no authorities": {Accept: accept},
		"no acceptor":    {FrontCA: l.front, SiteCA: l.own},
	} {
		if _, err := qlik.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	f, err := pki.NewCA("lab")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := qlik.New(qlik.Options{FrontCA: f, SiteCA: f, Accept: accept})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
