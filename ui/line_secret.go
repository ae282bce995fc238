package ui

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/term"
)

// tell says what lies on the desk, once.
func (l *lines) tell() {
	n, _, _ := l.cfg.Desk.news()
	if n == l.noticed {
		return
	}
	l.noticed = n
	if n.text == "" && n.url == "" {
		return
	}
	l.say("SIGN IN: %s", n.text)
	l.part("open", n.url)
	l.part("enter", n.code)
	if n.code == "" {
		return
	}
	if l.clip != nil && l.clip(n.code) == nil {
		l.say("The code is in the clipboard.")
	}
	l.say("Where a rule of the tenant (Conditional Access) forbids codes, the page says so: then set entra.sign_in to browser.")
}

// rang is the desk's bell; without a desk it never rings.
func (l *lines) rang() <-chan struct{} {
	if l.cfg.Desk == nil {
		return nil
	}
	return l.cfg.Desk.rang
}

// keyboard is the terminal that a password can be typed on unseen; nil when
// there is none.
func (l *lines) keyboard() *os.File {
	f, ok := l.cfg.In.(*os.File)
	if !ok || !l.cfg.Terminal.In || !l.cfg.Terminal.Out {
		return nil
	}
	return f
}

// secretOption offers to type a password, where one is missing or was typed.
func (l *lines) secretOption() (option, bool) {
	_, names, missing := l.cfg.Desk.news()
	if len(names) == 0 {
		return option{}, false
	}
	owner := ownerOf(l.snap, names[0])
	keys := l.keyboard()
	if keys == nil {
		if missing {
			l.say("MISSING: the password of %s. Without a terminal it is taken from the environment.", owner)
		}
		return option{}, false
	}
	return option{"p", "Type the password of " + owner, func(ctx context.Context) error {
		l.say("It is not shown, kept in memory until you leave, and written nowhere.")
		value, err := term.ReadPassword(int(keys.Fd()))
		l.say("")
		if err != nil {
			return fmt.Errorf("reading a password: %w", err)
		}
		if len(value) == 0 {
			return nil
		}
		l.cfg.Desk.give(names[0], string(value))
		return l.check(ctx, false)
	}}, true
}
