package kerberos

import (
	"context"
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/messages"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// usageTicket seals the inside of a ticket, RFC 4120 7.5.1.
const usageTicket = 2

// OpenTicket obtains a ticket for spn and tries to open it with the keys of a
// keytab, as the service would: those of the account, or of the name itself.
// Windows does not look at the version that a ticket names, so neither is a key
// passed over for it.
func (c *Client) OpenTicket(ctx context.Context, spn, account, keytab string) (fact.OpenedTicket, error) {
	cred, err := c.fromKeytab(account, keytab)
	if err != nil {
		return fact.OpenedTicket{}, err
	}
	t, err := c.ticketFor(ctx, spn)
	if err != nil {
		return fact.OpenedTicket{}, err
	}
	out := fact.OpenedTicket{Ticket: *t.describe()}
	for _, e := range cred.keytab.Entries {
		name := strings.Join(e.Principal.Components, "/")
		if !strings.EqualFold(e.Principal.Realm, t.raw.Realm) || !strings.EqualFold(name, cred.name) && !strings.EqualFold(name, spn) {
			continue
		}
		version := int(e.KVNO)
		out.Newest = max(out.Newest, version)
		if held := ETypeName(int(e.Key.KeyType)); !slices.Contains(out.Held, held) {
			out.Held = append(out.Held, held)
		}
		if e.Key.KeyType != t.raw.EncPart.EType {
			continue
		}
		// A keytab of the old format keeps the lowest eight bits.
		out.Fits = out.Fits || version == t.raw.EncPart.KVNO || version < 256 && version == t.raw.EncPart.KVNO&0xff
		plain, err := decrypt(t.raw.EncPart, e.Key, usageTicket)
		if err != nil {
			continue
		}
		var part messages.EncTicketPart
		if guard(func() error { return part.Unmarshal(plain) }) == nil {
			out.Opened = true
			out.Client = netprobe.Clean(part.CName.PrincipalNameString() + "@" + part.CRealm)
		}
	}
	return out, nil
}
