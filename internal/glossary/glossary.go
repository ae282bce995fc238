// Package glossary explains the words of the trade to somebody who meets them
// for the first time.
package glossary

import (
	"slices"
	"strings"
	"unicode"
)

// Term is one word with what it means here.
type Term struct {
	Name string
	// Also are other spellings under which it appears.
	Also []string
	// Says is what it means, in one or two plain sentences.
	Says string
}

// All are the words, in the order of the alphabet.
func All() []Term {
	return []Term{
		{"access type", []string{"access pass", "licence has room"}, "Qlik's permission for one user to open apps: professional, analyzer or a pass. Signed in without one, a user sees an empty hub."},
		{"AES", []string{"AES keys", "AES256"}, "The encryption that Kerberos tickets use today. An account gets AES keys when its password is set; one whose password is very old may have none."},
		{"application proxy", []string{"app proxy"}, "Microsoft's service that gives an internal web page a public address. Visitors meet Entra first; only then is their request handed to a connector."},
		{"connector", []string{"connectors"}, "A Windows service on a host of yours. It calls out to application proxy and carries requests in, so no port has to be opened from outside."},
		{"connector group", []string{"group of connectors"}, "The connectors that serve one application. Traffic is spread over all of them, so all must be set up alike."},
		{"constrained delegation", []string{"KCD", "delegation", "delegate"}, "The right to ask for tickets to one named service in other people's names. The connector needs it for Qlik's name, and for nothing else."},
		{"default virtual proxy", []string{"virtual proxy"}, "An entrance of the Qlik proxy with its own way to sign in, its own session cookie and its own allow list. A prefix in the address chooses it."},
		{"DNS", []string{"CNAME", "A record"}, "The telephone book of names and addresses. Kerberos builds the service name from what DNS says, so an alias may lead to another name than the one you typed."},
		{"domain controller", []string{"domain controllers", "domain ctrl."}, "The server that holds the directory's accounts and gives out Kerberos tickets. There are usually several, which copy from each other within seconds."},
		{"Entra Connect", []string{"directory synchronisation", "synchronised", "synchronisation"}, "The program that copies users from Active Directory to the tenant, usually every half hour."},
		{"external URL", []string{"public address"}, "What users type outside; it ends at application proxy, not at Qlik."},
		{"gate", []string{"gates"}, "The end of a step. It opens when every check of the step has passed, and stays closed otherwise: nobody gets past it by hoping."},
		{"global catalogue", []string{"forest"}, "The index over all domains of a forest. A service name must be held once in the whole forest, so that is where one asks."},
		{"gMSA", []string{"group managed service account"}, "A service account whose password Windows keeps and changes by itself."},
		{"host allow list", []string{"allow list", "white list", "whitelist"}, "The hosts whose pages Qlik lets open a WebSocket. The external host has to be in it, or pages from outside stay without data."},
		{"integrated Windows authentication", []string{"IWA"}, "The setting of the application that makes the connector fetch a Kerberos ticket for whoever signed in."},
		{"internal URL", nil, "What users type inside, and what the connectors call. Its host makes the service name."},
		{"KDC", []string{"key distribution centre"}, "The part of a domain controller that gives out Kerberos tickets."},
		{"Kerberos", []string{"ticket", "tickets"}, "The way Windows signs people in without sending passwords: the domain controller gives a ticket, sealed with the service's key, and the service opens it."},
		{"keytab", nil, "A file with the keys of an account, used in place of its password. Guard it like one."},
		{"MFA", []string{"conditional access"}, "A second proof of who you are, or a rule that asks for it. Both happen at Entra, before anything reaches Qlik."},
		{"Negotiate", nil, "How a browser offers a Kerberos ticket to a web page. If it has none, it falls back to NTLM under the same word."},
		{"NTLM", nil, "The older Windows sign-in. It cannot be passed on by a connector, so with it the way from outside always ends in an error."},
		{"P1", []string{"Entra ID P1", "P2"}, "The licences of Entra that application proxy is part of."},
		{"pre-authentication", []string{"preauthentication", "passthrough"}, "Whether application proxy asks for a sign-in at Entra before it lets a request through. Passthrough means that it does not: an open door."},
		{"protocol transition", []string{"any authentication protocol"}, "The setting that lets a connector fetch a ticket for someone who arrived without one. People from outside arrive with a cloud sign-in, so it is needed."},
		{"QMC", []string{"Qlik Management Console"}, "The web page where Qlik's settings are made."},
		{"QRS", []string{"repository"}, "Qlik's repository service: the database behind the QMC, spoken to with a certificate exported there."},
		{"RC4", nil, "The old encryption of tickets. Domain controllers stop giving it out in 2026."},
		{"redirect URI", []string{"reply URL"}, "Where Entra sends the browser back after the sign-in. It must be the external URL to the letter."},
		{"rehearsal", []string{"dress rehearsal"}, "The wizard does what a connector would do: asks for a ticket in the test user's name and opens Qlik with it, before the last switch is thrown."},
		{"SID", []string{"SIDs"}, "The number by which Windows knows an account for ever, whatever it is called."},
		{"single sign-on", []string{"SSO", "signs in once"}, "One sign-in, at Entra, opens Qlik too: nobody is asked twice."},
		{"SPN", []string{"service principal name", "service name"}, "The name under which Kerberos finds a service, such as HTTP/sense.example.com. Exactly one account may hold it: the one that runs the service."},
		{"tenant", []string{"tenants"}, "Your organisation's part of Entra."},
		{"WebSocket", []string{"WebSockets"}, "A connection that stays open both ways. All data in Qlik's pages comes through it, and many boxes in between cut it."},
	}
}

// Find returns the words that appear in texts, in the order in which they do.
func Find(texts ...string) []Term {
	hay := strings.ToLower(strings.Join(texts, "\n"))
	first := map[string]int{}
	var out []Term
	for _, t := range All() {
		for _, name := range append([]string{t.Name}, t.Also...) {
			at, found := word(hay, strings.ToLower(name))
			if !found {
				continue
			}
			if earlier, ok := first[t.Name]; !ok {
				out = append(out, t)
				first[t.Name] = at
			} else {
				first[t.Name] = min(earlier, at)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Term) int { return first[a.Name] - first[b.Name] })
	return out
}

// word says where a text has a word in it, not only its letters.
func word(text, w string) (int, bool) {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return 0, false
		}
		at := from + i
		end := at + len(w)
		if !letterBefore(text, at) && !letterAfter(text, end) {
			return at, true
		}
		from = end
	}
}

func letterBefore(text string, i int) bool {
	return i > 0 && letter(rune(text[i-1]))
}

func letterAfter(text string, i int) bool {
	return i < len(text) && letter(rune(text[i]))
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
