package graph_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// wire stands between the client and Graph and is cut when told.
type wire struct {
	addr string
	// left is how many requests still get through; negative for all.
	left atomic.Int64
	// late cuts after the last request was carried out, before its answer.
	late   atomic.Bool
	served atomic.Int64
}

// newWire puts a wire before the tenant's Graph and pins the site to it.
func newWire(t testing.TB, w *world) *wire {
	t.Helper()
	cert, err := w.ca.Server(contoso.GraphHost)
	if err != nil {
		t.Fatal(err)
	}
	inside := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: w.ca.Pool(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, w.tenant.GraphAddr())
		},
	}
	t.Cleanup(inside.CloseIdleConnections)
	x := &wire{}
	x.left.Store(-1)
	target := &url.URL{Scheme: "https", Host: contoso.GraphHost}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: inside, ErrorLog: log.New(io.Discard, "", 0),
		ModifyResponse: func(*http.Response) error {
			if x.late.Load() && x.left.Load() == 0 {
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if n := x.left.Load(); n == 0 {
			panic(http.ErrAbortHandler)
		} else if n > 0 {
			x.left.Store(n - 1)
		}
		x.served.Add(1)
		proxy.ServeHTTP(rw, r)
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	x.addr = s.Listener.Addr().String()
	for i := range w.site.Pins {
		if w.site.Pins[i].Name == contoso.GraphHost+":443" {
			w.site.Pins[i].Address = x.addr
		}
	}
	return x
}

// TestPublishCutAnywhere breaks the connection after the first call, the
// second, the third …, before the answer and behind it. Begun again, the
// publishing is completed, and there is one application.
func TestPublishCutAnywhere(t *testing.T) {
	const workers = 6 // most of the time is waiting for replicas
	var all sync.WaitGroup
	for _, late := range []bool{false, true} {
		for first := range int64(workers) {
			cuts := newCuts(t, late)
			all.Go(func() { cuts.from(t, first+1, workers) })
		}
	}
	all.Wait()
}

// cuts is one tenant to be cut off from, again and again.
type cuts struct {
	tenant *entra.Server
	wire   *wire
	writer *graph.Writer
	wish   fact.PublishWish
	late   bool
}

func newCuts(t *testing.T, late bool) *cuts {
	t.Helper()
	w := newWorld(t)
	x := newWire(t, w)
	x.late.Store(late)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	user := entra.User{}
	group := entra.ConnectorGroup{}
	w.tenant.View(func(s *entra.State) { user, group = *s.User(contoso.TestUser().UPN), *s.Group(contoso.GroupName) })
	return &cuts{
		tenant: w.tenant, wire: x, writer: graph.NewWriter(c), late: late,
		wish: fact.PublishWish{
			Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL,
			GroupID: group.ID, AssignUserID: user.ID, Hidden: true,
		},
	}
}

// from cuts after call first, first+step, … until nothing is left to cut.
func (c *cuts) from(t *testing.T, first, step int64) {
	whole, err := c.writer.Publish(t.Context(), c.wish)
	if err != nil {
		t.Error(err)
		return
	}
	for cut := first; ; cut += step {
		c.tenant.Update(func(s *entra.State) { s.Applications, s.ServicePrincipals = nil, nil })
		c.wire.left.Store(cut)
		_, broken := c.writer.Publish(t.Context(), c.wish)
		c.wire.left.Store(-1)
		if broken == nil {
			return
		}
		app, err := c.writer.Publish(t.Context(), c.wish)
		if err != nil {
			t.Errorf("begun again after call %d (%v): %v", cut, broken, err)
			return
		}
		if diff := cmp.Diff(whole, app, cmpopts.IgnoreFields(fact.PublishedApp{}, "ObjectID", "AppID", "ServicePrincipalID", "IdentifierURIs")); diff != "" {
			t.Errorf("begun again after call %d (-whole +completed):\n%s", cut, diff)
		}
		c.tenant.View(func(s *entra.State) {
			if len(s.Applications) != 1 || len(s.ServicePrincipals) != 1 {
				t.Errorf("begun again after call %d, late %v (%v): %d applications, %d service principals", cut, c.late, broken, len(s.Applications), len(s.ServicePrincipals))
			}
		})
	}
}
