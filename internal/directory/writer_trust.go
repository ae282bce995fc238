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

const (
	attrActing     = "msDS-AllowedToActOnBehalfOfOtherIdentity"
	attrEncryption = "msDS-SupportedEncryptionTypes"
)

// AllowActing lets the account with that SID act on behalf of users towards
// the object: one entry is added to its descriptor, the others stay.
func (w *Writer) AllowActing(ctx context.Context, dn, sid string) error {
	return w.acting(ctx, dn, sid, true)
}

// ActingDescriptor is what AllowActing would write for each of the SIDs: the
// descriptor that is there, with those entries that it lacks.
func (c *Client) ActingDescriptor(ctx context.Context, dn string, sids ...string) ([]byte, error) {
	op := "reading who may act on behalf of users towards " + netprobe.Clean(dn)
	var out []byte
	err := c.with(ctx, c.at(dn), op, func(s *session) error {
		entry, err := s.base(dn, attrActing)
		if err != nil {
			return err
		}
		out = entry.GetEqualFoldRawAttributeValue(attrActing)
		for _, sid := range sids {
			there, err := trusts(out, sid)
			if err == nil && !there {
				out, err = allowTrustee(out, sid)
			}
			if err != nil {
				return &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "syntax", Err: err}
			}
		}
		return nil
	})
	return out, err
}

// DisallowActing takes the entry of AllowActing away again.
func (w *Writer) DisallowActing(ctx context.Context, dn, sid string) error {
	return w.acting(ctx, dn, sid, false)
}

func (w *Writer) acting(ctx context.Context, dn, sid string, allow bool) error {
	op := "changing who may act on behalf of users towards " + netprobe.Clean(dn)
	var before []byte
	err := w.client.with(ctx, w.client.at(dn), op, func(s *session) error {
		entry, err := s.base(dn, attrActing)
		if err != nil {
			return err
		}
		before = entry.GetEqualFoldRawAttributeValue(attrActing)
		return nil
	})
	if err != nil {
		return err
	}
	there, err := trusts(before, sid)
	if err != nil {
		return &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "syntax", Err: err}
	}
	edit := removeTrustee
	if allow {
		edit = allowTrustee
	}
	var change func(*ldap.ModifyRequest)
	if there != allow {
		after, err := edit(before, sid)
		if err != nil {
			return &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "syntax", Err: err}
		}
		change = func(m *ldap.ModifyRequest) {
			// Descriptors cannot be compared by the server, so the old value
			// cannot be demanded; it was read a moment before.
			if len(after) == 0 {
				m.Replace(attrActing, nil)
				return
			}
			m.Replace(attrActing, []string{string(after)})
		}
	}
	return w.modify(ctx, op, dn, false, change, func(e *ldap.Entry, _ *session) (bool, error) {
		now, err := trusts(e.GetEqualFoldRawAttributeValue(attrActing), sid)
		return now == allow, err
	}, attrActing)
}

func trusts(raw []byte, sid string) (bool, error) {
	if len(raw) == 0 {
		return false, nil
	}
	d, err := parseDescriptor(raw)
	if err != nil {
		return false, fmt.Errorf("reading the descriptor: %w", err)
	}
	return slices.ContainsFunc(d.trustees(), func(s string) bool { return strings.EqualFold(s, sid) }), nil
}

// SetEncryption changes the encryption types of an account; the write fails if
// they are no longer those in before. A negative number stands for none.
func (w *Writer) SetEncryption(ctx context.Context, dn string, before, after int) error {
	op := "changing the encryption types of " + netprobe.Clean(dn)
	change := func(m *ldap.ModifyRequest) {
		if before >= 0 {
			m.Delete(attrEncryption, []string{strconv.Itoa(before)})
		}
		if after >= 0 {
			m.Add(attrEncryption, []string{strconv.Itoa(after)})
		}
	}
	if before == after {
		change = nil
	}
	return w.modify(ctx, op, dn, false, change, func(e *ldap.Entry, _ *session) (bool, error) {
		return number(e.GetEqualFoldAttributeValue(attrEncryption), -1) == after, nil
	}, attrEncryption)
}
