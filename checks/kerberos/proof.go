package kerberos

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// ticketProof is for where the domain controller cannot be asked from: somebody
// who is signed in to the domain asks for the ticket and shows it.
func ticketProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			name := checks.Quote(env.Site.SPN(), checks.Cmd)
			return []checks.Asked{{
				On: "any member of the domain, except the Qlik server", Who: checks.Yourself, Shell: checks.Cmd,
				Command: "echo " + pasted.Ask + " klist get " + name + " on %COMPUTERNAME% & klist.exe get " + name + " & echo " + pasted.End,
			}}
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			// A ticket says how things are now: only the latest paste counts.
			shown, err := pasted.ReadKlist(pastes[len(pastes)-1], env.Site.SPN(), env.Site.Realm())
			if err != nil {
				return checks.Result{}, fmt.Errorf("reading it: %w", err)
			}
			r := ticket(shownTicket{klist: shown})(ctx, env)
			if shown.Host != "" {
				r = r.With("asked on", shown.Host)
			}
			return r.Repeated([]string{shown.Line}, nil), nil
		},
	}
}

// shownTicket answers with a ticket that klist showed.
type shownTicket struct {
	Tickets
	klist pasted.Klist
}

func (s shownTicket) ServiceTicket(_ context.Context, spn string) (fact.Ticket, error) {
	k := s.klist
	if !k.Found {
		return fact.Ticket{}, &fact.Error{
			Kind: fact.Refused, System: "klist", Op: "asking for a ticket for " + spn, Code: k.Code,
			Text: "klist shows none among " + strconv.Itoa(k.Others) + " tickets",
		}
	}
	client, _, _ := strings.Cut(k.Ticket.Server, "@")
	return fact.Ticket{
		Client: k.Ticket.Client, Server: client, EType: k.Ticket.EType, ETypeName: k.EncryptionName(), Flags: k.FlagNames(),
	}, nil
}
