package filter

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (n both) match(src Source) (bool, error) {
	left, err := n.left.match(src)
	if err != nil {
		return false, err
	}
	// The right side is evaluated in any case: an unknown property is an
	// error wherever it stands.
	right, err := n.right.match(src)
	return left && right, err
}

func (n either) match(src Source) (bool, error) {
	left, err := n.left.match(src)
	if err != nil {
		return false, err
	}
	right, err := n.right.match(src)
	return left || right, err
}

func (n comparison) match(src Source) (bool, error) {
	values, known := src.Values(n.path)
	if !known {
		return false, fmt.Errorf("there is no property %s", n.path)
	}
	if n.op == "ne" {
		for _, v := range values {
			same, err := n.holds(src, v, "eq")
			if err != nil || same {
				return false, err
			}
		}
		return true, nil
	}
	for _, v := range values {
		ok, err := n.holds(src, v, n.op)
		if err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func (n comparison) holds(src Source, have any, op string) (bool, error) {
	if n.value.kind == tokenWord && n.value.text == "null" && op == "eq" {
		return have == nil, nil
	}
	switch v := have.(type) {
	case nil:
		return false, nil
	case string:
		return n.text(v, op)
	case bool:
		want, err := strconv.ParseBool(strings.ToLower(n.value.text))
		if err != nil || op != "eq" {
			return false, fmt.Errorf("%s is true or false: %s %s does not apply", n.path, op, n.value.text)
		}
		return v == want, nil
	}
	number, err := asNumber(have)
	if err != nil {
		return false, fmt.Errorf("comparing %s: %w", n.path, err)
	}
	want, err := strconv.ParseFloat(n.value.text, 64)
	if err != nil {
		i, ok := src.Enum(n.path, n.value.text)
		if !ok {
			return false, fmt.Errorf("%s has no value %q", n.path, n.value.text)
		}
		want = float64(i)
	}
	return ordered(cmp.Compare(number, want), op, n.path)
}

func (n comparison) text(have, op string) (bool, error) {
	want := n.value.text
	if n.value.kind == tokenWord && !isGUID(want) {
		return false, fmt.Errorf("the value %s of %s needs single quotes", want, n.path)
	}
	h, w := strings.ToLower(have), strings.ToLower(want)
	switch op {
	case "eq":
		if a, b, ok := dates(have, want); ok {
			return a.Equal(b), nil
		}
		return h == w, nil
	case "sw":
		return strings.HasPrefix(h, w), nil
	case "ew":
		return strings.HasSuffix(h, w), nil
	case "so":
		return strings.Contains(h, w), nil
	}
	a, b, ok := dates(have, want)
	if !ok {
		return false, fmt.Errorf("%s does not apply to the text %s", op, n.path)
	}
	return ordered(a.Compare(b), op, n.path)
}

func ordered(c int, op, path string) (bool, error) {
	switch op {
	case "eq":
		return c == 0, nil
	case "gt":
		return c > 0, nil
	case "ge":
		return c >= 0, nil
	case "lt":
		return c < 0, nil
	case "le":
		return c <= 0, nil
	}
	return false, fmt.Errorf("%s applies to text only, and %s is none", op, path)
}

func dates(a, b string) (first, second time.Time, ok bool) {
	first, err := time.Parse(time.RFC3339, a)
	if err != nil {
		return first, second, false
	}
	second, err = time.Parse(time.RFC3339, b)
	return first, second, err == nil
}

func asNumber(v any) (float64, error) {
	switch n := v.(type) {
	case json.Number:
		f, err := n.Float64()
		if err != nil {
			return 0, fmt.Errorf("reading the number %s: %w", n, err)
		}
		return f, nil
	case float64:
		return n, nil
	case int:
		return float64(n), nil
	}
	return 0, errors.New("an object cannot be compared")
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range strings.ToLower(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdef", c) {
			return false
		}
	}
	return true
}
