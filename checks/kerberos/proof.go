package kerberos

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// ticketProof is for where the domain controller cannot be asked from: somebody
// who is signed in to the domain asks for the ticket and shows it.
func ticketProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			return []checks.Asked{spn.AskTicket(env)}
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			// A ticket says how things are now: only the latest paste counts.
			shown, err := pasted.ReadKlist(pastes[len(pastes)-1], env.Site.SPN(), env.Site.Realm())
			if err != nil {
				return checks.Result{}, err
			}
			r := ticket(shownTicket{klist: shown})(ctx, env)
			lines := []string{shown.Line}
			if shown.Found {
				lines = append(lines, shown.Encrypted)
			}
			return r.Repeated(lines, nil).PrintedOn(checks.NotAhead(env, shown.At), shown.Host), nil
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

// agentOfCommand is the browser that curl passes for: one that every pattern
// of Qlik's takes.
const agentOfCommand = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"

// acceptedProof is for where Qlik cannot be reached from here: somebody who is
// signed in to the domain opens it with curl, which Windows has since 2018, and
// which says what was sent.
func acceptedProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			quote := func(s string) string { return checks.Quote(s, checks.PowerShell) }
			at, err := url.Parse(env.Site.Publish.InternalURL)
			if err != nil {
				return nil // site.facts says what is wrong with it
			}
			base := strings.TrimSuffix(at.Scheme+"://"+at.Host+"/"+strings.Trim(env.Site.Qlik.Prefix, "/"), "/")
			return []checks.Asked{{
				On: "any member of the domain with Windows 10, Server 2019 or later, except the Qlik server, signed in as " + env.Site.KerberosUser(), Who: checks.Yourself, Shell: checks.PowerShell,
				Command: checks.Command(checks.PowerShell, checks.Questioned(checks.PowerShell,
					"curl.exe -sSvL -c NUL --negotiate -u : -A "+quote(agentOfCommand)+" -o NUL "+quote(base+"/hub/")+" "+quote(base+"/qps/user")+
						" 2>&1 | ForEach-Object { \"$_\" -replace '(Negotiate [A-Za-z0-9+/]{"+strconv.Itoa(pasted.KeptOfToken)+"})[A-Za-z0-9+/=]*','$1' -replace '(Cookie: |qlikTicket=).*','$1' }; ''",
					"curl "+base+"/")),
			}}
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			v, err := pasted.ReadVisit(pastes[len(pastes)-1], env.Site.InternalHost())
			if err != nil {
				return checks.Result{}, err
			}
			return accepted(shownVisit{visit: v})(ctx, env).Repeated(v.Lines, nil).PrintedOn(checks.NotAhead(env, v.At), v.Host), nil
		},
	}
}

// shownVisit answers with a sign-in that curl showed.
type shownVisit struct {
	Tickets
	visit pasted.Visit
}

func (s shownVisit) Negotiate(context.Context, string, string) (fact.WebSession, error) {
	v := s.visit
	session := fact.WebSession{
		UserDirectory: v.Directory, UserID: v.User, Mechanism: v.Mechanism, Mutual: v.Mutual, Status: v.Status, Schemes: v.Schemes, Hops: v.Hops,
	}
	if v.Refused && v.User == "" {
		return session, &fact.Error{Kind: fact.Refused, System: "Qlik proxy", Op: "signing in to Qlik with the ticket", Code: "401", Text: "the ticket was refused"}
	}
	return session, nil
}
