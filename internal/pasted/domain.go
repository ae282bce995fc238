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

// Channel reads `nltest /sc_query:DOMAIN` or /sc_verify in any language: the
// status is a number and a symbol; or the True or False of
// Test-ComputerSecureChannel. The line is what convinced.
func Channel(f Frame) (sound bool, line string, err error) {
	for _, l := range f.Lines {
		if m := statusShape.FindStringSubmatch(l); m != nil {
			sound, line = m[1] == "0", l
		} else if m := failShape.FindStringSubmatch(l); m != nil && line == "" {
			line = l
		} else if line == "" && (l == "True" || l == "False") {
			sound, line = l == "True", l
		}
	}
	if line == "" {
		return false, "", errors.New("it holds no status of a secure channel, such as: Status = 0 0x0 NERR_Success")
	}
	return sound, line, nil
}

// Offset reads `w32tm /stripchart /dataonly`: how far this machine's clock is
// ahead of the one that was asked.
func Offset(f Frame) (time.Duration, string, error) {
	for _, line := range slices.Backward(f.Lines) {
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
	return 0, "", errors.New("it holds no difference of clocks, such as: 12:00:00, +00.0012345s")
}
