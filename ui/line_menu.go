package ui

import (
	"context"
	"strconv"
	"strings"
)

// option is one of several things that can be done now.
type option struct {
	key  string // the wizard's key for the same
	says string
	do   func(ctx context.Context) error
}

// choose lists what can be done and does what is chosen: by its number, by the
// wizard's key for it, or the first one by an empty line. Where wary is set an
// empty line chooses nothing.
func (l *lines) choose(ctx context.Context, title string, wary bool, list []option) error {
	l.say("%s", title)
	for i, o := range list {
		says := o.says
		if i == 0 && !wary {
			says += " (an empty line chooses this)"
		}
		l.say("  %d. %s, or %s", i+1, says, o.key)
	}
	for {
		text, err := l.ask(ctx)
		if err != nil {
			return err
		}
		if o, ok := pickOption(list, text, wary); ok {
			l.say("Chosen: %s.", o.says)
			return o.do(ctx)
		}
		l.say("Not understood: %q. Give a number from 1 to %d, or a key.", text, len(list))
	}
}

// number reads a choice; what is no number is zero, which nothing has.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

func pickOption(list []option, text string, wary bool) (option, bool) {
	if text == "" {
		if wary || len(list) == 0 {
			return option{}, false
		}
		return list[0], true
	}
	if n := number(text); n >= 1 && n <= len(list) {
		return list[n-1], true
	}
	for _, o := range list {
		if strings.EqualFold(o.key, text) {
			return o, true
		}
	}
	return option{}, false
}
