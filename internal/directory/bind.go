package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/site"
)

// observation is how long a refused password is not offered again: Windows'
// default window after which it forgets bad passwords.
const observation = 30 * time.Minute

// bind signs in as the site says: with a key, with kinit's tickets, as whoever
// is logged on, or with the password, for which the domain controller or the KDC
// is asked. Without TLS a password goes to the KDC alone.
func (c *Client) bind(ctx context.Context, s *session) error {
	d := c.site.Directory
	op := "signing in to the directory as " + d.User
	if c.asLoggedOn() {
		return c.bindKerberos(s, "signing in to the directory as the logged-on user", func() (saslClient, error) {
			return kerberos.SASLAsLoggedOn(s.peer)
		})
	}
	if d.Keytab != "" || d.CCache != "" {
		return c.bindKerberos(s, op, func() (saslClient, error) {
			if d.Keytab != "" {
				return c.kerberos.SASL(ctx, d.User, d.Keytab, s.peer)
			}
			return c.kerberos.SASLWithCache(ctx, d.CCache, s.peer)
		})
	}
	password, ok := c.secrets("directory")
	if d.User == "" || !ok || password == "" {
		return &fact.Error{
			Kind: fact.NotSignedIn, System: system, Op: op, Code: "no-secret",
			Text: "neither a password nor a key nor tickets of the directory user are known: set SENSEGATE_DIRECTORY_PASSWORD, or name a file in directory.keytab or directory.ccache",
		}
	}
	if d.Bind == site.BindKerberos || s.to.way == sealing {
		// The Kerberos client has a memory of its own for refused passwords.
		return c.bindKerberos(s, op, func() (saslClient, error) {
			return c.kerberos.SASLWithPassword(ctx, d.User, password, s.peer), nil
		})
	}
	return c.bindSimple(ctx, s, op, password)
}

// saslClient is a Kerberos sign-in that may agree on sealing the connection.
type saslClient interface {
	ldap.GSSAPIClient
	Layer() kerberos.Layer
}

// asLoggedOn says whether Windows signs in for whoever sits there: where the
// site says so, or where nothing else is known.
func (c *Client) asLoggedOn() bool {
	d := c.site.Directory
	if d.Bind == site.BindLoggedOn {
		return true
	}
	if d.Bind != "" || d.Keytab != "" || d.CCache != "" || !kerberos.CanUseLogon() {
		return false
	}
	password, ok := c.secrets("directory")
	return !ok || password == ""
}

// canSeal says whether Kerberos may protect a connection without TLS. A site
// that insists on a simple bind has no other way.
func (c *Client) canSeal() bool {
	return c.site.Directory.Bind != site.BindSimple && (c.kerberos != nil || c.asLoggedOn())
}

func (c *Client) bindSimple(ctx context.Context, s *session, op, password string) error {
	user := c.site.Directory.User
	secret := sha256.Sum256([]byte(user + "\x00" + password))
	if err := c.refusals.known(secret, c.now()); err != nil {
		return &fact.Error{Kind: fact.NotSignedIn, System: system, Op: op, Code: codeOf(err), Err: err}
	}
	if err := c.revoked(ctx, op, user); err != nil {
		return err
	}
	err := s.ldap.Bind(user, password)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		c.refusals.remember(secret, c.now(), err)
	}
	return classify(op, err)
}

// revoked asks the KDC, to which it costs nothing, whether the account is
// locked or disabled: a password must not be tried then. Silence is no reason
// not to try.
func (c *Client) revoked(ctx context.Context, op, user string) error {
	const patience = 3 * time.Second
	if c.kerberos == nil || strings.Contains(user, "=") {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	probe, err := c.kerberos.ProbeAccount(ctx, user)
	const clientRevoked = 18
	if err != nil || probe.Code != clientRevoked {
		return nil
	}
	return &fact.Error{
		Kind: fact.NotSignedIn, System: system, Op: op, Code: probe.Name,
		Text: "the account is locked, disabled or expired; the password was not tried",
	}
}

func (c *Client) bindKerberos(s *session, op string, prepare func() (saslClient, error)) error {
	if c.kerberos == nil && !c.asLoggedOn() {
		return &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "no KDC is known"}
	}
	sasl, err := prepare()
	if err != nil {
		return err
	}
	if err := s.ldap.GSSAPIBind(sasl, "ldap/"+strings.ToLower(s.host), ""); err != nil {
		return classify(op, err)
	}
	if s.to.way != sealing {
		return nil
	}
	layer := sasl.Layer()
	if layer == nil {
		return &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "the directory agreed to no sealing"}
	}
	s.layer.enable(layer)
	return nil
}

// refusals remembers the password that was refused, so that a run of checks
// costs the account one bad password and not one for each.
type refusals struct {
	mu     sync.Mutex
	secret [sha256.Size]byte
	at     time.Time
	err    error
}

var errRefusedBefore = errors.New("not tried again, so that the account is not locked out")

func (r *refusals) known(secret [sha256.Size]byte, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil || r.secret != secret || now.Sub(r.at) >= observation {
		return nil
	}
	return fmt.Errorf("refused at %s and %w: %w", r.at.Format(time.TimeOnly), errRefusedBefore, r.err)
}

func (r *refusals) remember(secret [sha256.Size]byte, now time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret, r.at, r.err = secret, now, err
}

func (r *refusals) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = nil
}
