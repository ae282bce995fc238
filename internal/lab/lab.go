// Package lab is the practice lab: a Qlik Sense site, its domain, its tenant and
// application proxy between them, on loopback and over the real protocols. It
// starts unfinished, so that there is something to set up; finished when asked;
// and broken in named ways for those who want to learn what that looks like.
package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/dns"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
)

// Options say what kind of lab to start. The zero value is an unfinished one in
// a private temporary folder.
type Options struct {
	// Dir receives the files for other people's clients. When empty, a private
	// temporary folder is made, and removed on Close.
	Dir string
	// Finished starts it set up and healthy.
	Finished bool
	// Faults are broken from the start; they imply Finished.
	Faults []string
	// Unfinished, with Faults, leaves the setting up to be done: faults of what
	// is not there yet spring when it is.
	Unfinished bool
	// Variants are different but correct forms of the installation.
	Variants []string
	// Clock is time.Now when nil.
	Clock func() time.Time
	// Reload is how long Qlik's proxy is away after a change, a moment when
	// zero. A real one takes 10 to 30 seconds.
	Reload time.Duration
	// Ports are listen addresses by server name; loopback with a free port
	// where none is given. Servers lists the names.
	Ports map[string]string
}

// Lab is a running practice lab.
type Lab struct {
	dir     string
	private bool // dir is ours to remove
	ports   map[string]string
	clock   func() time.Time
	// The clocks of the domain controller and of the Qlik server.
	dcClock, qlikClock *directoryClock

	ca, siteCA *pki.CA
	frontCA    *pki.CA // issues Qlik's certificate for browsers; ca unless a variant says otherwise
	form       form
	variations []variation
	store      *directory.Store
	service    *serviceKeys
	hosts      *hosts

	entra *entra.Server
	ldap  *directory.Server
	// otherLDAP is a domain controller of another domain, where there is one.
	otherLDAP *directory.Server
	kdc       *kdc.Server
	qlik      *qlik.Server
	proxy     *appproxy.Server
	dns       *dns.Server

	life     context.Context //nolint:containedctx // ends with Close, not with a call
	end      context.CancelFunc
	watchers sync.WaitGroup
	closed   sync.Once
	closing  error

	mu       sync.Mutex
	reload   time.Duration
	finished bool             // SetUp was called: faults need not wait
	waiting  []trap           // for what they break
	uploaded *tls.Certificate // for a domain of the tenant's own

	mends []Mend // of the faults from the start; written before Start returns

	qlikMu  sync.Mutex
	unheard [][2]func(*qlik.State) // see the function of that name
}

// Servers are the names that Options.Ports understands.
func Servers() []string {
	return []string{
		"login", "graph", "appproxy", "qlik", "qlik-http", "qlik-auth", "qlik-auth-http",
		"repository", "qlik-proxy", "qlik-about", "kdc", "ldap", "ldaps", "gc", "gcs", "dns",
	}
}

// Start makes a lab and returns when every server listens and every file is
// written. It runs until Close, whatever happens to ctx.
func Start(ctx context.Context, o Options) (*Lab, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	l, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := l.start(ctx, o); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// check refuses what cannot work before anything is opened.
func (o Options) check() error {
	for _, id := range o.Faults {
		if _, err := findTrap(id); err != nil {
			return err
		}
	}
	for _, id := range o.Variants {
		if _, err := findVariation(id); err != nil {
			return err
		}
	}
	known := Servers()
	for name := range o.Ports {
		if !slices.Contains(known, name) {
			return fmt.Errorf("starting the practice lab: there is no server %q; the servers are %v", name, known)
		}
	}
	return nil
}

func prepare(o Options) (*Lab, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	l := &Lab{dir: o.Dir, ports: o.Ports, clock: o.Clock, reload: o.Reload, dcClock: &directoryClock{clock: o.Clock}, qlikClock: &directoryClock{clock: o.Clock}}
	l.life, l.end = context.WithCancel(context.Background())
	if l.dir == "" {
		dir, err := os.MkdirTemp("", "practice-lab-")
		if err != nil {
			return nil, fmt.Errorf("making a folder for the practice lab: %w", err)
		}
		l.dir, l.private = dir, true
	}
	dir, err := filepath.Abs(l.dir)
	if err != nil {
		return nil, fmt.Errorf("finding the folder %s: %w", l.dir, err)
	}
	l.dir = dir
	l.hosts = newHosts(dir, o.Clock)
	return l, l.vary(o.stages())
}

func (l *Lab) start(ctx context.Context, o Options) error {
	if err := l.makeFolders(); err != nil {
		return err
	}
	if err := l.build(); err != nil {
		return fmt.Errorf("building the practice lab: %w", err)
	}
	if err := l.listen(ctx); err != nil {
		return fmt.Errorf("starting the practice lab: %w", err)
	}
	if (o.Finished || o.breaks()) && !o.Unfinished {
		if err := l.SetUp(); err != nil {
			return err
		}
	}
	if err := l.writeFiles(); err != nil {
		return err
	}
	for _, id := range o.Faults {
		mend, err := l.Play(id)
		l.mends = append(l.mends, Mend{ID: id, Do: mend})
		if err != nil {
			return err
		}
	}
	return nil
}

// listen opens every server's ports at the same time.
func (l *Lab) listen(ctx context.Context) error {
	starters := []func(context.Context) error{l.entra.Start, l.ldap.Start, l.kdc.Start, l.qlik.Start, l.proxy.Start, l.dns.Start}
	if l.otherLDAP != nil {
		starters = append(starters, l.otherLDAP.Start)
	}
	errs := make([]error, len(starters))
	var wg sync.WaitGroup
	for i, start := range starters {
		// Servers that end with their context belong to the lab's life, not to
		// the call that started them.
		wg.Go(func() { errs[i] = start(l.life) })
	}
	wg.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// Asked lists the permissions of Graph that clients have asked for at sign-in
// since the start, or since the last call.
func (l *Lab) Asked() []string { return l.entra.Asked() }

// Dir is the folder with the files for other people's clients.
func (l *Lab) Dir() string { return l.dir }

// Close stops every server and removes the folder if the lab made it.
func (l *Lab) Close() error {
	l.closed.Do(func() {
		l.mu.Lock()
		l.end()
		l.mu.Unlock()
		l.watchers.Wait()
		var errs []error
		for _, closer := range l.servers() {
			errs = append(errs, closer())
		}
		if l.private {
			errs = append(errs, os.RemoveAll(l.dir))
		}
		if err := errors.Join(errs...); err != nil {
			l.closing = fmt.Errorf("closing the practice lab: %w", err)
		}
	})
	return l.closing
}

// servers are the closers of what was built, outside first, so that nothing
// is asked of a server that is gone.
func (l *Lab) servers() []func() error {
	var out []func() error
	if l.proxy != nil {
		out = append(out, l.proxy.Close)
	}
	if l.qlik != nil {
		out = append(out, l.qlik.Close)
	}
	if l.entra != nil {
		out = append(out, l.entra.Close)
	}
	if l.otherLDAP != nil {
		out = append(out, l.otherLDAP.Close)
	}
	if l.ldap != nil {
		out = append(out, l.ldap.Close)
	}
	if l.kdc != nil {
		out = append(out, l.kdc.Close)
	}
	if l.dns != nil {
		out = append(out, l.dns.Close)
	}
	return out
}
