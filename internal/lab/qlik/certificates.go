package qlik

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"sync"

	"sensegate/internal/lab/pki"
)

// certificates issues what the ports present, once for each set of names.
type certificates struct {
	mu    sync.Mutex
	cache map[string]*tls.Certificate
}

// prepare issues those of a healthy site, so that a failure shows at start.
func (c *certificates) prepare(s *Server) error {
	if _, err := c.get("public", s.opt.FrontCA, s.frontNames()); err != nil {
		return err
	}
	_, err := c.get("site", s.opt.SiteCA, []string{s.opt.Node})
	return err
}

// front is the configuration of the ports that browsers use.
func (c *certificates) front(s *Server) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			s.mu.Lock()
			n, _ := s.present().node(strings.ToLower(hello.ServerName), 0)
			s.mu.Unlock()
			// A proxy without a certificate of its own presents the one that
			// the site's authority issued for its machine.
			if n.ownTrust {
				return c.get("site", s.opt.SiteCA, []string{n.host})
			}
			return c.get("public", s.opt.FrontCA, s.frontNames())
		},
	}
}

// service is the configuration of the ports that ask for a certificate.
func (c *certificates) service(s *Server) *tls.Config {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs:  s.opt.SiteCA.Pool(),
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := s.opt.Node
			s.View(func(st *State) {
				for _, n := range st.Nodes {
					// Each node has its own, whichever of its names it is called by.
					if h := n.Text("hostName"); strings.EqualFold(h, hello.ServerName) || strings.EqualFold(shortName(h), hello.ServerName) {
						name = strings.ToLower(h)
					}
				}
				if st.Faults.ShortNameCertificate {
					name = shortName(name)
				}
			})
			return c.get("site", s.opt.SiteCA, []string{name})
		},
	}
	refusing := cfg.Clone()
	refusing.ClientCAs = x509.NewCertPool()
	cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		refuse := false
		s.View(func(st *State) { refuse = st.Faults.RefuseCertificate })
		if refuse {
			return refusing, nil
		}
		return nil, nil
	}
	return cfg
}

func (c *certificates) get(kind string, ca *pki.CA, names []string) (*tls.Certificate, error) {
	key := kind + " " + strings.Join(names, " ")
	c.mu.Lock()
	defer c.mu.Unlock()
	if cert := c.cache[key]; cert != nil {
		return cert, nil
	}
	cert, err := ca.Server(names...)
	if err != nil {
		return nil, fmt.Errorf("issuing the Qlik site's certificate: %w", err)
	}
	if c.cache == nil {
		c.cache = map[string]*tls.Certificate{}
	}
	c.cache[key] = &cert
	return &cert, nil
}

// frontNames are those that browsers may use.
func (s *Server) frontNames() []string {
	names := []string{s.opt.Host}
	s.View(func(st *State) {
		for _, a := range st.Aliases {
			if !strings.EqualFold(a, s.opt.Host) {
				names = append(names, a)
			}
		}
		for _, n := range st.Nodes {
			names = append(names, n.Text("hostName"), shortName(n.Text("hostName")))
		}
	})
	return names
}
