package cli

import (
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/lab"
)

// names is the value of a flag that may be repeated and takes known names
// alone: a wrong one is refused before anything is started or shown.
type names struct {
	list  *[]string
	what  string
	known []string
}

// faultNames and variantNames are those that the lab knows.
func faultNames(list *[]string) *names {
	n := &names{list: list, what: "fault"}
	for _, f := range lab.Faults() {
		n.known = append(n.known, f.ID)
	}
	return n
}

func variantNames(list *[]string) *names {
	n := &names{list: list, what: "variant"}
	for _, v := range lab.Variants() {
		n.known = append(n.known, v.ID)
	}
	return n
}

// String is what was given so far.
func (n *names) String() string {
	if n.list == nil {
		return ""
	}
	return strings.Join(*n.list, ", ")
}

// Set takes one more name.
func (n *names) Set(v string) error {
	if !slices.Contains(n.known, v) {
		return &unknownNameError{what: n.what, name: v, near: near(v, n.known)}
	}
	*n.list = append(*n.list, v)
	return nil
}

// Type is what the help calls the value where its text names no other.
func (n *names) Type() string { return n.what }

// unknownNameError says that there is no fault or variant of that name.
type unknownNameError struct {
	what, name string
	near       []string
}

func (e *unknownNameError) Error() string {
	meant := ""
	if last := len(e.near) - 1; last > 0 {
		meant = "did you mean " + strings.Join(e.near[:last], ", ") + " or " + e.near[last] + "? "
	} else if last == 0 {
		meant = "did you mean " + e.near[0] + "? "
	}
	return fmt.Sprintf("there is no %s %q; %s`sensegate faults` lists them all", e.what, e.name, meant)
}

// near are up to three names that a mistyped one may have meant, the nearest
// first.
func near(typed string, known []string) []string {
	var out []string
	for _, k := range known {
		if distance(typed, k) <= max(2, len(k)/3) || len(typed) > 2 && strings.Contains(k, typed) {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return distance(typed, a) - distance(typed, b) })
	return out[:min(3, len(out))]
}
