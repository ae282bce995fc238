package qlik

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Entity is one object of the repository, as JSON has it. Members that this
// package does not know are kept, as the real repository's clients must keep
// those of a newer release.
type Entity map[string]any

// ID is the entity's identifier.
func (e Entity) ID() string { return e.Text("id") }

// Text is the string at a path of members, empty where there is none.
func (e Entity) Text(path ...string) string {
	s, _ := e.at(path).(string)
	return s
}

// Flag is the boolean at a path of members.
func (e Entity) Flag(path ...string) bool {
	b, _ := e.at(path).(bool)
	return b
}

// Number is the integer at a path of members.
func (e Entity) Number(path ...string) int {
	n, _ := integer(e.at(path))
	return n
}

// Texts is the array of strings at a path of members.
func (e Entity) Texts(path ...string) []string {
	list, _ := e.at(path).([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Objects is the array of objects at a path of members.
func (e Entity) Objects(path ...string) []Entity {
	list, _ := e.at(path).([]any)
	var out []Entity
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Object is the object at a path of members; writing to it changes e.
func (e Entity) Object(path ...string) Entity {
	m, _ := e.at(path).(map[string]any)
	return m
}

// Set gives a member a value.
func (e Entity) Set(member string, value any) { e[member] = canonical(value) }

func (e Entity) at(path []string) any {
	var v any = map[string]any(e)
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func (e Entity) clone() Entity {
	c, _ := canonical(e).(map[string]any)
	return c
}

// with returns a copy of e with the members of over laid on top.
func (e Entity) with(over Entity) Entity {
	c := e.clone()
	for k, v := range over {
		c[k] = canonical(v)
	}
	return c
}

// without returns a copy of e that lacks members.
func (e Entity) without(members ...string) Entity {
	c := e.clone()
	for _, m := range members {
		delete(c, m)
	}
	return c
}

// only returns a copy of e that has no other members than these.
func (e Entity) only(members ...string) Entity {
	c := Entity{}
	for _, m := range members {
		if v, ok := e[m]; ok {
			c[m] = canonical(v)
		}
	}
	return c
}

// values are those at a dotted path, crossing arrays; found is false where no
// member of the path exists.
func (e Entity) values(path string) (out []any, found bool) {
	return collect(map[string]any(e), strings.Split(path, "."))
}

func collect(v any, path []string) (out []any, found bool) {
	if list, ok := v.([]any); ok {
		for _, item := range list {
			inner, ok := collect(item, path)
			out, found = append(out, inner...), found || ok
		}
		return out, found || len(list) == 0
	}
	if len(path) == 0 {
		return []any{v}, true
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, v == nil
	}
	for k, inner := range m {
		if strings.EqualFold(k, path[0]) {
			return collect(inner, path[1:])
		}
	}
	return nil, false
}

// canonical copies a value into the types that decoding JSON gives, so that
// every reader meets only those.
func canonical(v any) any {
	switch v := v.(type) {
	case Entity:
		return canonical(map[string]any(v))
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, inner := range v {
			m[k] = canonical(inner)
		}
		return m
	case []any:
		return list(v)
	case []string:
		return list(v)
	case []Entity:
		return list(v)
	case int:
		return json.Number(strconv.Itoa(v))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return v
}

func list[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = canonical(v)
	}
	return out
}

func integer(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}

// decode reads one JSON object.
func decode(raw []byte) (Entity, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var e Entity
	if err := d.Decode(&e); err != nil {
		return nil, fmt.Errorf("reading a JSON object: %w", err)
	}
	if e == nil || d.More() {
		return nil, errors.New("one JSON object was expected")
	}
	return e, nil
}
