package pasted

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// Event reads one event as Windows renders it in XML, in any language: the
// names of the elements are not translated.
func Event(raw string) (fact.HostEvent, error) {
	type datum struct {
		Value string `xml:",chardata"`
	}
	var doc struct {
		System struct {
			ID   int `xml:"EventID"`
			Time struct {
				At time.Time `xml:"SystemTime,attr"`
			} `xml:"TimeCreated"`
			Channel string `xml:"Channel"`
		} `xml:"System"`
		Data []datum `xml:"EventData>Data"`
		User struct {
			Inner string `xml:",innerxml"`
		} `xml:"UserData"`
		Message string `xml:"RenderingInfo>Message"`
	}
	if err := xml.Unmarshal([]byte(raw), &doc); err != nil {
		return fact.HostEvent{}, fmt.Errorf("reading an event: %w", err)
	}
	text := doc.Message
	var words []string
	for _, d := range doc.Data {
		if v := strings.TrimSpace(d.Value); v != "" {
			words = append(words, v)
		}
	}
	words = append(words, strings.TrimSpace(tags.ReplaceAllString(doc.User.Inner, " ")))
	if body := strings.Join(words, "\n"); !strings.Contains(text, body) {
		text += "\n" + body
	}
	return fact.HostEvent{
		Channel: strings.TrimSpace(doc.System.Channel), ID: doc.System.ID, At: doc.System.Time.At.UTC(), Text: strings.TrimSpace(text),
		Transaction: member(text, "Transaction ID"), User: member(text, "User"), SPN: member(text, "SPN", "Backend SPN", "Service Principal Name"),
		Backend: member(text, "Published Backend URL", "Backend URL", "Backend request URL"),
	}, nil
}

var tags = regexp.MustCompile(`<[^>]*>`)

// member finds a line "Name: value" of an event's body.
func member(text string, names ...string) string {
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		for _, n := range names {
			if ok && strings.EqualFold(strings.TrimSpace(name), n) {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// Events reads what wevtutil printed of a connector's channels: `wevtutil gl`
// shows that a channel is there, `wevtutil qe /f:xml` its events. Of a channel
// that is there nothing else may be said: that would be a failure. The lines are
// those that show a channel, and the events' numbers.
func Events(f Run, channels ...string) (list []fact.HostEvent, lines []string, err error) {
	for _, c := range channels {
		there, err := f.Answer("wevtutil gl " + c)
		if err != nil {
			return nil, nil, err
		}
		line := ""
		for _, l := range there.Lines {
			if _, value, ok := strings.Cut(l, ":"); ok && strings.EqualFold(strings.TrimSpace(value), c) {
				line = strings.TrimSpace(l)
			}
		}
		if line == "" {
			continue
		}
		a, err := f.Answer("wevtutil qe " + c)
		if err != nil {
			return nil, nil, err
		}
		found, err := eventsOf(a)
		if err != nil {
			return nil, nil, err
		}
		list, lines = append(list, found...), append(lines, line)
		for _, e := range found {
			lines = append(lines, fmt.Sprintf("EventID %d of %s", e.ID, e.At.Format(time.RFC3339)))
		}
	}
	if len(lines) == 0 {
		return nil, nil, errors.New("it shows no event channel of a connector, such as: name: " + channels[0])
	}
	return list, lines, nil
}

func eventsOf(a Answer) (list []fact.HostEvent, err error) {
	rest := strings.Join(a.Lines, "\n")
	for {
		i := strings.Index(rest, "<Event ")
		if between := first(strings.Split(rest[:max(i, 0)], "\n")); i > 0 && between != "" {
			return nil, fmt.Errorf("wevtutil says something else than events: %s", between)
		}
		if i < 0 {
			if said := first(strings.Split(rest, "\n")); said != "" {
				return nil, fmt.Errorf("wevtutil says something else than events: %s", said)
			}
			return list, nil
		}
		rest = rest[i:]
		n := strings.Index(rest, "</Event>")
		if n < 0 {
			return nil, errors.New("an event is cut off in the middle")
		}
		n += len("</Event>")
		e, err := Event(rest[:n])
		if err != nil {
			return nil, fmt.Errorf("an event is not whole: %w", err)
		}
		list = append(list, e)
		rest = rest[n:]
	}
}
