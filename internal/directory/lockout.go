package directory

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Codes of a password that is not tried.
const (
	codeLocked = "locked-out"
	codeNear   = "lockout-near"
)

// Lockout reads how near an account is to being locked out: its own counter, and
// the policy that holds for it, the domain's or a finer one. It costs the
// account nothing.
func (c *Client) Lockout(ctx context.Context, user string) (fact.Lockout, error) {
	op := "reading the lock-out state of " + netprobe.Clean(user)
	var out fact.Lockout
	err := c.with(ctx, c.domain, op, func(s *session) error {
		found, err := s.subtree(s.defaultNC, accountFilter(user), "lockoutTime", "badPwdCount", "badPasswordTime")
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return &fact.Error{Kind: fact.NotFound, System: system, Op: op, Text: fmt.Sprintf("%d accounts answer to that name", len(found))}
		}
		// Constructed attributes come for one object alone.
		whole, err := s.base(found[0].DN, "msDS-User-Account-Control-Computed", "msDS-ResultantPSO")
		if err != nil {
			return err
		}
		threshold, window, err := s.lockoutPolicy(whole.GetEqualFoldAttributeValue("msDS-ResultantPSO"))
		if err != nil {
			return err
		}
		out = lockout(found[0], threshold, window, c.now())
		out.Locked = flags(whole.GetEqualFoldAttributeValue("msDS-User-Account-Control-Computed"))&computedLocked != 0
		return nil
	})
	return out, err
}

// lockout counts the wrong passwords that still count: after the window the
// domain controller begins anew.
func lockout(account *ldap.Entry, threshold int, window time.Duration, now time.Time) fact.Lockout {
	out := fact.Lockout{Bad: number(account.GetEqualFoldAttributeValue("badPwdCount"), 0), Threshold: threshold}
	if last, ok := fileTime(account.GetEqualFoldAttributeValue("badPasswordTime")); ok && window > 0 && now.After(last.Add(window)) {
		out.Bad = 0
	}
	return out
}

// lockoutPolicy is the finer policy where one applies and may be read, else the
// domain's.
func (s *session) lockoutPolicy(finer string) (threshold int, window time.Duration, err error) {
	if finer != "" {
		e, err := s.base(finer, "msDS-LockoutThreshold", "msDS-LockoutObservationWindow")
		if err == nil && e.GetEqualFoldAttributeValue("msDS-LockoutThreshold") != "" {
			return number(e.GetEqualFoldAttributeValue("msDS-LockoutThreshold"), 0), interval(e.GetEqualFoldAttributeValue("msDS-LockoutObservationWindow")), nil
		}
		if err != nil && s.lost(err) != nil {
			return 0, 0, err
		}
	}
	e, err := s.base(s.defaultNC, "lockoutThreshold", "lockOutObservationWindow")
	if err != nil {
		return 0, 0, err
	}
	return number(e.GetEqualFoldAttributeValue("lockoutThreshold"), 0), interval(e.GetEqualFoldAttributeValue("lockOutObservationWindow")), nil
}

// interval reads a span as the directory writes it: negative, in 100 ns.
func interval(s string) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	const most = int64(365*24*time.Hour) / 100
	if err != nil || n >= 0 || n < -most {
		return 0
	}
	return time.Duration(-n) * 100
}

// MayTry says why a password of the account must not be tried: it is locked, or
// one wrong password would lock it. Silence of the directory is no reason. Of
// the account that the directory is read with nothing can be known before it is
// signed in; the KDC is asked there.
func (c *Client) MayTry(ctx context.Context, user string) error {
	if strings.EqualFold(samOf(user), samOf(c.site.Directory.User)) {
		return nil
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l, err := c.Lockout(ctx, user)
	if err != nil {
		return nil
	}
	refuse := func(code, text string) error {
		return &fact.Error{Kind: fact.NotSignedIn, System: system, Op: "looking whether a password of " + netprobe.Clean(user) + " may be tried", Code: code, Text: text}
	}
	switch {
	case l.Locked:
		return refuse(codeLocked, "the account is locked out; the password was not tried")
	case l.Left() == 1:
		return refuse(codeNear, fmt.Sprintf("%d of %d wrong passwords were counted, so that one more would lock the account; the password was not tried", l.Bad, l.Threshold))
	}
	return nil
}

// samOf takes DOMAIN\name and name@domain apart.
func samOf(user string) string {
	if _, name, ok := strings.Cut(user, `\`); ok {
		return name
	}
	name, _, _ := strings.Cut(user, "@")
	return name
}
