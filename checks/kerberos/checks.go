package kerberos

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "kerberos"

// Ports are the questions of this room.
type Ports struct {
	Qlik    Qlik
	Front   Front
	Tickets Tickets
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd"
	reload := checks.Retry{Every: 2 * time.Second, For: 2 * time.Minute, Because: "the Qlik proxy opens its listeners again"}
	return []checks.Check{
		{
			ID: "kerberos.pattern", Step: Step, Needs: []checks.ID{"site.repository"}, Docs: docs, Retry: reload,
			Title: "Every browser is offered Windows sign-in, phones included",
			Why:   "The stock pattern \"Windows\" shows everybody else a password form.",
			Run:   pattern(p.Qlik),
		},
		{
			ID: "kerberos.switch", Step: Step, Needs: []checks.ID{"site.repository"}, Docs: docs, Retry: reload,
			Title: "Kerberos is switched on at every Qlik proxy",
			Why:   "Without it Qlik offers NTLM alone, which cannot be delegated.",
			Run:   kerberosSwitch(p.Qlik),
		},
		{
			ID: "kerberos.offered", Step: Step, Needs: []checks.ID{"site.front", "kerberos.pattern", "kerberos.switch"}, Docs: docs, Retry: reload,
			Title: "Qlik really offers Negotiate",
			Why:   "A setting counts only once the proxy has read it.",
			Run:   offered(p),
		},
		{
			ID: "kerberos.headers", Step: Step, Needs: []checks.ID{"kerberos.offered"}, Docs: docs, Retry: reload,
			Title: "Tickets of people in many groups fit through",
			Why:   "A ticket grows with every group; past the limit only these people get an error.",
			Run:   headers(p.Front),
		},
		{
			ID: "kerberos.ticket", Step: Step, Needs: []checks.ID{"spn.owner", "spn.unique", "spn.aes"}, Docs: docs,
			Title: "A ticket for Qlik can be had, with AES",
			Why:   "It is what klist shows once a browser has signed in.",
			Run:   ticket(p.Tickets), Proof: ticketProof(),
		},
		{
			ID: "kerberos.opens", Step: Step, Needs: []checks.ID{"kerberos.ticket"}, Docs: docs,
			Title: "The ticket opens with the key of the account that runs Qlik",
			Why:   "It shows that the domain controller made it for that account and its present password, before Qlik is asked.",
			Run:   opens(p.Tickets),
		},
		{
			ID: "kerberos.ticket-cache", Step: Step, Needs: []checks.ID{"kerberos.ticket"}, Docs: docs,
			Title: "A ticket for Qlik is in the cache of whoever signed in",
			Why:   "It is what klist shows after a browser on the LAN has opened Qlik.",
			Run:   cached(p.Tickets),
		},
		{
			ID: "kerberos.accepted", Step: Step, Needs: []checks.ID{"kerberos.headers", "kerberos.ticket"}, Docs: docs, Retry: reload,
			Title: "Qlik accepts the ticket, and it was Kerberos",
			Why:   "A silent sign-in may still be NTLM; only a ticket proves Kerberos.",
			Run:   accepted(p.Tickets), Proof: acceptedProof(),
		},
	}
}

func ticket(t Tickets) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := "a ticket for " + env.Site.SPN()
		tk, err := t.ServiceTicket(ctx, env.Site.SPN())
		if err != nil {
			if k := checks.KindOf(err); k == fact.Refused || k == fact.NotFound {
				return checks.Failed("kerberos.no-ticket", expected, err.Error()).With("code", checks.CodeOf(err))
			}
			return checks.Explain(err).Expect(expected)
		}
		seen := tk.ETypeName
		if !tk.Until.IsZero() {
			seen += ", until " + tk.Until.Format("15:04")
		}
		version := "not shown"
		if tk.KeyVersion > 0 {
			version = strconv.Itoa(tk.KeyVersion)
		}
		r := checks.Passed(expected, seen)
		const aes128, aes256 = 17, 18
		if tk.EType != aes128 && tk.EType != aes256 {
			r = checks.Warned("kerberos.weak-ticket", expected, seen)
		}
		return r.With("client", tk.Client).With("server", tk.Server).
			With("key version", version).With("flags", strings.Join(tk.Flags, " "))
	}
}

func accepted(t Tickets) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		user := env.Site.KerberosUser()
		expected := "a session as " + user + ", by Kerberos"
		s, err := t.Negotiate(ctx, env.Site.Publish.InternalURL, env.Site.SPN())
		if err != nil {
			if s.Mechanism == "ntlm" {
				return checks.Failed("kerberos.ntlm-fallback", expected, err.Error()).With("code", checks.CodeOf(err)).With("offered", orNone(s.Schemes))
			}
			if checks.KindOf(err) == fact.Refused {
				return checks.Failed("kerberos.refused", expected, err.Error()).With("code", checks.CodeOf(err))
			}
			return checks.Explain(err).Expect(expected)
		}
		evidence := func(r checks.Result) checks.Result {
			return r.With("mechanism", s.Mechanism).With("server proved itself", yes(s.Mutual)).
				With("offered", orNone(s.Schemes)).With("way", strings.Join(s.Hops, " > "))
		}
		switch {
		case s.Mechanism == "ntlm":
			return evidence(checks.Failed("kerberos.ntlm-fallback", expected, "signed in with NTLM"))
		case s.UserID == "":
			return evidence(checks.Failed("kerberos.refused", expected, fmt.Sprintf("no session; the last answer was %d", s.Status)))
		case s.Mechanism != "kerberos" && s.Mechanism != "spnego-kerberos":
			return evidence(checks.Failed("kerberos.ntlm-fallback", expected, "a session, but no ticket was used for it"))
		case !strings.EqualFold(s.UserID, user):
			return evidence(checks.Failed("kerberos.other-user", expected, "a session as "+s.UserDirectory+`\`+s.UserID))
		}
		return evidence(checks.Passed(expected, "a session as "+s.UserDirectory+`\`+s.UserID))
	}
}

func orNone(v []string) string {
	if len(v) == 0 {
		return "nothing"
	}
	return strings.Join(v, ", ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
