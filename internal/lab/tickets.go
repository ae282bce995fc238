package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/krbclient"
)

// tickets are obtained by each connector with its own computer account, from
// the KDC's socket.
type tickets struct {
	lab   *Lab
	cache *kdc.KeyCache
}

// Authorization obtains a ticket of user for spn as the connector on machine.
func (t *tickets) Authorization(ctx context.Context, machine, user, spn string, spnego bool) (string, error) {
	short, _, _ := strings.Cut(machine, ".")
	computer, ok := t.lab.store.Find(strings.ToUpper(short) + "$")
	if !ok {
		return "", fmt.Errorf("%s is not joined to %s", machine, contoso.Domain)
	}
	account := forKDC(computer)
	c := &krbclient.Client{
		KDC: t.lab.kdc.Addr(), Realm: contoso.Realm, Account: account.SAM, Clock: t.lab.clock,
		Key: func(etype int32, _ string) (types.EncryptionKey, error) {
			return t.cache.Key(account, contoso.Realm, etype)
		},
	}
	ticket, err := c.TicketFor(ctx, user, spn)
	if err != nil {
		return "", explain(err)
	}
	header, _, err := c.Negotiate(ticket, spnego)
	return header, err
}

// explain puts a refusal into the words of the connector's event log, where an
// HRESULT stands for what the KDC said.
func explain(err error) error {
	refused, ok := errors.AsType[*krbclient.KDCError](err)
	if !ok {
		return err
	}
	switch refused.Code {
	case errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN:
		return fmt.Errorf("%w (0x80090304): %w", appproxy.ErrNoAccount, err)
	case errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN:
		return fmt.Errorf("the specified target is unknown or unreachable (0x80090303): %w", err)
	case errorcode.KRB_AP_ERR_SKEW:
		return fmt.Errorf("the clocks on the client and server machines are skewed (0x80090324): %w", err)
	}
	return fmt.Errorf("no credentials are available in the security package (0x8009030e): %w", err)
}
