package pasted

import (
	"strings"
	"unicode/utf16"
)

// Text makes UTF-8 of what a console, a file or a mail gave: UTF-16 of either
// order, with a mark or without, and anything else with what is not UTF-8
// replaced. Names of accounts and services are ASCII in every code page that
// Windows uses, so nothing that is judged is lost.
func Text(raw string) string {
	if len(raw) > maxText {
		raw = raw[:maxText]
	}
	if little, ok := wide(raw); ok {
		units := make([]uint16, 0, len(raw)/2)
		for i := 0; i+1 < len(raw); i += 2 {
			lo, hi := raw[i], raw[i+1]
			if !little {
				lo, hi = hi, lo
			}
			units = append(units, uint16(lo)|uint16(hi)<<8)
		}
		raw = string(utf16.Decode(units))
	}
	raw = strings.ToValidUTF8(raw, "?")
	// Terminals paste the ends of lines as carriage returns.
	return strings.NewReplacer("\ufeff", "", "\r\n", "\n", "\r", "\n").Replace(raw)
}

// maxText bounds what is read of one paste.
const maxText = 16 << 20

// wide says whether the text is UTF-16, and in which order.
func wide(raw string) (little, ok bool) {
	switch {
	case strings.HasPrefix(raw, "\xff\xfe"):
		return true, true
	case strings.HasPrefix(raw, "\xfe\xff"):
		return false, true
	}
	even, odd := 0, 0
	head := raw[:min(len(raw), 400)]
	for i := range len(head) {
		if head[i] == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch {
	case odd > len(head)/4:
		return true, true
	case even > len(head)/4:
		return false, true
	}
	return false, false
}
