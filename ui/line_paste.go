package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/steps"
)

// byPaste are the checks of the present step that something pasted would prove:
// those that the program could not look at itself.
func (l *lines) byPaste() []steps.CheckView {
	var out []steps.CheckView
	for _, c := range l.snap.Here().Checks {
		if pasteCounts(c.Result) && len(l.journey.Guide.Asked(c.Check.ID)) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// pasteCounts says that a paste may stand in for a result: it could not be told,
// or was passed over for want of evidence, or what was collected or pasted earlier did not hold.
func pasteCounts(r checks.Result) bool {
	switch r.Status {
	case checks.Unknown, checks.Skipped:
		return true
	case checks.Fail, checks.Warn:
		return r.Source == checks.Collected || r.Source == checks.Pasted
	case checks.Pending, checks.Waiting, checks.Pass, checks.Crashed:
	}
	return false
}

// pasteOption offers to prove a check by what a command prints elsewhere.
func (l *lines) pasteOption() (option, bool) {
	list := l.byPaste()
	if len(list) == 0 {
		return option{}, false
	}
	return option{"o", "Prove by pasting what a command prints elsewhere (" + count(len(list), "check") + ")", l.pasteMenu}, true
}

func (l *lines) pasteMenu(ctx context.Context) error {
	list := l.byPaste()
	if len(list) == 1 {
		return l.paste(ctx, list[0])
	}
	var choices []option
	for i, c := range list {
		choices = append(choices, option{strconv.Itoa(i + 1), c.Check.Title, func(ctx context.Context) error { return l.paste(ctx, c) }})
	}
	choices = append(choices, option{"b", "Back", func(context.Context) error { return nil }})
	return l.choose(ctx, "Which check?", true, choices)
}

// paste shows what to run, takes what it printed and says what it proves.
func (l *lines) paste(ctx context.Context, c steps.CheckView) error {
	judge, err := l.journey.Guide.Judge(c.Check.ID)
	if err != nil {
		l.say("NOT POSSIBLE: %s.", err)
		return nil
	}
	l.say("%s", c.Check.Title)
	for _, a := range together(l.journey.Guide.Asked(c.Check.ID)) {
		l.part("run "+a.where()+" ("+string(a.Who)+")", a.Command)
	}
	l.say("Paste all that it prints, of one machine at a time. A line with a single dot ends it; only that line goes back.")
	text, err := l.block(ctx)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		l.say("Nothing was pasted.")
		return nil
	}
	l.say("READING what was pasted.")
	r, err := judge(ctx, text)
	if ctx.Err() != nil {
		return fmt.Errorf("reading what was pasted: %w", ctx.Err())
	}
	if err != nil {
		l.say("NOT ACCEPTED: %s.", err)
		return nil
	}
	if err := l.journey.Guide.Pasted(c.Check.ID, text, r); err != nil {
		l.say("NOT KEPT: %s", err)
	}
	l.refresh()
	l.findingOf(c.Check.ID)
	for _, e := range r.Evidence {
		switch e.Name {
		case checks.HostRow:
			l.part("from", e.Value+", printed "+r.At.UTC().Format("2006-01-02 15:04Z"))
		case checks.LineEvidence:
			l.part("it was this line", e.Value)
		}
	}
	return nil
}

// block reads lines as they come, up to one with a single dot or to the end of
// the input.
func (l *lines) block(ctx context.Context) (string, error) {
	got := make(chan answer, 1)
	go func() {
		var b strings.Builder
		for {
			line, err := l.in.ReadString('\n')
			if strings.TrimSpace(line) == "." {
				err, line = io.EOF, ""
			}
			// Beyond the limit it is read to its end and refused as too large.
			if b.Len() <= checks.MaxPaste {
				b.WriteString(line)
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				got <- answer{b.String(), err}
				return
			}
		}
	}()
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("reading what is pasted: %w", ctx.Err())
	case a := <-got:
		if a.err != nil {
			return "", fmt.Errorf("reading what is pasted: %w", a.err)
		}
		return strings.ReplaceAll(a.text, "\r\n", "\n"), nil
	}
}
