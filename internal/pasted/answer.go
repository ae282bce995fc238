package pasted

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Answer is what one command printed to one question.
type Answer struct {
	// Tool is the command's name without its ending, in lower case: setspn,
	// klist, get-adobject. Question is what it was asked, as the command says.
	Tool, Question string
	// Lines are what it printed: an indented one begins with a tab, an empty one
	// is kept.
	Lines []string
	// Host and At are where and when.
	Host string
	At   time.Time

	// latest says that it is of the paste that was added last, used and passed
	// whether a question took it or a later answer.
	latest, used, passed bool
}

func answerTo(question string, r Run) Answer {
	tool, question, _ := strings.Cut(strings.TrimSpace(question), " ")
	return Answer{
		Tool: strings.TrimSuffix(strings.ToLower(tool), ".exe"),
		// Where a value needs quotes, cmd prints them along.
		Question: strings.ReplaceAll(strings.TrimSpace(question), `"`, ""),
		Host:     r.Host, At: r.At,
	}
}

// Answers are all of a paste, the oldest first; the error refuses it because a
// command could not be run.
func Answers(text string) ([]Answer, error) {
	list, err := Runs(text)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, r := range list {
		// What stands before the first question tells of trouble only.
		lead := Answer{Tool: "powershell", Lines: r.Lines[:r.lead], Host: r.Host}
		if len(r.Answers) > 0 {
			lead.Tool = r.Answers[0].Tool
		}
		for _, a := range append([]Answer{lead}, r.Answers...) {
			if err := a.failed(); err != nil {
				return nil, err
			}
		}
		out = append(out, r.Answers...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it answers no question: the line that begins with %s is missing; run the command as it is shown and copy all that it prints", Ask)
	}
	return out, nil
}

// Answer is what a machine printed to a question, such as "sc query WAPCSvc";
// the latest where it was asked several times.
func (r Run) Answer(question string) (Answer, error) {
	for _, a := range slices.Backward(r.Answers) {
		if strings.EqualFold(a.about(), question) {
			return a, nil
		}
	}
	var others []string
	for _, a := range r.Answers {
		others = append(others, a.about())
	}
	if len(others) > 0 {
		return Answer{}, fmt.Errorf("it answers %s, and asked was %s: run the whole command that is shown here", strings.Join(others, ", "), question)
	}
	return Answer{}, fmt.Errorf("it does not answer %s: run the whole command that is shown here", question)
}

// failed recognises that the command could not be run, by what PowerShell
// prints in every language.
func (a Answer) failed() error {
	for _, line := range a.Lines {
		switch {
		case strings.Contains(line, "CommandNotFoundException") && strings.HasPrefix(a.Tool, "get-ad"):
			return fmt.Errorf("%s did not run: PowerShell's module ActiveDirectory is not on %s; it comes with Install-WindowsFeature RSAT-AD-PowerShell on a server, and is on every domain controller", a.Tool, a.Host)
		case strings.Contains(line, "FullyQualifiedErrorId"), strings.Contains(line, "CommandNotFoundException"), strings.Contains(line, "LDAP_INVALID_CREDENTIALS"):
			return fmt.Errorf("%s did not run: %s", a.Tool, strings.TrimSpace(line))
		}
	}
	return nil
}

// first is the first line that says anything.
func first(lines []string) string {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// last is the last line that says anything.
func last(lines []string) string {
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

func (a Answer) first() string { return first(a.Lines) }

// about says of which question an answer is.
func (a Answer) about() string { return strings.TrimSpace(a.Tool + " " + a.Question) }
