package ui

import (
	"strings"

	"sensegate/checks"
	"sensegate/internal/site"
)

// talk is one party saying something to another.
type talk struct{ from, says, brief, to string }

// talks are who says what to whom in a step: its small picture. brief is what
// is said where there is little room.
func talks(step checks.StepID, s site.Site) []talk {
	const (
		browser, entra, proxy = "browser", "Entra ID", "app proxy"
		connector, qlik, dc   = "connector", "Qlik", "domain ctrl."
	)
	name := or(s.SPN(), "the service name")
	user := or(s.SAM(), "the user")
	switch step {
	case "site":
		return []talk{{"this wizard", "reads", "reads", "Entra ID, directory, Qlik"}}
	case "sync":
		return []talk{{"directory", "its users, every half hour", "its users", entra}}
	case "connector":
		return []talk{
			{connector, "calls out on port 443", "calls out, 443", proxy},
			{connector, "is a member of its domain", "is a member", dc},
		}
	case "app":
		return []talk{
			{browser, or(s.ExternalHost(), "external URL"), "external URL", proxy},
			{proxy, "who signed in", "who signed in", connector},
			{connector, or(s.InternalHost(), "internal URL"), "internal URL", qlik},
		}
	case "allowlist":
		return []talk{{browser, "WebSocket, from a page of " + or(s.ExternalHost(), "outside"), "WebSocket, from outside", qlik}}
	case "spn":
		return []talk{
			{browser, "a ticket for " + name, "a ticket for the name", dc},
			{dc, "one that only the name's holder can open", "one its holder opens", browser},
		}
	case "kerberos":
		return []talk{
			{qlik, "who are you? Negotiate", "who are you?", browser},
			{browser, "the ticket for " + name, "the ticket", qlik},
		}
	case "delegation":
		return []talk{
			{connector, "a ticket for " + user + " to " + name, "a ticket for " + user, dc},
			{connector, "that ticket", "that ticket", qlik},
		}
	case "sso":
		return []talk{
			{entra, user + " has signed in", "who signed in", connector},
			{connector, "a ticket for " + user, "a ticket, please", dc},
			{connector, "the page, as " + user, "the page", qlik},
		}
	case "verify":
		return []talk{
			{"browser inside", "ticket, page, WebSocket", "page, WebSocket", qlik},
			{"browser outside", "sign-in, page, WebSocket", "page, WebSocket", "app proxy"},
			{"app proxy", "all of it, by the connector", "the same", qlik},
		}
	}
	return nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// talking draws the small picture: one arrow a line, with what is said on it.
func (m *model) talking(p *page, list []talk) {
	left, right, long, brief := 0, 0, 0, 0
	for _, t := range list {
		left, right = max(left, width(m.tx(t.from))), max(right, width(m.tx(t.to)))
		long, brief = max(long, width(m.tx(t.says))), max(brief, width(m.tx(t.brief)))
	}
	const tips = 7 // blanks, a rule before the words, a rule and a point after them
	said := long
	if left+right+long+tips > p.w {
		said = brief
	}
	for _, t := range list {
		says := m.tx(t.says)
		if said < long {
			says = m.tx(t.brief)
		}
		arrow := m.th.dim.Render(m.gl.rule) + " " + says + " " +
			m.th.dim.Render(strings.Repeat(m.gl.rule, said-width(says)+1)+m.gl.arrow)
		p.row(m.th.strong.Render(pad(m.tx(t.from), left)) + " " + arrow + " " + m.th.strong.Render(m.tx(t.to)))
	}
}
