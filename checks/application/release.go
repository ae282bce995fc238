package application

import (
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

// answer is whether a release signs people in on a second port.
type answer int

const (
	unknown answer = iota
	one            // April 2018 or later
	two            // before
)

// border is the first release with a single port: year and month of its label,
// major and minor of its product version.
const (
	borderYear, borderMonth  = 2018, 4
	borderMajor, borderMinor = 12, 16
)

// fromProduct reads it off what the front publishes: the label first, for
// versions have a trap.
func fromProduct(p fact.QlikProduct) (answer, string) {
	if year, month, ok := labelled(p.Label); ok {
		if year < borderYear || year == borderYear && month < borderMonth {
			return two, "the label " + p.Label
		}
		return one, "the label " + p.Label
	}
	return fromVersion(p.Version), "the version " + p.Version
}

func labelled(label string) (year, month int, ok bool) {
	months := []string{
		"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december",
	}
	words := strings.Fields(strings.ToLower(label))
	if len(words) < 2 {
		return 0, 0, false
	}
	for i, m := range months {
		if words[0] == m {
			year, err := strconv.Atoi(words[1])
			return year, i + 1, err == nil && year > 2000
		}
	}
	return 0, 0, false
}

// fromVersion knows that February 2018 is 12.5.2 and stands in paths and titles
// as 12.52, which is not newer than 12.16.
func fromVersion(version string) answer {
	parts := strings.FieldsFunc(version, func(r rune) bool { return r == '.' })
	if len(parts) < 2 {
		return unknown
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	const trap, last = 52, 5
	switch {
	case err1 != nil || err2 != nil, strings.EqualFold(parts[len(parts)-1], "x"):
		return unknown // 4.0.X is what every release calls its product
	case major == borderMajor && minor == trap && len(parts) == 2:
		return two
	case major < borderMajor, major == borderMajor && minor <= last:
		return two
	case major > borderMajor, minor >= borderMinor:
		return one
	}
	return unknown // 12.6 to 12.15 were never released
}

// evidence says what the release by itself would ask for, beside what the live
// redirect shows.
func evidence(p fact.QlikProduct) string {
	is, by := fromProduct(p)
	switch is {
	case one:
		return "one application (" + by + ")"
	case two:
		return "two applications (" + by + ")"
	case unknown:
	}
	return "cannot tell"
}
