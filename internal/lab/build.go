package lab

import (
	"errors"
	"sync"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
)

// build makes every server; none listens yet.
func (l *Lab) build() error {
	if err := l.authorities(); err != nil {
		return err
	}
	var err error
	if l.store, err = directory.NewStore(l.dcClock.now); err != nil {
		return err
	}
	cache := &kdc.KeyCache{}
	l.service = &serviceKeys{cache: cache}
	l.service.adopt(l.store)
	// The servers are made side by side: each issues certificates of its own.
	err = together(
		func() error { return l.buildTenant() },
		func() error { return l.buildDomain(cache) },
		func() error { return l.buildQlik() },
		func() error { return l.buildProxy(cache) },
	)
	if err != nil {
		return err
	}
	l.buildNames()
	return l.built()
}

func (l *Lab) authorities() error {
	return together(
		func() (err error) { l.ca, err = pki.NewCA("Practice Lab Root CA"); return err },
		func() (err error) {
			l.siteCA, err = pki.NewCA(contoso.QlikNode + "-CA")
			return err
		},
		func() (err error) {
			if l.form.companyCA {
				l.frontCA, err = pki.NewCA("Contoso Enterprise CA")
			}
			return err
		},
	)
}

// front is the authority that issued the certificate which browsers see of
// Qlik.
func (l *Lab) front() *pki.CA {
	if l.frontCA != nil {
		return l.frontCA
	}
	return l.ca
}

func (l *Lab) buildTenant() error {
	s, err := entra.New(entra.Options{
		CA: l.ca, Clock: l.clock, LoginAddress: l.ports["login"], GraphAddress: l.ports["graph"],
	})
	if err != nil {
		return err
	}
	l.entra = s
	l.synchronise()
	l.entra.Update(exchange)
	return nil
}

// synchronise brings the directory's accounts to their twins in the tenant.
func (l *Lab) synchronise() {
	l.entra.Update(func(s *entra.State) {
		for i := range s.Users {
			u := &s.Users[i]
			if u.OnPremises == nil {
				continue
			}
			if a, ok := l.store.Find(u.OnPremises.SAM); ok {
				u.OnPremises.UPN, u.OnPremises.DN = a.UPN, a.DN
				u.OnPremises.SID, u.OnPremises.Domain = string(a.SID), contoso.Domain
			}
		}
	})
}

func (l *Lab) buildDomain(cache *kdc.KeyCache) error {
	dc, err := gss.New(gss.Options{
		Keys: cache.KeySource(accounts{l.store}, contoso.Realm, "DC1$"), Clock: l.dcClock.now,
	})
	if err != nil {
		return err
	}
	l.ldap, err = directory.New(directory.Options{
		CA: l.ca, Store: l.store, Clock: l.dcClock.now,
		AcceptGSS: func() directory.GSSAcceptor { return dc.SASL() },
		LDAP:      l.ports["ldap"], LDAPS: l.ports["ldaps"], GC: l.ports["gc"], GCS: l.ports["gcs"],
	})
	if err != nil {
		return err
	}
	l.kdc, err = kdc.New(kdc.Options{
		Realm: contoso.Realm, Accounts: accounts{l.store}, Clock: l.dcClock.now, Keys: cache, Addr: l.ports["kdc"],
		BadPassword: func(account string) { _ = l.store.NoteBadPassword(account) }, // it was there a moment ago
	})
	return err
}

func (l *Lab) buildQlik() error {
	acceptor, err := gss.New(gss.Options{Keys: l.service.key, Clock: l.qlikClock.now})
	if err != nil {
		return err
	}
	l.qlik, err = qlik.New(qlik.Options{
		FrontCA: l.front(), SiteCA: l.siteCA, Clock: l.qlikClock.now, Reload: l.reload, Logs: l.file(proxyLogs),
		Accept: func(token []byte) (user, realm string, reply []byte, mech string, err error) {
			return accept(acceptor, l.store, token)
		},
		Password: func(user, password string) bool {
			_, err := l.store.Authenticate(user, password)
			return err == nil
		},
		Listen: qlik.Listen{
			Front: l.ports["qlik"], Plain: l.ports["qlik-http"], Auth: l.ports["qlik-auth"], PlainAuth: l.ports["qlik-auth-http"],
			Repository: l.ports["repository"], ProxyAPI: l.ports["qlik-proxy"], About: l.ports["qlik-about"],
		},
	})
	return err
}

// errContinue says that the client has to send another token.
var errContinue = errors.New("the exchange goes on")

// accept checks a token as the Qlik proxy's service account does.
func accept(a *gss.Acceptor, store *directory.Store, token []byte) (user, realm string, reply []byte, mech string, err error) {
	r, err := a.Accept(token)
	if err != nil {
		if refused, ok := errors.AsType[*gss.Error](err); ok {
			reply = refused.Reply
		}
		return "", "", reply, "", err
	}
	if r.Continue {
		return "", "", r.Reply, "", errContinue
	}
	mech = "Kerberos"
	if r.SPNEGO {
		mech = "Negotiate (Kerberos)"
	}
	return samOf(store, r.Client.PrincipalNameString()), r.Realm, r.Reply, mech, nil
}

func (l *Lab) buildProxy(cache *kdc.KeyCache) error {
	cert, err := l.ca.Server(contoso.ExternalHost, "*."+contoso.ProxySuffix)
	if err != nil {
		return err
	}
	l.proxy, err = appproxy.New(appproxy.Options{
		Clock: l.clock, Certificate: cert, CertificateOf: l.uploadedFor, Roots: l.front().Pool(), LoginURL: "https://" + contoso.LoginHost,
		Cloud: tenant{l}, Tickets: &tickets{lab: l, cache: cache}, Resolve: l.resolve,
		Record: l.hosts.record, Address: l.ports["appproxy"],
	})
	return err
}

// together runs jobs side by side and returns all their errors.
func together(jobs ...func() error) error {
	errs := make([]error, len(jobs))
	var wg sync.WaitGroup
	for i, job := range jobs {
		wg.Go(func() { errs[i] = job() })
	}
	wg.Wait()
	return errors.Join(errs...)
}
