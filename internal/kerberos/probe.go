package kerberos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
)

var errNoClock = errors.New("the KDC's answer carries no time")

// ProbeAccount asks the KDC about an account without proving anything, so no
// bad password is counted. Only AES is offered: error 14 then means that the
// account has no such keys. The KDC's refusal is the answer, not an error.
func (c *Client) ProbeAccount(ctx context.Context, sam string) (fact.KDCProbe, error) {
	op := "asking the KDC about " + sam
	realm := c.site.Realm()
	if realm == "" {
		return fact.KDCProbe{}, &fact.Error{Kind: fact.Unsupported, System: kdcSystem, Op: op, Text: "no realm is known"}
	}
	name := credential{name: account(sam)}.principal()
	start := time.Now()
	raw, err := c.ask(ctx, name, realm, krbtgt(realm))
	round := time.Since(start)
	if k, ok := asKDCError(err); ok {
		return fact.KDCProbe{Time: k.Time, Code: k.Code, Name: k.Name, AES: anyAES(etypeInfos(k.EData)), Round: round}, nil
	}
	if err != nil {
		return fact.KDCProbe{}, wrap(op, err, false)
	}
	// An account without pre-authentication gets its ticket at once. Only a
	// refusal shows the clock, so one is provoked: a service nobody owns.
	var rep messages.ASRep
	if err := guard(func() error { return rep.Unmarshal(raw) }); err != nil {
		return fact.KDCProbe{}, wrap(op, fmt.Errorf("reading the KDC's reply: %w", err), false)
	}
	nobody := types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"sensegate", "clock"}}
	_, err = c.ask(ctx, name, realm, nobody)
	k, ok := asKDCError(err)
	if !ok {
		if err == nil {
			err = errNoClock
		}
		return fact.KDCProbe{}, wrap(op, err, false)
	}
	return fact.KDCProbe{Time: k.Time, Name: CodeName(0), AES: isAES(rep.EncPart.EType), Round: round}, nil
}

func (c *Client) ask(ctx context.Context, client types.PrincipalName, realm string, server types.PrincipalName) ([]byte, error) {
	req, err := c.asRequest(client, realm, server)
	if err != nil {
		return nil, err
	}
	return c.exchange(ctx, realm, &req)
}

func anyAES(info []etypeInfo) bool {
	for _, i := range info {
		if isAES(i.etype) {
			return true
		}
	}
	return false
}
