package ui

import (
	"context"
	"fmt"
	"strings"

	"rsc.io/qr"

	"sensegate/internal/glossary"
	"sensegate/internal/site"
	"sensegate/steps"
)

// lookUp explains whatever word or code is typed.
func (l *lines) lookUp(ctx context.Context) error {
	l.say("Give a word of a page, a code such as AADSTS50105 or krb 13, or a cause such as spn.missing. An empty line goes back.")
	for {
		what, err := l.ask(ctx)
		if err != nil || what == "" {
			return err
		}
		found := glossary.Find(what)
		for _, t := range found {
			l.say("%s: %s", t.Name, t.Says)
		}
		if l.explained(what) || len(found) > 0 {
			continue
		}
		l.say("NOT KNOWN: %q is no word, code or cause that the program knows.", what)
	}
}

// explained says what the catalogues know, line by line.
func (l *lines) explained(what string) bool {
	if l.cfg.Explain == nil {
		return false
	}
	var b strings.Builder
	if err := l.cfg.Explain(&b, what); err != nil {
		return false
	}
	for line := range strings.SplitSeq(strings.TrimSpace(b.String()), "\n") {
		if strings.TrimSpace(line) != "" {
			l.say("%s", line)
		}
	}
	return b.Len() > 0
}

// mayFind says whether answers can be looked for in the site's systems.
func (l *lines) mayFind() bool { return l.cfg.Suggest != nil && l.journey != nil }

// find looks for answers to a question and has one chosen by its number; empty
// where none was.
func (l *lines) find(ctx context.Context, q steps.Question, s site.Site) (string, error) {
	l.say("LOOKING for %s.", q.Label)
	list := l.found(ctx, q, s)
	if ctx.Err() != nil {
		return "", fmt.Errorf("looking for answers: %w", ctx.Err())
	}
	for i, v := range list {
		l.say("  %d. %s, %s", i+1, v.Value, v.From)
	}
	if len(list) == 0 {
		l.say("Type the answer.")
		return "", nil
	}
	l.say("Give a number, or type another answer.")
	text, err := l.ask(ctx)
	if err != nil {
		return "", err
	}
	if n := number(text); n >= 1 && n <= len(list) {
		l.say("Chosen: %s, %s.", list[n-1].Value, list[n-1].From)
		return Clean(list[n-1].Value), nil
	}
	return text, nil
}

// found asks the systems, and says why there is nothing where there is nothing.
func (l *lines) found(ctx context.Context, q steps.Question, s site.Site) []Suggestion {
	list, err := l.cfg.Suggest(ctx, s, q.Key)
	switch {
	case err != nil:
		l.say("COULD NOT TELL: %s", err)
		return nil
	case len(list) == 0:
		l.say("NOTHING FOUND for this.")
	}
	return list
}

// onThePhone says whether there is an address to be tried on a phone.
func (l *lines) onThePhone() bool {
	return l.snap.Here().ID == "verify" && l.snap.Site.Publish.ExternalURL != ""
}

// phone writes the address as a code that a camera reads, of two signs for each
// module, and what to look for. Drawn dark on light, with the words around it.
func (l *lines) phone() {
	url := l.snap.Site.Publish.ExternalURL
	l.say("ON THE PHONE: %s", url)
	for _, s := range onThePhone(l.journey.Simulated) {
		l.say("  %s", s)
	}
	code, err := qr.Encode(url, qr.L)
	if err != nil {
		l.say("The address is too long for a code.")
		return
	}
	l.say("The code has %d lines. It reads on a light background; on a dark one a camera may want its colours inverted.", code.Size)
	for y := range code.Size {
		var b strings.Builder
		for x := range code.Size {
			b.WriteString(map[bool]string{true: "##", false: "  "}[code.Black(x, y)])
		}
		l.say("    %s", b.String())
	}
	l.say("END OF THE CODE.")
}
