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
)

// observation is how long a refused password is not offered again: Windows'
// default window after which it forgets bad passwords.
const observation = 30 * time.Minute

// bind signs in as the site says: with a key, or with the password.
func (c *Client) bind(ctx context.Context, s *session) error {
	user := c.site.Directory.User
	op := "signing in to the directory as " + user
	if c.site.Directory.Keytab != "" {
		return c.bindKerberos(ctx, s, op)
	}
	password, ok := c.secrets("directory")
	if user == "" || !ok || password == "" {
		return &fact.Error{
			Kind: fact.NotSignedIn, System: system, Op: op, Code: "no-secret",
			Text: "neither a keytab nor a password of the directory user is known",
		}
	}
	secret := sha256.Sum256([]byte(user + "\x00" + password))
	if err := c.refusals.known(secret, c.now()); err != nil {
		return &fact.Error{Kind: fact.NotSignedIn, System: system, Op: op, Code: codeOf(err), Err: err}
	}
	err := s.ldap.Bind(user, password)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		c.refusals.remember(secret, c.now(), err)
	}
	return classify(op, err)
}

func (c *Client) bindKerberos(ctx context.Context, s *session, op string) error {
	if c.kerberos == nil {
		return &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "no KDC is known"}
	}
	sasl, err := c.kerberos.SASL(ctx, c.site.Directory.User, c.site.Directory.Keytab, s.peer)
	if err != nil {
		return err
	}
	return classify(op, s.ldap.GSSAPIBind(sasl, "ldap/"+strings.ToLower(s.host), ""))
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
