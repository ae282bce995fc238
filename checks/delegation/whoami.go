package delegation

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// orWhoAmI lets the user prove it too: whoami and the flags of the own account
// are for everybody to read, on any machine of the domain.
func orWhoAmI(by *checks.Proof) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			sam := env.Site.SAM()
			name := strings.NewReplacer(`"`, "", "'", "", "(", "", ")", "", "*", "", `\`, "", "%", "", "&", "", "|", "", "^", "", "<", "", ">", "").Replace(sam)
			return append(by.Ask(env), checks.Asked{
				On: "any member of the domain, signed in as " + sam, Who: checks.Yourself, Shell: checks.Cmd,
				Command: checks.Command(checks.Cmd, "echo "+pasted.Ask+" whoami "+name+" in %USERDNSDOMAIN%", "whoami.exe /user /fo csv /nh", "whoami.exe /groups /fo csv /nh",
					`powershell -NoProfile -Command "'UAC ' + ([adsisearcher]'(sAMAccountName=`+name+`)').FindOne().Properties['useraccountcontrol'][0]"`),
			})
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			var others []string
			for i, text := range pastes {
				own, ok := ofWhoAmI(text)
				if !ok {
					others = append(others, text)
					continue
				}
				if i < len(pastes)-1 {
					continue // what came later counts
				}
				a, lines, err := pasted.WhoAmI(own, env.Site.SAM(), env.Site.Directory.Domain)
				if err != nil {
					return checks.Result{}, err
				}
				return user(themselves{a: a})(ctx, env).Repeated(lines, nil).PrintedOn(checks.NotAhead(env, own.At), own.Host), nil
			}
			return by.Judge(ctx, env, others)
		},
	}
}

// ofWhoAmI finds the answer of whoami in a paste.
func ofWhoAmI(text string) (pasted.Answer, bool) {
	list, err := pasted.Answers(text)
	if err != nil {
		return pasted.Answer{}, false
	}
	for _, a := range list {
		if a.Tool == "whoami" {
			return a, true
		}
	}
	return pasted.Answer{}, false
}

// themselves is a directory that knows one account: that of whoever pasted.
type themselves struct {
	Directory
	a fact.Account
}

// Account is that one.
func (t themselves) Account(context.Context, string) (fact.Account, error) { return t.a, nil }
