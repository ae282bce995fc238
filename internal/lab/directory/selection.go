package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// maxValues is how many values of one attribute an answer carries; the rest is
// fetched by asking for a range.
const maxValues = 1500

// wanted is one attribute a searcher asked for.
type wanted struct {
	attribute
	from, to int // asked range; to is -1 for "to the end"
	ranged   bool
	suffix   string // options to repeat in the answer
}

// selection is what a searcher wants to see of each entry.
type selection struct {
	list      []wanted
	typesOnly bool
}

func (s schema) selectFrom(names []string, typesOnly, inCatalogue bool) selection {
	sel := selection{typesOnly: typesOnly}
	seen := map[string]bool{}
	add := func(w wanted) {
		id := fmt.Sprint(w.key(), w.suffix, w.ranged, w.from, w.to)
		if w.is(hidden) || inCatalogue && !w.is(catalogue) || seen[id] {
			return
		}
		seen[id] = true
		sel.list = append(sel.list, w)
	}
	all := len(names) == 0 || slices.Contains(names, "*")
	if all {
		for _, a := range s.all {
			if !a.is(constructed) {
				add(wanted{attribute: a, to: -1})
			}
		}
	}
	for _, n := range names {
		base, options, _ := strings.Cut(n, ";")
		a, ok := s.find(base)
		if !ok {
			continue
		}
		w := wanted{attribute: a, to: -1}
		for option := range strings.SplitSeq(options, ";") {
			if span, isRange := cutFold(option, "range="); isRange {
				w.from, w.to, w.ranged = parseRange(span)
			} else if strings.EqualFold(option, "binary") {
				w.suffix = ";binary"
			}
		}
		add(w)
	}
	slices.SortStableFunc(sel.list, func(a, b wanted) int { return a.order - b.order })
	return sel
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func parseRange(span string) (from, to int, ok bool) {
	low, high, found := strings.Cut(span, "-")
	from, err := strconv.Atoi(low)
	if !found || err != nil || from < 0 {
		return 0, -1, false
	}
	if high == "*" {
		return from, -1, true
	}
	to, err = strconv.Atoi(high)
	if err != nil || to < from {
		return 0, -1, false
	}
	return from, to, true
}

// show picks the wanted attributes of an entry.
func (s *Store) show(e *Entry, sel selection, r rights, alone bool) []wire.Attribute {
	var out []wire.Attribute
	for _, w := range sel.list {
		values := s.values(e, w.attribute, r, alone)
		if len(values) == 0 {
			continue
		}
		name := w.name + w.suffix
		name, values = w.cut(name, values)
		if sel.typesOnly {
			values = nil
		}
		out = append(out, wire.Attribute{Name: name, Values: values})
	}
	return out
}

// cut applies the range that was asked for, or the one that must be.
func (w wanted) cut(name string, values []string) (string, []string) {
	if !w.ranged && len(values) <= maxValues {
		return name, values
	}
	if w.from >= len(values) {
		return fmt.Sprintf("%s;range=%d-*", name, w.from), nil
	}
	end := w.from + maxValues
	if w.to >= 0 {
		end = min(end, w.to+1)
	}
	if end >= len(values) {
		return fmt.Sprintf("%s;range=%d-*", name, w.from), values[w.from:]
	}
	return fmt.Sprintf("%s;range=%d-%d", name, w.from, end-1), values[w.from:end]
}
