package cli

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sensegate/internal/site"
)

// The YAML library's words for the two mistakes that people make most, with
// the names of types in this program where the reader needs those of the file.
var (
	strangeKey  = regexp.MustCompile("^line ([0-9]+): field (.+) not found in type ([A-Za-z.]+)$")
	strangeKind = regexp.MustCompile("(?s)^line ([0-9]+): cannot unmarshal !!([a-z]+)(?: `(.*)`)? into (.+)$")
)

// plainFile is the refusal of a site file in one sentence, in the words of the
// file and not of this program.
func plainFile(e *site.FileError) error {
	var te *yaml.TypeError
	if !errors.As(e.Err, &te) || len(te.Errors) == 0 {
		text := strings.TrimPrefix(e.Err.Error(), "yaml: ")
		return fmt.Errorf("the site file %s cannot be used: %s; `sensegate lab --dir DIR` writes one that can be looked at", e.Path, text)
	}
	first := te.Errors[0]
	if m := strangeKey.FindStringSubmatch(first); m != nil {
		first = fmt.Sprintf("line %s: %q is no key of this file; %s", m[1], m[2], keysOf(m[3], m[2]))
	} else if m := strangeKind.FindStringSubmatch(first); m != nil {
		first = fmt.Sprintf("line %s: %s stands where %s belongs", m[1], kindOf(m[2], m[3]), wanted(m[4]))
	}
	if n := len(te.Errors) - 1; n > 0 {
		first += fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Errorf("the site file %s cannot be used: %s", e.Path, first)
}

// keysOf says which keys a group of the file has, the likely one alone if any.
func keysOf(group, typed string) string {
	keys := keys(reflect.TypeFor[site.Site](), group)
	near := slices.Clone(keys)
	slices.SortStableFunc(near, func(a, b string) int { return distance(typed, a) - distance(typed, b) })
	if len(near) > 0 && distance(typed, near[0]) <= 2 {
		return "did you mean " + near[0] + "?"
	}
	return "there are " + strings.Join(keys, ", ")
}

// keys finds the group of that name in a type, and lists its keys.
func keys(t reflect.Type, group string) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var own []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		own = append(own, name)
		if below := keys(f.Type, group); below != nil && t.String() != group {
			return below
		}
	}
	if t.String() == group {
		return own
	}
	return nil
}

func kindOf(tag, value string) string {
	if value != "" {
		return fmt.Sprintf("%q", value)
	}
	switch tag {
	case "seq":
		return "a list"
	case "map":
		return "a group of keys"
	}
	return "a value"
}

func wanted(target string) string {
	switch {
	case target == "bool":
		return "true or false"
	case target == "string":
		return "one text"
	case target == "time.Duration":
		return "a time such as 60s"
	case strings.HasPrefix(target, "[]"):
		return "a list"
	}
	if k := keys(reflect.TypeFor[site.Site](), target); len(k) > 0 {
		return "a group of keys (" + strings.Join(k, ", ") + ")"
	}
	return "something else"
}
