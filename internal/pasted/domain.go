package pasted

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	statusShape = regexp.MustCompile(`=\s*(\d+)\s+0x[0-9a-fA-F]+\s+([A-Z]+_[A-Z_]+)`)
	failShape   = regexp.MustCompile(`(?i)\b0x([0-9a-f]+)\s+(ERROR_[A-Z_]+|NERR_[A-Za-z_]+)`)
	offsetShape = regexp.MustCompile(`([+-]\d+[.,]\d+)s\b`)
)

// Channel reads `nltest /sc_query:DOMAIN` in any language: the status is a
// number and a symbol. The line is what convinced.
func Channel(f Run, domain string) (sound bool, line string, err error) {
	a, err := f.Answer("nltest /sc_query:" + domain)
	if err != nil {
		return false, "", err
	}
	for _, l := range a.Lines {
		l = strings.TrimSpace(l)
		m := statusShape.FindStringSubmatch(l)
		// The call itself was refused: that says nothing of the channel.
		if m != nil && strings.Contains(l, "I_NetLogonControl") && m[1] == "5" {
			return false, "", errors.New("nltest was not allowed to ask: run it in a command prompt that was opened as administrator; it says: " + l)
		}
		if m != nil {
			sound, line = m[1] == "0", l
		} else if m := failShape.FindStringSubmatch(l); m != nil && line == "" {
			line = l
		}
	}
	if line == "" {
		return false, "", errors.New("it holds no status of a secure channel, such as: Status = 0 0x0 NERR_Success; it says: " + a.first())
	}
	return sound, line, nil
}

// Offset reads `w32tm /stripchart /dataonly`: how far this machine's clock is
// ahead of the one that was asked.
func Offset(f Run, computer string) (time.Duration, string, error) {
	a, err := f.Answer("w32tm /stripchart /computer:" + computer + " /samples:1 /dataonly")
	if err != nil {
		return 0, "", err
	}
	for _, line := range slices.Backward(a.Lines) {
		line = strings.TrimSpace(line)
		m := offsetShape.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		seconds, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
		if err != nil || seconds > 1e9 || seconds < -1e9 {
			continue
		}
		// It prints what has to be added to the local clock.
		return -time.Duration(seconds * float64(time.Second)), line, nil
	}
	return 0, "", errors.New("it holds no difference of clocks, such as: 12:00:00, +00.0012345s; it says: " + last(a.Lines))
}
