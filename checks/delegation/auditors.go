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

// auditors tells what PingCastle and BloodHound find in a delegation that is
// exactly as it has to be, and warns where they would be right to complain.
func auditors(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "nothing beyond what this kind of single sign-on needs"
		service, _ := checks.Known[fact.Account](env, spn.FactAccount)
		r := checks.Passed(expected, "constrained delegation of the connectors to one name; the remarks are below")
		if group := privileged(service); group != "" {
			r = checks.Warned("delegation.service-privileged", expected, service.SAM+" is in "+group).Var("group", group)
		}
		for _, h := range env.Site.Connector.Hosts {
			a, err := d.Account(ctx, h.ComputerAccount())
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			for _, remark := range remarks(a, service) {
				r = r.With(remark[0], remark[1])
			}
		}
		if !service.Computer && !service.Managed {
			r = r.With("BloodHound, PingCastle", service.SAM+" is a user with a service name and so counts as kerberoastable: a long random password answers that, or a managed service account")
		}
		return r
	}
}

// remarks are what the two tools print about one connector.
func remarks(a, service fact.Account) [][2]string {
	var out [][2]string
	if len(a.DelegateTo) > 0 {
		out = append(out, [2]string{"BloodHound", fmt.Sprintf("edge AllowedToDelegate from %s to the owners of %s: whoever controls the connector can act for users there", a.SAM, strings.Join(a.DelegateTo, ", "))})
	}
	if a.ProtocolTransition() {
		out = append(out, [2]string{"BloodHound", a.SAM + " has trustedtoauth set: protocol transition, which the cloud sign-in needs"})
		out = append(out, [2]string{"PingCastle", a.SAM + " is listed under delegations with protocol transition; it costs points (P-DelegationDCt2a4d) only towards domain controllers"})
	}
	if Acting(service, a) {
		out = append(out, [2]string{"BloodHound", "edge AllowedToAct from " + a.SAM + " to " + service.SAM})
	}
	if a.Unconstrained() {
		out = append(out, [2]string{"PingCastle", "P-UnconstrainedDelegation for " + a.SAM + ", rightly"})
	}
	return out
}

// privileged names the administrators' group that a service account is in.
func privileged(a fact.Account) string {
	for suffix, name := range map[string]string{"-512": "Domain Admins", "-519": "Enterprise Admins", "-518": "Schema Admins"} {
		if slices.ContainsFunc(a.Groups, func(sid string) bool {
			return strings.HasPrefix(sid, "S-1-5-21-") && strings.HasSuffix(sid, suffix)
		}) {
			return name
		}
	}
	if slices.Contains(a.Groups, "S-1-5-32-544") {
		return "Administrators"
	}
	return ""
}
