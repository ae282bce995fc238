package spn

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/internal/pasted"
)

// member is where these commands are run: they ask the whole forest.
const member = "any member of the domain"

// withProofs adds to the checks how each is proved by somebody who may read the
// directory, with what every Windows has, or PowerShell's module for it.
func withProofs(list []checks.Check, live Ports) []checks.Check {
	asks := map[checks.ID]func(checks.Env) []checks.Asked{
		"spn.account": func(env checks.Env) []checks.Asked { return AskAccounts(env, env.Site.ServiceAccountName()) },
		"spn.owner":   func(env checks.Env) []checks.Asked { return AskNames(env.Site.SPN()) },
		"spn.unique": func(env checks.Env) []checks.Asked {
			// The class as a whole, for names that only look the same.
			class, _, _ := strings.Cut(env.Site.SPN(), "/")
			return AskNames(class + "/*")
		},
		"spn.names": func(env checks.Env) []checks.Asked {
			var names []string
			for _, w := range table(env) {
				_, rest, _ := strings.Cut(w.spn, "/")
				names = append(names, w.spn, "HOST/"+rest)
			}
			return AskNames(names...)
		},
		"spn.alias": func(env checks.Env) []checks.Asked {
			_, host, _ := strings.Cut(env.Site.SPN(), "/")
			return AskNames("HOST/" + host)
		},
		"spn.forest": func(checks.Env) []checks.Asked { return []checks.Asked{asked("-F -X")} },
	}
	for i, c := range list {
		if ask, ok := asks[c.ID]; ok {
			list[i].Proof = checks.PastedDirectory(c.ID, ask, func(f *pasted.Forest) []checks.Check {
				return Checks(Ports{Directory: f, KDC: live.KDC, Resolver: live.Resolver})
			}, nil)
		}
	}
	for i, c := range list {
		if c.ID == "spn.aes" {
			list[i].Proof = aesProof()
		}
	}
	return list
}

// aesProof is for where no domain controller can be asked from here: the key of
// a ticket is a key of the account.
func aesProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked { return []checks.Asked{AskTicket(env)} },
		Judge: func(_ context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			const expected = "AES in use for this account"
			k, err := pasted.ReadKlist(pastes[len(pastes)-1], env.Site.SPN(), env.Site.Realm())
			if err != nil {
				return checks.Result{}, err
			}
			if !k.Found {
				return checks.Result{}, fmt.Errorf("it shows no ticket for %s, which would tell: %s", env.Site.SPN(), k.Line)
			}
			r := checks.Passed(expected, "the ticket for "+env.Site.SPN()+" is encrypted with "+k.EncryptionName())
			if !k.AES() {
				r = checks.Failed("spn.no-aes", expected, "the ticket for "+env.Site.SPN()+" is encrypted with "+k.EncryptionName())
			}
			return r.Repeated([]string{k.Line, k.Encrypted}, nil).PrintedOn(checks.NotAhead(env, k.At), k.Host), nil
		},
	}
}

// AskTicket asks for a ticket for Qlik's name, which klist then shows.
func AskTicket(env checks.Env) checks.Asked {
	return checks.Asked{
		On: "any member of the domain, except the Qlik server", Who: checks.Yourself, Shell: checks.Cmd,
		Command: checks.Command(checks.Cmd, checks.Questioned(checks.Cmd, "klist.exe get "+checks.Quote(env.Site.SPN(), checks.Cmd), "")),
	}
}

// AskNames asks the forest for the holders of each name.
func AskNames(names ...string) []checks.Asked {
	list := make([]string, 0, len(names))
	for _, n := range names {
		list = append(list, "-F -Q "+n)
	}
	return []checks.Asked{asked(list...)}
}

// asked is one line for cmd that says each question before its answer.
func asked(questions ...string) checks.Asked {
	var parts []string
	for _, q := range questions {
		words := strings.Fields(q)
		for i, w := range words {
			words[i] = checks.Quote(w, checks.Cmd)
		}
		parts = append(parts, checks.Questioned(checks.Cmd, "setspn.exe "+strings.Join(words, " "), ""))
	}
	return checks.Asked{On: member, Who: checks.ADAdmin, Shell: checks.Cmd, Command: checks.Command(checks.Cmd, parts...)}
}

// shownAttributes are what an account is judged by.
const shownAttributes = "sAMAccountName,userPrincipalName,objectSid,userAccountControl,msDS-User-Account-Control-Computed,accountExpires,pwdLastSet," +
	"msDS-SupportedEncryptionTypes,servicePrincipalName,dNSHostName,msDS-AllowedToDelegateTo,tokenGroups"

// AskAccounts asks PowerShell to show each account with all that is judged of
// it. The two steps are needed for what a domain controller computes only for
// one object at a time.
func AskAccounts(env checks.Env, names ...string) []checks.Asked {
	domain := checks.Quote(env.Site.Directory.Domain, checks.PowerShell)
	out := make([]checks.Asked, 0, len(names))
	for _, name := range names {
		filter := checks.Quote("(sAMAccountName="+escaped(name)+")", checks.PowerShell)
		out = append(out, checks.Asked{
			On: checks.WithADModule, Who: checks.ADAdmin, Shell: checks.PowerShell,
			Command: checks.Command(checks.PowerShell,
				"$FormatEnumerationLimit=-1", "$d=(Get-ADDomain -Server "+domain+").DNSRoot", "$p='"+shownAttributes+"' -split ','",
				checks.Quote(pasted.Ask+" Get-ADObject "+name+" in ", checks.PowerShell)+"+$d", "$o=@(Get-ADObject -Server $d -LDAPFilter "+filter+")", "'found '+$o.Count",
				"$o | ForEach-Object { Get-ADObject -Server $d -SearchBase $_.DistinguishedName -SearchScope Base -LDAPFilter '(objectClass=*)' -Properties ($p+'msDS-AllowedToActOnBehalfOfOtherIdentity') } | "+
					"Format-List ($p+'distinguishedName','objectClass',@{n='actOnBehalf';e={$_.'msDS-AllowedToActOnBehalfOfOtherIdentity'.Sddl}}) | Out-String -Width 4096"),
		})
	}
	return out
}

// escaped makes a name safe inside an LDAP filter, RFC 4515.
func escaped(name string) string {
	return strings.NewReplacer(`\`, `\5c`, "*", `\2a`, "(", `\28`, ")", `\29`, "\x00", `\00`).Replace(name)
}
