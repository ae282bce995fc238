package pasted

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sensegate/internal/fact"
)

// What sc prints is translated around the values; the values are not.
var (
	stateShape = regexp.MustCompile(`[:：]\s*([1-7])\s+(STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|PAUSE_PENDING|PAUSED)\b`)
	startShape = regexp.MustCompile(`[:：]\s*([0-4])\s+(BOOT_START|SYSTEM_START|AUTO_START|DEMAND_START|DISABLED)\b(?:\s*\((DELAYED)\))?`)
	// A member of a block; some languages leave no space before the colon.
	memberShape = regexp.MustCompile(`^[^\s:：\[]{2,}\s*[:：]\s*(\S.*)$`)
	labelShape  = regexp.MustCompile(`^[^\s:：\[]{2,}\s*[:：](?:\s|$)`)
	failedShape = regexp.MustCompile(`^\[SC\]\s.*\D(\d{1,5})\s*[:：]$`)
)

// accountLabel is which line of a configuration tells the account, its name
// being the first: no language changes their order.
const accountLabel = 10

// blockLines is more than sc prints of any service; what follows is something
// else.
const blockLines = 64

// absent is the error of a service that is not installed.
const absent = "1060"

// Services reads the output of `sc query NAME` and `sc qc NAME` for the given
// services, in any language, or PowerShell's list of them. A service that sc
// says does not exist is left out; one that the paste says nothing of is an
// error. The lines show what convinced.
func Services(f Run, names ...string) (list []fact.Service, lines []string, err error) {
	if _, err := f.Answer("sc query " + names[0]); err != nil {
		if list, lines, of, err := serviceList(f, names); of {
			return list, lines, err
		}
	}
	for _, n := range names {
		state, said, err := scAnswer(f, "query", n)
		if err != nil {
			return nil, nil, err
		}
		if lines = append(lines, said...); len(state) == 0 {
			continue
		}
		config, said, err := scAnswer(f, "qc", n)
		if err != nil {
			return nil, nil, err
		}
		s := fact.Service{Name: n}
		lines = append(append(lines, said...), describe(&s, state, config)...)
		switch {
		case s.State == "":
			return nil, nil, fmt.Errorf("it names %s and not its state", n)
		case s.Start == "" || s.Account == "":
			return nil, nil, fmt.Errorf("it does not tell how %s starts and as whom: part of what sc qc prints is missing", n)
		}
		list = append(list, s)
	}
	return list, lines, nil
}

// describe fills a service from the blocks of sc, and gives the lines that told.
func describe(s *fact.Service, state, config []string) (lines []string) {
	for _, line := range state {
		if m := stateShape.FindStringSubmatch(line); m != nil {
			s.State = strings.ToLower(strings.ReplaceAll(m[2], "_", " "))
			lines = append(lines, s.Name+": "+line)
		}
	}
	labels := 0
	for _, line := range config {
		if m := startShape.FindStringSubmatch(line); m != nil {
			s.Start = map[string]string{"AUTO_START": "automatic", "DEMAND_START": "manual", "DISABLED": "disabled"}[m[2]]
			if m[3] != "" {
				s.Start += " (delayed)"
			}
			lines = append(lines, s.Name+": "+line)
		}
		if !labelShape.MatchString(line) {
			continue
		}
		labels++
		if m := memberShape.FindStringSubmatch(line); labels == accountLabel && m != nil {
			s.Account = m[1]
			lines = append(lines, s.Name+": "+line)
		}
	}
	return lines
}

// Installed tells which of the services sc query found, in whatever state.
func Installed(f Run, names ...string) (list, lines []string, err error) {
	for _, n := range names {
		block, said, err := scAnswer(f, "query", n)
		if err != nil {
			return nil, nil, err
		}
		if lines = append(lines, said...); len(block) > 0 {
			list, lines = append(list, n), append(lines, block[0])
		}
	}
	return list, lines, nil
}

// scAnswer is the block that sc printed of a service, none where it says that
// there is no such service; lines say so.
func scAnswer(f Run, what, name string) (block, lines []string, err error) {
	a, err := f.Answer("sc " + what + " " + name)
	if err != nil {
		return nil, nil, err
	}
	other := ""
	for _, line := range a.Lines {
		if len(block) == blockLines {
			break
		}
		line = strings.TrimSpace(line)
		if m := failedShape.FindStringSubmatch(line); m != nil {
			if m[1] == absent {
				return nil, []string{name + ": " + line}, nil
			}
			return nil, nil, fmt.Errorf("sc could not tell of %s: %s", name, line)
		}
		switch m := memberShape.FindStringSubmatch(line); {
		case len(block) > 0, m != nil && strings.EqualFold(m[1], name):
			block = append(block, line)
		case m != nil && other == "":
			other = m[1]
		}
	}
	switch {
	case len(block) > 0:
		return block, nil, nil
	case other != "":
		return nil, nil, fmt.Errorf("it is about %s, not about %s", other, name)
	}
	return nil, nil, fmt.Errorf("it says nothing of the service %s; it says: %s", name, cmp.Or(a.first(), "nothing"))
}

// The words around the names of certificates: the question, and that they were
// all.
const (
	CertificateQuestion = "dir certificates"
	CertificateWord     = "SENSEGATE-CERTIFICATES"
)

// Certificates are the names of PEM files that dir /b printed; where there are
// none it says so, in some language.
func Certificates(f Run) (names []string, err error) {
	a, err := f.Answer(CertificateQuestion)
	if err != nil {
		return nil, err
	}
	said, whole := false, false
	for _, l := range a.Lines {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
		case l == CertificateWord:
			whole = true
		case !strings.Contains(l, `\Exported Certificates\`):
			said = true
		case !strings.HasSuffix(strings.ToLower(l), ".pem"):
			return nil, fmt.Errorf("a line is broken in two, as in a narrow window: %s", l)
		default:
			names = append(names, l)
		}
	}
	if !whole || len(names) == 0 && !said {
		return nil, errors.New("it does not hold what dir says of the certificates: part of it is missing")
	}
	return names, nil
}
