package access

import (
	"context"
	"strings"

	"sensegate/checks"
)

func directory(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := "signed in to " + env.Site.Directory.Domain
		root, err := d.RootDSE(ctx)
		if checks.CodeOf(err) == "no-secret" {
			// Nobody was refused: there is nobody to sign in as. Somebody else
			// may look, and paste what it says.
			return checks.CouldNotTell(checks.NoRight, expected, err.Error())
		}
		if err != nil {
			return refusedDirectory(err, expected)
		}
		want := "DC=" + strings.ReplaceAll(env.Site.Directory.Domain, ".", ",DC=")
		if !strings.EqualFold(root.DefaultNC, want) {
			return checks.Failed("site.directory-other-domain", expected, root.Host+" serves "+root.DefaultNC)
		}
		r := checks.Passed(expected, "signed in at "+root.Host)
		if root.Instead != "" {
			// We are in, by a way that the hardening accepts; whoever comes by the
			// refused one is not.
			r = checks.Warned(directoryCause(root.Instead), expected, "signed in at "+root.Host+" by another way: the ordinary one was refused ("+root.Instead+")").
				With("refused", root.InsteadText)
		}
		if root.Reached != "" {
			r = r.With("reached", root.Reached)
		}
		for _, d := range root.Domains {
			r = r.With("domain of the forest", d.NetBIOS+" is "+d.DNS)
		}
		return r.With("as", root.BoundAs).With("naming context", root.DefaultNC).With("realm", root.Realm)
	}
}

// refusedDirectory names what a refused sign-in was refused for, as far as its
// code tells.
func refusedDirectory(err error, expected string) checks.Result {
	const fallback = "site.directory-refused"
	r := refused(err, fallback, expected)
	if r.Status == checks.Fail {
		r.Cause = directoryCause(checks.CodeOf(err))
	}
	return r
}

// directoryCause is the cause of a refusal by its code: the data of an LDAP
// error 49 (a Windows error in hexadecimal), a result of LDAP, or a KRB-ERROR.
func directoryCause(code string) checks.CauseID {
	switch strings.ToLower(code) {
	case "strongerauthrequired", "confidentialityrequired":
		return "site.directory-signing"
	case "80090346", "57":
		return "site.directory-channel-binding"
	case "525", "52e", "kdc_err_preauth_failed", "kdc_err_c_principal_unknown":
		return "site.directory-password"
	case "530", "531", "kdc_err_policy":
		return "site.directory-restricted"
	case "532", "773", "kdc_err_key_expired":
		return "site.directory-password-expired"
	case "533", "701", "kdc_err_name_exp":
		return "site.directory-account-disabled"
	case "775", "locked-out", "lockout-near":
		return "site.directory-locked"
	case "kdc_err_client_revoked":
		return "site.directory-account-revoked"
	}
	return "site.directory-refused"
}
