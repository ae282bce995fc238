package pasted

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"sensegate/internal/fact"
)

// What sc prints is translated around the values; the values are not.
var (
	stateShape  = regexp.MustCompile(`[:：]\s*([1-7])\s+(STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|PAUSE_PENDING|PAUSED)\b`)
	startShape  = regexp.MustCompile(`[:：]\s*([0-4])\s+(BOOT_START|SYSTEM_START|AUTO_START|DEMAND_START|DISABLED)\b(?:\s*\((DELAYED)\))?`)
	memberShape = regexp.MustCompile(`^[^:：]*\S\s+[:：]\s+(\S.*)$`)
	absentShape = regexp.MustCompile(`\b1060\b`)
)

// Services reads the output of `sc query NAME` and `sc qc NAME` for the given
// services, in any language, or PowerShell's list of them. A service that sc says does not exist is left out;
// one that the paste says nothing of is an error. The lines show what convinced.
func Services(f Frame, names ...string) (list []fact.Service, lines []string, err error) {
	if list, lines, of, err := serviceList(f, names); of {
		return list, lines, err
	}
	found := map[string]*fact.Service{}
	var now *fact.Service
	var strangers []string
	absent := 0
	for i, line := range f.Lines {
		if strings.Contains(line, "1060") && absentShape.MatchString(line) {
			absent++
			lines = append(lines, line)
		}
		if !strings.ContainsAny(line, ":：") {
			continue // whatever sc says of a service has a colon
		}
		value := valueOf(line)
		if value != "" && !strings.ContainsAny(value, ` \`) && starts(f.Lines, i) {
			now = nil
			for _, n := range names {
				if strings.EqualFold(n, value) {
					if found[n] == nil {
						found[n] = &fact.Service{Name: n}
					}
					now = found[n]
				}
			}
			if now == nil {
				strangers = append(strangers, value)
			}
			continue
		}
		if now == nil || !strings.Contains(line, " :") && !strings.Contains(line, "：") {
			continue
		}
		if m := stateShape.FindStringSubmatch(line); m != nil {
			now.State = strings.ToLower(strings.ReplaceAll(m[2], "_", " "))
			lines = append(lines, now.Name+": "+line)
		} else if m := startShape.FindStringSubmatch(line); m != nil {
			now.Start = map[string]string{"AUTO_START": "automatic", "DEMAND_START": "manual", "DISABLED": "disabled"}[m[2]]
			if m[3] != "" {
				now.Start += " (delayed)"
			}
			lines = append(lines, now.Name+": "+line)
		} else if m := memberShape.FindStringSubmatch(line); now.Start != "" && m != nil {
			now.Account = m[1] // the last line of a configuration
		}
	}
	for _, n := range names {
		s := found[n]
		switch {
		case s != nil && s.State != "":
			list = append(list, *s)
		case s != nil:
			return nil, nil, fmt.Errorf("it names %s and not its state", n)
		case absent > 0:
			absent--
		case len(strangers) > 0:
			return nil, nil, fmt.Errorf("it is about %s, not about %s", strings.Join(strangers, ", "), n)
		default:
			return nil, nil, fmt.Errorf("it says nothing of the service %s", n)
		}
	}
	return list, lines, nil
}

// valueOf is what follows the first colon, of either width.
func valueOf(line string) string {
	i := strings.IndexAny(line, ":：")
	if i <= 0 {
		return ""
	}
	_, n := utf8.DecodeRuneInString(line[i:])
	return strings.TrimSpace(line[i+n:])
}

// starts recognises the first line of a block of sc: the next one is the type,
// a number and a word in capitals.
func starts(lines []string, i int) bool {
	if i+1 >= len(lines) {
		return false
	}
	return typeShape.MatchString(lines[i+1])
}

var typeShape = regexp.MustCompile(`[:：]\s*[0-9a-f]+\s+[A-Z0-9_]+`)

// CertificateWord says that the names of certificates before it are all.
const CertificateWord = "SENSEGATE-CERTIFICATES"

// Certificates are the names of PEM files that dir /b printed; false where the
// mark behind them is missing.
func Certificates(f Frame) (names []string, told bool) {
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
