package qlik

import (
	"errors"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
)

// Options are what a Server stands on.
type Options struct {
	// FrontCA issues what browsers see; the lab's public authority.
	FrontCA *pki.CA
	// SiteCA is Qlik's own: it issues the services' certificates, and clients
	// of the repository need one of it too.
	SiteCA *pki.CA
	// Accept takes a Kerberos token, raw or in SPNEGO, as the account that
	// runs the proxy; reply goes back to the client, also beside an error.
	Accept func(token []byte) (user, realm string, reply []byte, mech string, err error)
	// Password says whether a user's password is right, for the form; without
	// it the form refuses everybody.
	Password func(user, password string) bool
	// Clock is time.Now when nil.
	Clock func() time.Time
	// Host is what users type and Node the central machine's name.
	Host, Node string
	// Reload is how long a proxy is away after a change, 50 ms when zero.
	Reload time.Duration
	// Logs is the folder below which the proxy writes its logs; none when empty.
	Logs string
	// Listen has the addresses to listen on, 127.0.0.1:0 where empty.
	Listen Listen
}

// Listen has one address for each port of a site.
type Listen struct {
	Front      string // 443
	Plain      string // 80, open while HTTP is allowed
	Auth       string // 4244, open before April 2018
	PlainAuth  string // 4248, open before April 2018 while HTTP is allowed
	Repository string // 4242
	ProxyAPI   string // 4243
	About      string // 9032
}

func (o Options) complete() (Options, error) {
	if o.FrontCA == nil || o.SiteCA == nil {
		return o, errors.New("starting the Qlik site: both authorities are needed")
	}
	if o.Accept == nil {
		return o, errors.New("starting the Qlik site: nothing accepts Kerberos tokens")
	}
	if o.Password == nil {
		o.Password = func(string, string) bool { return false }
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Host == "" {
		o.Host = contoso.QlikHost
	}
	if o.Node == "" {
		o.Node = contoso.QlikNode
	}
	if o.Reload == 0 {
		o.Reload = 50 * time.Millisecond
	}
	l := &o.Listen
	for _, a := range []*string{&l.Front, &l.Plain, &l.Auth, &l.PlainAuth, &l.Repository, &l.ProxyAPI, &l.About} {
		if *a == "" {
			*a = "127.0.0.1:0"
		}
	}
	return o, nil
}
