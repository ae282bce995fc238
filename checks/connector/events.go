package connector

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

const (
	trustExpired = 1000
	// expiredStops is how long a connector goes on at most without its certificate.
	expiredStops = 7 * 24 * time.Hour
	// So many events are shown: those whose meaning is confirmed, and others.
	shownEvents   = 5
	shownUnknown  = 3
	shownOfEvents = 200 // characters of an event's own text
)

// events judges the one event that stops a connector, and shows the others:
// what they mean is told where it is confirmed, their text where it is not.
func events(ev fact.HostEvidence) *problem {
	list := slices.SortedStableFunc(slices.Values(ev.Events), func(a, b fact.HostEvent) int { return b.At.Compare(a.At) })
	var expired *fact.HostEvent
	var up time.Time
	var notes, others []checks.Evidence
	for _, e := range list {
		switch {
		case e.ID == trustExpired && (expired == nil || e.At.After(expired.At)):
			expired = &e
		case strings.Contains(e.Channel, "-Updater/"):
			// The updater logs on while the connector is down.
		case e.At.After(up):
			up = e.At
		}
		name := fmt.Sprintf("event %d, %s", e.ID, e.At.UTC().Format("2006-01-02 15:04:05Z"))
		if means, ok := meaning(e.ID); ok {
			notes = append(notes, checks.Evidence{Name: name, Value: means + body(e)})
		} else {
			others = append(others, checks.Evidence{Name: name, Value: "no confirmed meaning; it says: " + opening(e.Text) + body(e)})
		}
	}
	out := &problem{notes: slices.Concat(
		[]checks.Evidence{{Name: "events", Value: fmt.Sprintf("%d read", len(list))}},
		notes[:min(len(notes), shownEvents)], others[:min(len(others), shownUnknown)],
	)}
	// Whatever a connector logged later shows that it came up again; so does that
	// it runs long after.
	goesOn := expired != nil && carries(ev) && ev.Since(fact.SectionEvents).Sub(expired.At) > expiredStops
	if expired != nil && !up.After(expired.At) && !goesOn {
		out.cause, out.seen = "connector.certificate-expired", "event 1000 of "+expired.At.UTC().Format("2006-01-02")+": "+expired.Text
	}
	return out
}

// carries says that the connector's service runs.
func carries(ev fact.HostEvidence) bool {
	return slices.ContainsFunc(ev.Services, func(s fact.Service) bool {
		return strings.EqualFold(s.Name, connectorService) && strings.EqualFold(s.State, "running")
	})
}

// meaning is what a confirmed event id says; nothing is guessed of the others.
func meaning(id int) (string, bool) {
	m, ok := map[int]string{
		trustExpired: "the trust certificate expired",
		12008:        "Qlik refused too many Kerberos sign-ins",
		12027:        "a request failed in the connector; delegation or a malformed account name",
		13016:        "the token holds no principal name",
		13019:        "no ticket in the user's name: delegation, SPN, clock or trust",
		13020:        "no ticket: the service name is not defined",
		13022:        "Qlik answers 401 to a Kerberos ticket: the wrong account or key",
		24029:        "the identity that was used for delegation",
	}[id]
	return m, ok
}

// hresult is the code that Windows gave, as events name it.
var hresult = regexp.MustCompile(`(?i)\b0x8[0-9a-f]{7}\b`)

// body is what an event's fields tell, and the code in its text; `sensegate
// explain` tells what that stands for.
func body(e fact.HostEvent) string {
	var b strings.Builder
	for _, f := range [][2]string{
		{"user", e.User}, {"for", e.SPN}, {"back end", e.Backend}, {"code", hresult.FindString(e.Text)}, {"transaction", e.Transaction},
	} {
		if f[1] != "" {
			b.WriteString("; " + f[0] + " " + f[1])
		}
	}
	return b.String()
}

func opening(text string) string {
	if r := []rune(text); len(r) > shownOfEvents {
		return string(r[:shownOfEvents]) + "…"
	}
	return text
}
