package kerberos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/allowlist"
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

// The user agents of browsers that must be offered single sign-on: the desktop
// ones and those of phones, which are the point of publishing.
func browsers() map[string]string {
	return map[string]string{
		"Edge on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
		"Safari on Mac":   "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
		"Safari on iOS":   "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
	}
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
			ID: "kerberos.offered", Step: Step, Needs: []checks.ID{"kerberos.pattern", "kerberos.switch"}, Docs: docs, Retry: reload,
			Title: "Qlik really offers Negotiate",
			Why:   "A setting counts only once the proxy has read it.",
			Run:   offered(p.Front),
		},
		{
			ID: "kerberos.ticket", Step: Step, Needs: []checks.ID{"spn.owner", "spn.unique", "spn.aes"}, Docs: docs,
			Title: "A ticket for Qlik can be had, with AES",
			Why:   "It is what klist shows once a browser has signed in.",
			Run:   ticket(p.Tickets),
		},
		{
			ID: "kerberos.accepted", Step: Step, Needs: []checks.ID{"kerberos.offered", "kerberos.ticket"}, Docs: docs, Retry: reload,
			Title: "Qlik accepts the ticket, and it was Kerberos",
			Why:   "A silent sign-in may still be NTLM; only a ticket proves Kerberos.",
			Run:   accepted(p.Tickets),
		},
	}
}

func pattern(q Qlik) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "a word that all user agents contain, such as Mozilla"
		list, err := q.VirtualProxies(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		vp, ok := allowlist.Published(list, env.Site.Qlik.Prefix)
		if !ok {
			return checks.CouldNotTell(checks.Unexplained, expected, "the virtual proxy is not there")
		}
		agents := browsers()
		left := make([]string, 0, len(agents))
		for name, agent := range agents {
			if !strings.Contains(agent, vp.DevicePattern) {
				left = append(left, name)
			}
		}
		seen := "the pattern is " + vp.DevicePattern
		if len(left) > 0 {
			slices.Sort(left)
			return checks.Failed("kerberos.pattern-narrow", expected, seen+"; left out: "+strings.Join(left, ", "))
		}
		return checks.Passed(expected, seen)
	}
}

func kerberosSwitch(q Qlik) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "on, at every proxy that can serve the published URL"
		list, err := q.Proxies(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var off []string
		r := checks.Passed(expected, fmt.Sprintf("on at %d of %d", len(list), len(list)))
		for _, p := range list {
			state := "on"
			if !p.Kerberos {
				state = "off"
				off = append(off, p.Host)
			}
			r = r.With(p.Host, state)
		}
		if len(list) == 0 {
			return checks.CouldNotTell(checks.Unexplained, expected, "the repository lists no proxy")
		}
		if len(off) > 0 {
			bad := checks.Failed("kerberos.switch-off", expected, "off at "+strings.Join(off, ", ")).Var("proxy", off[0])
			bad.Evidence = r.Evidence
			return bad
		}
		return r
	}
}

func offered(f Front) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "Negotiate among the offers"
		for _, name := range []string{"Edge on Windows", "Safari on iOS"} {
			flow, err := f.LoginFlow(ctx, env.Site.Publish.InternalURL, browsers()[name])
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			switch {
			case flow.Foreign:
				return checks.Failed("kerberos.other-module", expected, "users are sent to "+flow.Location)
			case flow.Forms:
				return checks.Failed("kerberos.pattern-narrow", expected, name+" is sent to the password form")
			case !slices.ContainsFunc(flow.Schemes, func(s string) bool { return strings.EqualFold(s, "Negotiate") }):
				return checks.Failed("kerberos.ntlm-only", expected, "offered: "+orNone(flow.Schemes))
			}
		}
		return checks.Passed(expected, "Negotiate is offered")
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
		seen := tk.ETypeName + ", until " + tk.Until.Format("15:04")
		r := checks.Passed(expected, seen)
		const aes128, aes256 = 17, 18
		if tk.EType != aes128 && tk.EType != aes256 {
			r = checks.Warned("kerberos.weak-ticket", expected, seen)
		}
		return r.With("client", tk.Client).With("server", tk.Server).
			With("key version", fmt.Sprint(tk.KeyVersion)).With("flags", strings.Join(tk.Flags, " "))
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
