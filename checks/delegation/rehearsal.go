package delegation

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

func rehearsal(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		expected := "a session as " + s.SAM() + " for every connector"
		done := checks.Passed(expected, "")
		var who []string
		for _, h := range s.Connector.Hosts {
			x, err := p.Rehearser.Rehearse(ctx, h.ComputerAccount(), s.TestUser.UPN, s.SPN(), s.Publish.InternalURL)
			if checks.KindOf(err) == fact.Unsupported {
				return unrehearsed(expected, err)
			}
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			if bad, ok := judgeRehearsal(ctx, p.Directory, x, s.SAM(), expected); !ok {
				bad.Evidence = append(done.Evidence, bad.Evidence...)
				return bad.Var("connector", strings.TrimSuffix(h.ComputerAccount(), "$")).Var("computer", h.ComputerAccount()).Var("host", h.Name)
			}
			who = append(who, h.ComputerAccount())
			evidence := done.With(h.ComputerAccount(), "S4U2Self, S4U2Proxy ("+x.Proxy.ETypeName+"), Qlik: "+x.Session.UserDirectory+`\`+x.Session.UserID)
			evidence = ways(evidence, x).With("token forms taken", orNone(x.Accepted)).With("token forms refused", orNone(x.Refused))
			if x.As != "" && !strings.EqualFold(x.As, h.ComputerAccount()) {
				evidence = evidence.With("rehearsed as", x.As)
			}
			if len(x.Accepted) == 1 && x.Accepted[0] == wrapped && done.Status == checks.Pass {
				done = checks.Warned("delegation.spnego-only", expected, "").Var("connector", strings.TrimSuffix(h.ComputerAccount(), "$")).Var("computer", h.ComputerAccount()).Var("host", h.Name)
			}
			done.Evidence = evidence.Evidence
		}
		done.Seen = "Qlik opened for " + s.SAM() + ", asked by " + strings.Join(who, " and ")
		if done.Status == checks.Warn {
			done.Seen += ", but only with the ticket wrapped in SPNEGO"
		}
		return done
	}
}

// ways are the two ways of delegation, each with what the domain controller
// said to it.
func ways(r checks.Result, x fact.Rehearsal) checks.Result {
	if x.Classic != "" {
		r = r.With("by the connector's list", x.Classic)
	}
	if x.Resource != "" {
		r = r.With("by the resource's descriptor as well", x.Resource)
	}
	return r
}

// wrapped is the form of the token that connectors send only when told to.
const wrapped = "spnego-kerberos"

// unrehearsed says by which ways the proof is to be had.
func unrehearsed(expected string, err error) checks.Result {
	return checks.CouldNotTell(checks.NoEvidence, expected, err.Error()).
		With("way 1", "on a connector host as LocalSystem: sensegate check --step delegation, from a task that runs as SYSTEM").
		With("way 2", "a rehearsal account with the same delegation: connector.rehearsal.account and SENSEGATE_CONNECTOR_PASSWORD").
		With("way 3", "the computer account's keytab: connector.hosts.keytab (Samba, practice lab)")
}

func judgeRehearsal(ctx context.Context, d Directory, x fact.Rehearsal, user, expected string) (checks.Result, bool) {
	fail := func(cause checks.CauseID, seen string) (checks.Result, bool) {
		return ways(checks.Failed(cause, expected, asker(x)+": "+seen).With("stage", x.Stage).With("answer", refusalOf(x)), x), false
	}
	switch x.Stage {
	case stageSignIn, stageSelf, stageProxy:
		m := mend(x, known(ctx, d, x))
		r, ok := fail(m.cause, sentence(x.Stage)+refusalOf(x))
		if m.attribute != "" {
			r = r.With("to mend", m.attribute)
		}
		if m.cause == "site.clock-skew" {
			r = r.Var("who", "this machine or the domain controller")
		}
		if m.holder != "" {
			r = r.Var("holder", m.holder)
		}
		return r, ok
	}
	switch {
	case x.CodeName == "KRB_AP_ERR_MODIFIED":
		return fail("kerberos.refused", "Qlik cannot open the ticket: "+x.CodeName)
	case x.Session == nil || x.Session.UserID == "":
		return fail("delegation.qlik-refused", "Qlik did not accept the ticket")
	case !strings.EqualFold(x.Session.UserID, user):
		return fail("delegation.qlik-refused", "Qlik opened a session as "+x.Session.UserID)
	}
	return checks.Result{}, true
}

func sentence(stage string) string {
	switch stage {
	case stageSignIn:
		return "the account could not sign in: "
	case stageSelf:
		return "no ticket in the user's name: "
	}
	return "no ticket for Qlik on behalf of the user: "
}

func refusalOf(x fact.Rehearsal) string {
	if x.CodeName == "" {
		return "no code"
	}
	out := x.CodeName
	if x.Code != 0 {
		out += fmt.Sprintf(" (%d)", x.Code)
	}
	if x.NTStatusName != "" {
		out += ", " + x.NTStatusName
	}
	return out
}

// asker is the account whose key was used.
func asker(x fact.Rehearsal) string {
	if x.As != "" {
		return x.As
	}
	return x.Connector
}

func orNone(v []string) string {
	if len(v) == 0 {
		return "none"
	}
	return strings.Join(v, ", ")
}
