package directory

import (
	"fmt"
	"time"
)

// LogonError is a refused logon with the status that Windows gives.
type LogonError struct{ Status uint32 }

// Error names the reason as the directory's diagnostic texts do.
func (e *LogonError) Error() string { return fmt.Sprintf("logon refused, data %x", e.Status) }

// Statuses of a refused logon, as the sub-codes of an invalidCredentials answer
// show them.
const (
	NoSuchUser         uint32 = 0x525
	WrongPassword      uint32 = 0x52e
	LogonExpired       uint32 = 0x532
	LogonDisabled      uint32 = 0x533
	AccountExpired     uint32 = 0x701
	MustChangePassword uint32 = 0x773
	LogonLockedOut     uint32 = 0x775
)

// Authenticate checks a password as a logon does: wrong ones are counted and
// lock the account at the threshold, and the account's state is told only to
// those who know the password.
func (s *Store) Authenticate(who, password string) (Account, error) {
	var (
		account Account
		refusal error
	)
	err := s.Update(func(tx *Tx) error {
		e, ok := s.lookup(who)
		if !ok || !e.isA("user") {
			refusal = &LogonError{NoSuchUser}
			return nil
		}
		account = s.account(e, tx.now)
		if account.LockedOut {
			refusal = &LogonError{LogonLockedOut}
			return nil
		}
		if password == "" || password != account.Password {
			refusal = &LogonError{WrongPassword}
			return tx.countBadPassword(e)
		}
		if refusal = admit(account); refusal != nil {
			return nil //nolint:nilerr // an answer, not a failure of the update
		}
		return tx.countLogon(e)
	})
	if err != nil {
		return Account{}, fmt.Errorf("recording a logon: %w", err)
	}
	if refusal != nil {
		return Account{}, refusal
	}
	return account, nil
}

// NoteBadPassword counts a wrong password that somebody else saw, such as the
// KDC.
func (s *Store) NoteBadPassword(who string) error {
	return s.Update(func(tx *Tx) error {
		e, ok := s.lookup(who)
		if !ok {
			return fmt.Errorf("%w: %s", ErrNotFound, who)
		}
		return tx.countBadPassword(e)
	})
}

// admit says why an account may not log on although its password is right.
func admit(a Account) error {
	switch {
	case a.Disabled:
		return &LogonError{LogonDisabled}
	case a.Expired:
		return &LogonError{AccountExpired}
	case a.MustChangePassword:
		return &LogonError{MustChangePassword}
	case a.PasswordExpired:
		return &LogonError{LogonExpired}
	}
	return nil
}

// Logon counters are not replicated, so they leave the entry's stamps alone.
func (tx *Tx) countBadPassword(e *Entry) error {
	count := e.number64("badpwdcount") + 1
	window := tx.store.policy("lockoutobservationwindow")
	if last := e.number64("badpasswordtime"); last != 0 && tx.now.After(fromFileTime(last-window)) {
		count = 1
	}
	threshold := tx.store.policy("lockoutthreshold")
	now := itoa(FileTime(tx.now))
	return tx.quietly(e, func(e *Entry) {
		e.attrs["badpwdcount"] = []string{itoa(count)}
		e.attrs["badpasswordtime"] = []string{now}
		if threshold > 0 && count >= threshold {
			e.attrs["lockouttime"] = []string{now}
		}
	})
}

func (tx *Tx) countLogon(e *Entry) error {
	return tx.quietly(e, func(e *Entry) {
		now := itoa(FileTime(tx.now))
		e.attrs["lastlogon"] = []string{now}
		e.attrs["logoncount"] = []string{itoa(e.number64("logoncount") + 1)}
		e.attrs["badpwdcount"] = []string{"0"}
		if e.number64("lockouttime") != 0 {
			e.attrs["lockouttime"] = []string{"0"}
		}
		if last := e.number64("lastlogontimestamp"); tx.now.Sub(fromFileTime(last)) > 14*24*time.Hour {
			e.attrs["lastlogontimestamp"] = []string{now}
		}
	})
}

func (tx *Tx) quietly(e *Entry, change func(*Entry)) error {
	usn, when, number := e.attrs["usnchanged"], e.attrs["whenchanged"], tx.usn
	c, err := tx.touch(e.DN())
	if err != nil {
		return err
	}
	change(c)
	c.attrs["usnchanged"], c.attrs["whenchanged"], tx.usn = usn, when, number
	return nil
}
