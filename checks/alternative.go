package checks

import (
	"slices"
	"strings"
)

// Alternative is how the text of a fix begins that is the one before it again,
// done in another place: by clicking what was typed, or typing what was clicked.
const Alternative = "The same"

// Again says that the remedy is the one before it, done in another place.
func (r Remedy) Again() bool { return strings.HasPrefix(r.Text, Alternative) }

// InPlace picks from remedies, of each and its alternatives, the one that is done
// in the wanted place; where there is none, the first. NoShell wants the first.
func InPlace(list []Remedy, wanted Shell) []Remedy {
	var out []Remedy
	for i, r := range list {
		if i > 0 && r.Again() {
			if last := &out[len(out)-1]; r.Shell == wanted && wanted != NoShell && last.Shell != wanted {
				r.Text = last.Text
				*last = r
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// Places are the places in which any of the remedies can be done otherwise than
// in its first, in the order in which they appear; none where there is no choice.
func Places(list []Remedy) []Shell {
	var out []Shell
	put := func(s Shell) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for i, r := range list {
		if i == 0 || !r.Again() {
			continue
		}
		first := i - 1
		for first > 0 && list[first].Again() {
			first--
		}
		put(list[first].Shell)
		put(r.Shell)
	}
	return out
}
