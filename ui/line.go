package ui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/atotto/clipboard"

	"sensegate/checks"
	"sensegate/steps"
)

// lines is the same journey in plain text: lines are only ever added, words
// come before marks, and choices are numbers.
type lines struct {
	cfg Config
	in  *bufio.Reader
	// read is the line that is being waited for; one read serves every question.
	read chan answer
	err  error // the first error of the output

	journey *Journey
	snap    steps.Snapshot
	// beat is how often a wait says that it goes on.
	beat      time.Duration
	emptyPlan bool
	// told are the checks whose waiting has been explained in this run.
	told map[checks.ID]bool
	// noticed is what was last said about signing in.
	noticed notice
	clip    func(string) error
}

// heartbeat is how often a wait says that it goes on.
const heartbeat = 30 * time.Second

// errEnd says that the input has ended or the user wants to leave.
var errEnd = errors.New("the input has ended")

// ErrCrashed says that something in the program itself broke.
var ErrCrashed = errors.New("something in Sensegate itself broke: our fault, not yours")

// runLinesSafely writes down what broke, and says where.
func runLinesSafely(ctx context.Context, c Config) (err error) {
	defer func() {
		if what := recover(); what != nil {
			broken := broke(what, "lines")
			err = fmt.Errorf("%w: %s", ErrCrashed, broken.what)
			if c.CrashDir == "" {
				return
			}
			path, werr := writeCrash(c.CrashDir, "crash-"+c.now().Format("20060102-150405")+".txt", crashText(broken, c.Version))
			if werr != nil {
				err = errors.Join(err, werr)
				return
			}
			err = fmt.Errorf("%w; what was confirmed is kept; please send %s, which holds no names of your site", err, path)
		}
	}()
	return runLines(ctx, c)
}

func runLines(ctx context.Context, c Config) error {
	l := &lines{cfg: c, in: bufio.NewReader(c.In), beat: heartbeat, clip: clipboard.WriteAll}
	defer func() {
		if len(l.snap.Steps) > 0 && c.Left != nil {
			c.Left(l.snap) // also when something broke
		}
	}()
	err := l.run(ctx)
	closing := l.end(ctx)
	switch {
	case ctx.Err() != nil:
		return ErrInterrupted
	case !errors.Is(err, errEnd):
		return err
	case l.err != nil:
		return fmt.Errorf("writing: %w", l.err)
	}
	return closing
}

// run shows the program until there is a reason to end, which it returns.
func (l *lines) run(ctx context.Context) error {
	l.say("Sensegate %s", l.cfg.Version)
	if l.cfg.Start != nil {
		return l.walk(ctx, *l.cfg.Start)
	}
	if l.cfg.Begin != nil {
		j, err := l.cfg.Begin(ctx)
		if err != nil {
			return err
		}
		return l.walk(ctx, j)
	}
	for {
		j, err := l.welcome(ctx)
		if err != nil {
			return err
		}
		err = l.walk(ctx, j)
		if !errors.Is(err, errWelcome) {
			return err
		}
		if err := l.close(); err != nil {
			l.say("Closing the site failed: %s", err)
		}
	}
}

// end says how to go on, and closes what is open.
func (l *lines) end(ctx context.Context) error {
	if l.journey == nil {
		return nil
	}
	if ctx.Err() != nil {
		l.say("Interrupted.")
	}
	for _, s := range parting(*l.journey, l.snap) {
		l.say("%s", s)
	}
	return l.close()
}

func (l *lines) close() error {
	j := l.journey
	l.journey = nil
	if j == nil || j.Close == nil {
		return nil
	}
	if err := j.Close(); err != nil {
		return fmt.Errorf("closing the site: %w", err)
	}
	return nil
}

// say writes one line. Whatever is in it, one line it is.
func (l *lines) say(format string, a ...any) {
	text := strings.TrimRight(Clean(fmt.Sprintf(format, a...)), " ")
	if l.cfg.ASCII {
		text = toASCII(text)
	}
	if _, err := io.WriteString(l.cfg.Out, text+"\n"); err != nil && l.err == nil {
		l.err = err
	}
}

// part writes a label and its value, indented; nothing when there is no value.
func (l *lines) part(label, value string) {
	if strings.TrimSpace(value) != "" {
		l.say("  %s: %s", label, value)
	}
}

// answer is a line of input.
type answer struct {
	text string
	err  error
}

// ask reads one line. The end of the input is errEnd.
func (l *lines) ask(ctx context.Context) (string, error) {
	if l.cfg.Terminal.In && l.cfg.Terminal.Out {
		if _, err := io.WriteString(l.cfg.Out, "> "); err != nil && l.err == nil {
			l.err = err
		}
	}
	if l.err != nil {
		return "", errEnd
	}
	if l.read == nil {
		l.read = make(chan answer, 1)
		go func(to chan<- answer) {
			text, err := l.in.ReadString('\n')
			to <- answer{text, err}
		}(l.read)
	}
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("reading an answer: %w", ctx.Err())
	case a := <-l.read:
		l.read = nil
		text := strings.TrimSpace(Clean(a.text))
		if a.err != nil && text == "" {
			if errors.Is(a.err, io.EOF) {
				return "", errEnd
			}
			return "", fmt.Errorf("reading an answer: %w", a.err)
		}
		return text, nil
	}
}

func (l *lines) refresh() { l.snap = l.journey.Guide.Snapshot() }
