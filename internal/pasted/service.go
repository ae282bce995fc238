package pasted

import (
	"cmp"
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
	failedShape = regexp.MustCompile(`^\[SC\]\s.*\D(\d{1,5})\s*[:：]$`)
)

// absent is the error of a service that is not installed.
const absent = "1060"

// Services reads the output of `sc query NAME` and `sc qc NAME` for the given
// services, in any language, or PowerShell's list of them. A service that sc
// says does not exist is left out; one that the paste says nothing of is an
// error. The lines show what convinced.
func Services(f Run, names ...string) (list []fact.Service, lines []string, err error) {
	if list, lines, of, err := serviceList(f, names); of {
		return list, lines, err
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
	account := ""
	for _, line := range config {
		if m := startShape.FindStringSubmatch(line); m != nil {
			s.Start = map[string]string{"AUTO_START": "automatic", "DEMAND_START": "manual", "DISABLED": "disabled"}[m[2]]
			if m[3] != "" {
				s.Start += " (delayed)"
			}
			lines = append(lines, s.Name+": "+line)
		} else if m := memberShape.FindStringSubmatch(line); s.Start != "" && m != nil {
			s.Account, account = m[1], s.Name+": "+line // the last line of a configuration
		}
	}
	if account != "" {
		lines = append(lines, account)
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

// CertificateWord says that the names of certificates before it are all.
const CertificateWord = "SENSEGATE-CERTIFICATES"

// Certificates are the names of PEM files that dir /b printed; false where the
// mark behind them is missing.
func Certificates(f Run) (names []string, told bool) {
	for _, l := range f.Lines {
		switch {
		case l == CertificateWord:
			return names, true
		case strings.HasSuffix(strings.ToLower(l), ".pem") && strings.Contains(l, `:\`) && !strings.Contains(l, "dir /b"):
			names = append(names, l)
		}
	}
	return nil, false
}
