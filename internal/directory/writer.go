package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// permissiveModify lets a value that is there already be added, and one that
// is not there be removed, without an error.
const permissiveModify = "1.2.840.113556.1.4.1413"

const (
	attrSPN      = "servicePrincipalName"
	attrDelegate = "msDS-AllowedToDelegateTo"
	attrUAC      = "userAccountControl"
	attrSAM      = "sAMAccountName"
)

// Writer changes accounts through a Client's connection. It is a type of its
// own so that what only reads cannot change anything.
type Writer struct {
	client *Client
}

// NewWriter makes a Writer.
func NewWriter(c *Client) *Writer { return &Writer{client: c} }

// AddSPN adds spn to the object's service principal names.
func (w *Writer) AddSPN(ctx context.Context, dn, spn string) error {
	return w.add(ctx, dn, attrSPN, spn)
}

// RemoveSPN removes spn from the object's service principal names.
func (w *Writer) RemoveSPN(ctx context.Context, dn, spn string) error {
	return w.remove(ctx, dn, attrSPN, spn)
}

// AddDelegation adds spn to the names that the object may delegate to.
func (w *Writer) AddDelegation(ctx context.Context, dn, spn string) error {
	return w.add(ctx, dn, attrDelegate, spn)
}

// RemoveDelegation removes spn from the names that the object may delegate to.
func (w *Writer) RemoveDelegation(ctx context.Context, dn, spn string) error {
	return w.remove(ctx, dn, attrDelegate, spn)
}

func (w *Writer) add(ctx context.Context, dn, attribute, spn string) error {
	op := fmt.Sprintf("adding %s to %s of %s", netprobe.Clean(spn), attribute, netprobe.Clean(dn))
	if err := checkSPN(spn); err != nil {
		return &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "syntax", Err: err}
	}
	change := func(m *ldap.ModifyRequest) { m.Add(attribute, []string{spn}) }
	return w.modify(ctx, op, dn, true, change, func(e *ldap.Entry, s *session) (bool, error) {
		return holds(s, e, attribute, spn)
	}, attribute)
}

func (w *Writer) remove(ctx context.Context, dn, attribute, spn string) error {
	op := fmt.Sprintf("removing %s from %s of %s", netprobe.Clean(spn), attribute, netprobe.Clean(dn))
	change := func(m *ldap.ModifyRequest) { m.Delete(attribute, []string{spn}) }
	return w.modify(ctx, op, dn, true, change, func(e *ldap.Entry, s *session) (bool, error) {
		there, err := holds(s, e, attribute, spn)
		return !there, err
	}, attribute)
}

// SetProtocolTransition sets or clears "use any authentication protocol". The
// old flags are deleted and the new ones added in one request, so that the
// server refuses when somebody changed them since before.
func (w *Writer) SetProtocolTransition(ctx context.Context, dn string, before uint32, on bool) error {
	op := "changing the protocol transition of " + netprobe.Clean(dn)
	after := before &^ uint32(fact.UACTrustedToAuthDeleg)
	if on {
		after = before | fact.UACTrustedToAuthDeleg
	}
	change := func(m *ldap.ModifyRequest) {
		m.Delete(attrUAC, []string{signed(before)})
		m.Add(attrUAC, []string{signed(after)})
	}
	if after == before {
		change = nil
	}
	return w.modify(ctx, op, dn, false, change, func(e *ldap.Entry, _ *session) (bool, error) {
		return flags(e.GetEqualFoldAttributeValue(attrUAC))&fact.UACTrustedToAuthDeleg != 0 == on, nil
	}, attrUAC)
}

// signed writes flags as the directory does, in a signed 32-bit decimal.
func signed(v uint32) string { return strconv.FormatInt(int64(int32(v)), 10) } //nolint:gosec // the same bits

// modify changes one object and reads it back on the same connection.
func (w *Writer) modify(ctx context.Context, op, dn string, permissive bool, change func(*ldap.ModifyRequest), done func(*ldap.Entry, *session) (bool, error), attribute string) error {
	if dn == "" {
		return &fact.Error{Kind: fact.NotFound, System: system, Op: op, Text: "no object is named"}
	}
	var interrupted error
	return w.client.with(ctx, w.client.at(dn), op, func(s *session) error {
		// Asking first finds out whether the connection still lives, while
		// nothing is at stake.
		if _, err := s.base(dn, attribute); err != nil {
			return err
		}
		if change != nil && interrupted == nil {
			var controls []ldap.Control
			if permissive {
				controls = append(controls, ldap.NewControlString(permissiveModify, true, ""))
			}
			m := ldap.NewModifyRequest(dn, controls)
			change(m)
			if err := s.ldap.Modify(m); err != nil {
				// A write whose answer was lost may have been done: it is
				// followed by the read-back alone, never by a second write.
				if cause := s.lost(err); cause != nil {
					interrupted = cause
				}
				return err //nolint:wrapcheck // with classifies it, and says what was done
			}
		}
		entry, err := s.base(dn, attribute)
		if err != nil {
			return fmt.Errorf("reading it back: %w", err)
		}
		ok, err := done(entry, s)
		if err != nil {
			return fmt.Errorf("reading it back: %w", err)
		}
		switch {
		case ok:
			return nil
		case interrupted != nil:
			return &fact.Error{Kind: fact.Unreachable, System: system, Op: op, Text: "the connection was lost and the change was not made", Err: interrupted}
		}
		return &fact.Error{Kind: fact.Conflict, System: system, Op: op, Code: "read-back", Text: "the server took the change but does not show it"}
	})
}

func holds(s *session, e *ldap.Entry, attribute, spn string) (bool, error) {
	values, err := s.values(e, attribute)
	return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, spn) }), err
}
