package pasted

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// Forest answers questions about a directory from what somebody pasted: the
// output of setspn and of PowerShell's Get-AD commands. A question that nothing
// pasted answers is an error of kind Unsupported, and is remembered.
type Forest struct {
	domain  string
	now     time.Time
	answers []Answer // the oldest first
	lines   []string
	missing []string
	trouble error
}

// ReadForest reads all pastes, the latest last, as told of the domain. The
// error refuses the latest; of earlier ones only those are used that are sound.
func ReadForest(domain string, now time.Time, pastes []string) (*Forest, error) {
	f := &Forest{domain: domain, now: now}
	for i, text := range pastes {
		latest := i == len(pastes)-1
		list, err := Answers(text)
		for _, a := range list {
			if err == nil {
				err = f.sound(a)
			}
		}
		if err != nil {
			if latest {
				return nil, err
			}
			continue
		}
		for _, a := range list {
			a.latest = latest
			f.answers = append(f.answers, a)
		}
	}
	// What was printed last counts, whenever it was pasted.
	slices.SortStableFunc(f.answers, func(a, b Answer) int { return a.At.Compare(b.At) })
	return f, nil
}

// sound refuses an answer that was printed elsewhere, or of which something is
// missing.
func (f *Forest) sound(a Answer) error {
	if a.Tool != "setspn" {
		return nil
	}
	if err := a.wholeSetspn(); err != nil {
		return err
	}
	return f.ours(a)
}

// Latest says why the latest paste answers none of the questions that were
// asked; nil when it does.
func (f *Forest) Latest() error {
	var about []string
	for _, a := range f.answers {
		if !a.latest {
			continue
		}
		if a.used {
			return nil
		}
		if a.passed {
			return fmt.Errorf("it was printed %s, and a later answer to the same question has been pasted", a.At.Format("2006-01-02 15:04Z"))
		}
		about = append(about, a.about())
	}
	wanted := "something else"
	if len(f.missing) > 0 {
		wanted = strings.Join(f.missing, ", ")
	}
	return fmt.Errorf("it answers %s, and asked was %s", strings.Join(about, ", "), wanted)
}

// Of says on which machines and when what was used was printed.
func (f *Forest) Of() (hosts []string, oldest time.Time) {
	for _, a := range f.answers {
		if !a.used {
			continue
		}
		if !slices.Contains(hosts, a.Host) {
			hosts = append(hosts, a.Host)
		}
		if oldest.IsZero() || a.At.Before(oldest) {
			oldest = a.At
		}
	}
	return hosts, oldest
}

// Lines are those that the answers rest on, in the order of the questions.
func (f *Forest) Lines() []string { return f.lines }

// Missing are the questions that were asked and that no paste answers.
func (f *Forest) Missing() []string { return f.missing }

var errForeign = errors.New("it is of another directory")

// ours refuses what was printed in somebody else's forest.
func (f *Forest) ours(a Answer) error {
	if f.domain == "" {
		return nil
	}
	seen := ""
	for _, line := range a.Lines {
		if !strings.Contains(line, "=") {
			continue
		}
		for _, nc := range namingShape.FindAllString(line, -1) {
			domain := domainOf(nc)
			if within(f.domain, domain) || within(domain, f.domain) {
				return nil
			}
			seen = domain
		}
	}
	return fmt.Errorf("%w: %s, and %s was expected", errForeign, seen, f.domain)
}

var namingShape = regexp.MustCompile(`(?i)\bDC=[^,\s:"]+(?:,DC=[^,\s:"]+)*`)

// within says that a domain is the other one or lies below it.
func within(domain, other string) bool {
	domain, other = strings.ToLower(domain), strings.ToLower(other)
	return domain == other || strings.HasSuffix(domain, "."+other)
}

// domainOf is the DNS name in a distinguished name.
func domainOf(dn string) string {
	var labels []string
	for part := range strings.SplitSeq(dn, ",") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(name, "DC") {
			labels = append(labels, value)
		}
	}
	return strings.ToLower(strings.Join(labels, "."))
}

// ask finds the latest answer to a question, and marks it as used and earlier
// ones as passed over.
func (f *Forest) ask(wanted string, fits func(Answer) bool) (Answer, error) {
	found := -1
	for i, a := range f.answers {
		if !fits(a) {
			continue
		}
		if found >= 0 {
			f.answers[found].passed = true
		}
		found = i
	}
	if found >= 0 {
		f.answers[found].used = true
		return f.answers[found], nil
	}
	if !slices.Contains(f.missing, wanted) {
		f.missing = append(f.missing, wanted)
	}
	return Answer{}, &fact.Error{
		Kind: fact.Unsupported, System: "paste", Op: "reading what was pasted", Code: CodeNotPasted,
		Text: "nothing pasted answers " + wanted,
	}
}

// CodeNotPasted is the code of a question that no paste answers.
const CodeNotPasted = "not-pasted"

func (f *Forest) convinced(line string) {
	if line = strings.TrimSpace(line); line != "" && !slices.Contains(f.lines, line) {
		f.lines = append(f.lines, line)
	}
}

// RootDSE is what Get-ADRootDSE says.
func (f *Forest) RootDSE(context.Context) (fact.RootDSE, error) {
	found, err := f.ask("Get-ADRootDSE", func(a Answer) bool { return a.Tool == "get-adrootdse" })
	if err != nil {
		return fact.RootDSE{}, err
	}
	o := listOf(found.Lines)
	nc := o.text("defaultNamingContext")
	if nc == "" {
		return fact.RootDSE{}, f.notWhole("defaultNamingContext")
	}
	f.convinced(o.line("defaultNamingContext"))
	return fact.RootDSE{
		Host: o.text("dnsHostName"), DefaultNC: nc, Realm: strings.ToUpper(domainOf(nc)), BoundAs: "whoever ran the command",
	}, nil
}

func (f *Forest) notWhole(attribute string) error {
	f.trouble = &fact.Error{
		Kind: fact.Unsupported, System: "paste", Op: "reading what was pasted", Code: "not-whole",
		Text: "it shows no " + attribute + ", which every such object has: part of it is missing",
	}
	return f.trouble
}

// Trouble is why something pasted that answers a question proves nothing; nil
// where there is no such thing.
func (f *Forest) Trouble() error { return f.trouble }
