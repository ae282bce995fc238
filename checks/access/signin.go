package access

import (
	"strings"

	"sensegate/checks"
)

// refusedSignIn names what a refused sign-in to Entra was refused for, as far
// as its code tells.
func refusedSignIn(err error, env checks.Env, expected string) checks.Result {
	code := checks.CodeOf(err)
	if busy(code) {
		// Who is told to wait has learnt nothing about the installation.
		r := checks.Explain(err).Expect(expected)
		r.Cause = "site.entra-busy"
		return r
	}
	r := refused(err, "site.entra-refused", expected)
	if r.Status != checks.Fail {
		return r
	}
	if cause, known := signInCauses()[code]; known {
		r.Cause = cause
	}
	way := env.Site.Entra.SignIn
	if way == "" {
		way = "device-code"
	}
	return r.With("signing in by", way).Var("code", code)
}

// busy says that Graph asked to come back later, and later is after the
// deadline.
func busy(code string) bool {
	return code == "429" || strings.Contains(code, "Throttled") || code == "TooManyRequests"
}

// signInCauses are the causes by AADSTS code.
func signInCauses() map[string]checks.CauseID {
	out := map[string]checks.CauseID{}
	for cause, codes := range map[checks.CauseID][]string{
		"site.entra-conditional-access": {"53000", "53001", "53002", "53003", "53004", "530032", "530034"},
		"site.entra-second-factor":      {"50072", "50074", "50076", "50079", "50158"},
		"site.entra-password":           {"50126", "50055", "50056", "50144"},
		"site.entra-account":            {"50034", "50053", "50057", "50020", "50059"},
		"site.entra-consent":            {"65001", "65004", "90094", "650053"},
		"site.entra-client":             {"700016", "7000112", "7000215", "7000218", "7000222", "700027", "50011"},
		"site.entra-unknown-tenant":     {"90002", "900023"},
	} {
		for _, c := range codes {
			out["AADSTS"+c] = cause
		}
	}
	return out
}
