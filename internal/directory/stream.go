package directory

import (
	"errors"
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
)

const (
	// auditPage is as much as a domain controller hands out at once.
	auditPage = 1000
	// streamNumber is beyond what the library counts its requests with.
	streamNumber = 1 << 30
)

// stream searches below dn, page by page, and hands every entry to each as the
// bytes that came: it is for searches that touch a whole forest, where the
// library's tree of every message costs more than the directory's answer. each
// runs where the connection is read, and the next page is asked for before
// anybody else runs.
func (s *session) stream(dn, filter string, each func(entry []byte) error, attributes ...string) error {
	compiled, err := ldap.CompileFilter(filter)
	if err != nil {
		return fmt.Errorf("reading the filter: %w", err)
	}
	done := make(chan error, 1)
	paging := ldap.NewControlPaging(auditPage)
	number := int64(streamNumber)
	page := func() []byte { return searchMessage(number, dn, compiled, attributes, paging) }
	first := page()
	taker := func(message []byte, err error) {
		if err == nil {
			var last bool
			if last, err = s.taken(message, each, paging); err == nil && !last {
				return
			}
		}
		if err == nil && len(paging.Cookie) > 0 {
			if _, err = s.wire.Write(page()); err == nil {
				return
			}
		}
		select {
		case done <- err:
		default: // said already
		}
	}
	s.wire.divert(number, taker)
	defer s.wire.divert(0, nil)
	if err := s.wire.failure(); err != nil {
		return fmt.Errorf("asking for a page: %w", err)
	}
	if _, err := s.wire.Write(first); err != nil {
		return fmt.Errorf("asking for a page: %w", err)
	}
	err = <-done
	if errors.Is(err, errElement) {
		// What follows of the page would be a riddle to the library.
		_ = s.raw.Close()
		return &fact.Error{Kind: fact.Unsupported, System: system, Op: "reading a page", Err: err}
	}
	if err != nil {
		return fmt.Errorf("reading a page: %w", err)
	}
	return nil
}

// taken reads one message of a page; last says that the page ends with it.
func (s *session) taken(message []byte, each func([]byte) error, paging *ldap.ControlPaging) (last bool, err error) {
	id, body, err := operation(message)
	switch {
	case err != nil:
		return false, err
	case id == elementEntry:
		return false, each(body)
	case id != elementDone:
		return false, nil // where else the search could go on
	}
	packet, err := ber.DecodePacketErr(message)
	if err != nil {
		return true, fmt.Errorf("%w: %w", errElement, err)
	}
	if err := ldap.GetLDAPError(packet); err != nil {
		return true, err //nolint:wrapcheck // with classifies it, and says what was asked
	}
	paging.SetCookie(nil)
	if len(packet.Children) < 3 {
		return true, nil
	}
	for _, c := range packet.Children[2].Children {
		control, err := ldap.DecodeControl(c)
		if err != nil {
			return true, fmt.Errorf("reading the end of a page: %w", err)
		}
		if next, ok := control.(*ldap.ControlPaging); ok {
			paging.SetCookie(next.Cookie)
		}
	}
	return true, nil
}

// searchMessage is a search of everything below dn, RFC 4511 4.5.1.
func searchMessage(number int64, dn string, filter *ber.Packet, attributes []string, controls ...ldap.Control) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchRequest, nil, "")
	op.AppendChild(octets(dn))
	for _, choice := range []int64{ldap.ScopeWholeSubtree, ldap.NeverDerefAliases} {
		op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, choice, ""))
	}
	for range 2 { // neither entries nor time are limited by us
		op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	}
	op.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""))
	op.AppendChild(filter)
	list := ber.NewSequence("")
	for _, a := range attributes {
		list.AppendChild(octets(a))
	}
	op.AppendChild(list)
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, number, ""))
	message.AppendChild(op)
	wrapped := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	for _, c := range controls {
		wrapped.AppendChild(c.Encode())
	}
	message.AppendChild(wrapped)
	return message.Bytes()
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}
