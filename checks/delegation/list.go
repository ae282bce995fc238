package delegation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
)

// Well-known identifiers of everybody.
const (
	everyone      = "S-1-1-0"
	authenticated = "S-1-5-11"
)

// list accepts the classic list on the computer, or the resource-based
// descriptor on the service account.
func list(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		name := env.Site.SPN()
		service, _ := checks.Known[fact.Account](env, spn.FactAccount)
		if far := beyond(ctx, d, env, service); far != "" {
			return checks.CouldNotTell(checks.Unreachable, "only "+name+" in the list", far)
		}
		r := eachComputer(d, "only "+name+" in the list", func(a fact.Account) *finding {
			return judgeList(ctx, d, name, service, a)
		})(ctx, env)
		if r.Status != checks.Pass {
			return r
		}
		for _, sid := range service.ActOnBehalf {
			if sid == everyone || sid == authenticated {
				return checks.Failed("delegation.anyone", "only the connectors may act for users towards "+service.SAM, "every account of the domain may ("+sid+")").With("on", service.DN)
			}
		}
		for _, sid := range service.ActConditions {
			r = r.With("under a condition that is not judged here", sid)
		}
		return r
	}
}

// beyond says of which account only the catalogue's part is known, where the
// rest decides: no domain controller of its domain answers from here. Empty when
// nothing that decides is missing.
func beyond(ctx context.Context, d Directory, env checks.Env, service fact.Account) string {
	missing := func(a fact.Account) string {
		return "of " + a.SAM + " only the global catalogue's part is known: no domain controller of " + a.Domain + " answers from here"
	}
	if service.Partial {
		return missing(service)
	}
	for _, h := range env.Site.Connector.Hosts {
		a, err := d.Account(ctx, h.ComputerAccount())
		if err == nil && a.Partial && !Acting(service, a) {
			return missing(a)
		}
	}
	return ""
}

func judgeList(ctx context.Context, d Directory, name string, service, a fact.Account) *finding {
	if bad := dangerous(ctx, d, a); bad != nil {
		return bad
	}
	if Acting(service, a) {
		return nil
	}
	// Across domains only the descriptor of the resource counts.
	if service.Domain != "" && a.Domain != "" && !strings.EqualFold(service.Domain, a.Domain) {
		return &finding{cause: "delegation.other-domain", seen: "is in " + a.Domain + ", Qlik's account in " + service.Domain + ", and its descriptor does not name the computer"}
	}
	has := slices.ContainsFunc(a.DelegateTo, func(s string) bool { return strings.EqualFold(s, name) })
	switch {
	case len(a.DelegateTo) == 0:
		return &finding{cause: "delegation.missing", seen: "may delegate to nothing"}
	case !has:
		return &finding{cause: "delegation.other-spn", seen: "may delegate only to " + strings.Join(a.DelegateTo, ", ")}
	case len(a.DelegateTo) == 1:
		return nil
	}
	for _, entry := range others(a, name) {
		if holders, err := d.Holders(ctx, entry); err == nil && len(holders) == 0 && !aliased(ctx, d, entry) {
			return &finding{cause: "delegation.ghost", seen: "may delegate to " + entry + ", which nobody holds", warn: true}
		}
	}
	return &finding{cause: "delegation.extra", seen: fmt.Sprintf("may delegate to %d names", len(a.DelegateTo)), warn: true}
}

// Acting says that the descriptor of service lets the computer act for users,
// by itself or through one of its groups.
func Acting(service, computer fact.Account) bool {
	return slices.ContainsFunc(service.ActOnBehalf, func(sid string) bool {
		return sid != "" && (strings.EqualFold(sid, computer.SID) || slices.Contains(computer.Groups, sid))
	})
}

// maxEntries bounds how many entries of one list are looked up.
const maxEntries = 20

func others(a fact.Account, name string) []string {
	var out []string
	for _, s := range a.DelegateTo {
		if !strings.EqualFold(s, name) {
			out = append(out, s)
		}
	}
	return out[:min(len(out), maxEntries)]
}

// aliased says that a computer answers for the name through HOST.
func aliased(ctx context.Context, d Directory, entry string) bool {
	_, rest, _ := strings.Cut(entry, "/")
	holders, err := d.Holders(ctx, "HOST/"+rest)
	return err != nil || len(holders) > 0
}

// dangerous finds an entry that is as good as the whole domain: the ticket
// service itself, or a service of a domain controller.
func dangerous(ctx context.Context, d Directory, a fact.Account) *finding {
	for _, entry := range a.DelegateTo[:min(len(a.DelegateTo), maxEntries)] {
		class, rest, _ := strings.Cut(entry, "/")
		if strings.EqualFold(class, "krbtgt") {
			return &finding{cause: "delegation.domain-controller", seen: "may delegate to " + entry + ", the ticket service itself"}
		}
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, ":")
		machines, err := d.Named(ctx, host)
		if err != nil {
			continue
		}
		for _, m := range machines {
			if m.DomainController() {
				return &finding{cause: "delegation.domain-controller", seen: "may delegate to " + entry + " on the domain controller " + m.SAM}
			}
		}
	}
	return nil
}

func transition(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		service, _ := checks.Known[fact.Account](env, spn.FactAccount)
		return eachComputer(d, `"use any authentication protocol" is chosen`, func(a fact.Account) *finding {
			// The resource-based form needs no protocol transition.
			if Acting(service, a) && len(a.DelegateTo) == 0 {
				return nil
			}
			if !a.ProtocolTransition() {
				return &finding{cause: "delegation.kerberos-only", seen: "may use Kerberos only"}
			}
			return nil
		})(ctx, env)
	}
}
