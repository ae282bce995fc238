package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"sensegate/checks/application"
	"sensegate/internal/directory"
	"sensegate/internal/graph"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
	"sensegate/steps"
)

// opener makes the adapters of a site. Writers are made only where something
// may be changed.
type opener struct {
	secrets func(name string) (string, bool)
	prompt  graph.Prompt
	writing bool
	// headless says that no browser can be opened here.
	headless bool
	// folder is where it is noted who signed in, for sites that want it.
	folder string
}

func (o opener) open(_ context.Context, s site.Site) (steps.World, error) {
	dialer, err := netprobe.New(s)
	if err != nil {
		return steps.World{}, fmt.Errorf("preparing connections: %w", err)
	}
	signIn := graph.SignInOptions{Prompt: o.prompt, Headless: o.headless, Secret: o.secrets, Folder: o.folder}
	cloud, err := graph.NewClient(s, dialer, signIn)
	if err != nil {
		return steps.World{}, fmt.Errorf("preparing the sign-in to Entra: %w", err)
	}
	outside, err := graph.NewOutside(s, dialer, signIn, scopeOf(s, cloud))
	if err != nil {
		cloud.Close()
		return steps.World{}, fmt.Errorf("preparing the way in from outside: %w", err)
	}
	tickets := kerberos.New(s, dialer, o.secrets)
	ldap := directory.New(s, dialer, tickets, o.secrets)
	tickets.BeforePassword(ldap.MayTry)
	hosts := winhost.NewHosts(s)
	w := steps.World{
		Ports: steps.Ports{
			Graph: cloud, Front: netprobe.NewFront(dialer), Directory: ldap, Kerberos: tickets,
			Hosts: hosts, Outside: outside, Resolver: netprobe.NewResolver(dialer), Logs: newProxyLogs(s, hosts),
		},
		Close: func() error {
			cloud.Close()
			outside.Close()
			return ldap.Close()
		},
	}
	writers := &steps.Writers{Graph: graph.NewWriter(cloud), Directory: directory.NewWriter(ldap)}
	repository, err := qlik.NewClientWith(s, dialer, o.qlikPassword)
	if err != nil {
		// A certificate that cannot be read is a finding of the first page, not
		// a reason to show no page at all.
		no := noRepository{err: err}
		w.Qlik, w.Door, writers.Qlik = no, no, no
	} else {
		door := qlik.NewDoor(repository, dialer, s)
		tickets.EndSessions(door.Leave)
		outside.EndSessions(door.Leave)
		if s.Qlik.Via != site.ViaDirect {
			repository.Beside(s, dialer, door.TicketEntry(), signedIn(s, tickets)) //nolint:contextcheck // each visit brings its own
		}
		w.Qlik, w.Door, writers.Qlik = repository, door, qlik.NewWriter(repository)
		closeRest := w.Close
		w.Close = func() error {
			// Last: what was opened elsewhere is ended through it.
			defer repository.Close()
			return closeRest()
		}
	}
	if o.writing {
		w.Writers = writers
	}
	return w, nil
}

// signedIn is the way through Qlik's proxy with the verification user's session.
func signedIn(s site.Site, tickets *kerberos.Client) qlik.Entry {
	return qlik.Entry{Name: "the Kerberos session of " + s.KerberosUser(), Open: func(ctx context.Context) (http.CookieJar, error) {
		return tickets.Session(ctx, s.Publish.InternalURL, s.Qlik.Prefix, s.SPN())
	}}
}

// qlikPassword protects the exported client certificate of the Qlik site, where
// it was exported with one.
func (o opener) qlikPassword() (string, bool) { return o.secrets("qlik") }

// errNotPublished is why there is no scope to ask a token for.
var errNotPublished = errors.New("the application is not published yet")

// scopeOf finds what a token for the published application is asked for.
func scopeOf(s site.Site, c *graph.Client) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		apps, err := c.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
		if err != nil {
			return "", fmt.Errorf("looking for the application: %w", err)
		}
		for _, a := range apps {
			if application.SameURL(a.ExternalURL, s.Publish.ExternalURL) {
				return graph.ImpersonationScope(a), nil
			}
		}
		return "", errNotPublished
	}
}

// guide makes a journey over a site.
func (p *program) guide(ctx context.Context, s site.Site, o opener, j steps.Journal) (*steps.Guide, error) {
	causes, err := steps.Causes()
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	pastes, err := pastesOf(j)
	if err != nil {
		return nil, err
	}
	g, err := steps.NewGuide(ctx, steps.Options{
		Site: s, Open: o.open, Order: steps.Order, Causes: causes, Clock: p.Clock, Journal: j, Pastes: pastes,
	})
	if err != nil {
		return nil, fmt.Errorf("opening the site: %w", err)
	}
	return g, nil
}

// walk runs a prepared run to its end and gives the guide every event.
func walk(ctx context.Context, g *steps.Guide, r steps.Run) error {
	var first error
	for e := range r.Start(ctx) {
		if err := g.Observe(r.Number, e); err != nil && first == nil {
			first = err
		}
	}
	g.End(r.Number)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("checking: %w", err)
	}
	return first
}
