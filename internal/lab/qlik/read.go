package qlik

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/lab/qlik/filter"
)

// read answers GET on entities. The lock must be held.
func (s *Server) read(k kind, c call) (answer, error) {
	admin := s.state.Admin(c.who.directory, c.who.user)
	switch {
	case len(c.path) == 1:
		found, err := s.query(k, c, admin)
		return answer{200, s.shown(found, c, k.condensed)}, err
	case len(c.path) > 2:
		return answer{}, refuse(404, "There is no %s in this API", strings.Join(c.path, "/"))
	}
	switch part := strings.ToLower(c.path[1]); part {
	case "full":
		found, err := s.query(k, c, admin)
		return answer{200, s.shown(found, c, k.full)}, err
	case "count":
		found, err := s.query(k, c, admin)
		return answer{200, Entity{"value": len(found)}}, err
	default:
		if part == "local" && k.path == "proxyservice" {
			part = s.state.ProxyService(s.opt.Node).ID()
		}
		e := byID(*k.entities(&s.state), part)
		if e == nil {
			return answer{}, refuse(404, "The resource was not found")
		}
		if !admin {
			return answer{}, refuse(403, "Forbidden")
		}
		return answer{200, s.shown([]Entity{e}, c, k.full)[0]}, nil
	}
}

// query selects and orders stored entities.
func (s *Server) query(k kind, c call, admin bool) ([]Entity, error) {
	text := param(c, "filter")
	expr, err := filter.Parse(text)
	if err != nil {
		return nil, refuse(400, "Cannot parse the expression: %s (%v)", text, err)
	}
	source := view{kind: k, state: &s.state}
	// With nothing stored a wrong property shows against the type itself.
	source.entity = k.defaults().clone()
	if _, err := expr.Match(source); err != nil && len(*k.entities(&s.state)) == 0 {
		return nil, refuse(400, "Cannot parse the expression: %s (%v)", text, err)
	}
	found := []Entity{}
	if !admin {
		return found, nil
	}
	for _, e := range *k.entities(&s.state) {
		source.entity = k.full(&s.state, e)
		ok, err := expr.Match(source)
		if err != nil {
			return nil, refuse(400, "Cannot parse the expression: %s (%v)", text, err)
		}
		if ok {
			found = append(found, e)
		}
	}
	return s.order(k, found, param(c, "orderby"))
}

func (s *Server) order(k kind, found []Entity, by string) ([]Entity, error) {
	words := strings.Fields(by)
	if len(words) == 0 {
		return found, nil
	}
	descending := len(words) > 1 && strings.EqualFold(words[1], "desc")
	source := view{kind: k, state: &s.state, entity: k.defaults().clone()}
	if _, known := source.Values(words[0]); !known {
		return nil, refuse(400, "There is no property %s to order by", words[0])
	}
	slices.SortStableFunc(found, func(a, b Entity) int {
		n := cmp.Compare(sortKey(a, words[0]), sortKey(b, words[0]))
		if descending {
			return -n
		}
		return n
	})
	return found, nil
}

func sortKey(e Entity, path string) string {
	values, _ := e.values(path)
	if len(values) == 0 {
		return ""
	}
	if n, ok := values[0].(json.Number); ok {
		f, _ := n.Float64()
		return fmt.Sprintf("%020.3f", f)
	}
	return strings.ToLower(fmt.Sprint(values[0]))
}

func (s *Server) shown(found []Entity, c call, form func(*State, Entity) Entity) []Entity {
	out := make([]Entity, 0, len(found))
	for _, e := range found {
		e = form(&s.state, e)
		if strings.EqualFold(param(c, "privileges"), "true") {
			e.Set("privileges", []string{"create", "read", "update", "delete"})
		}
		out = append(out, e)
	}
	return out
}

// param is a query parameter by a name in whatever case.
func param(c call, name string) string {
	for k, v := range c.query {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// view shows an entity to a filter.
type view struct {
	kind   kind
	state  *State
	entity Entity
}

// Values are those at a path; a property counts as known when the entity has
// it or its type does.
func (v view) Values(path string) ([]any, bool) {
	values, known := v.entity.values(path)
	if known {
		return values, true
	}
	if _, known = v.kind.defaults().clone().values(path); known {
		return nil, true
	}
	common := strings.ToLower(path)
	return nil, slices.Contains([]string{"id", "createddate", "modifieddate", "modifiedbyusername", "schemapath"}, common)
}

// Enum is the number of an enumeration value of the property at path.
func (v view) Enum(path, name string) (int, bool) {
	for _, e := range enums() {
		for _, use := range e.usages {
			if strings.EqualFold(use, v.kind.schema+"."+path) {
				i := slices.IndexFunc(e.values, func(s string) bool { return strings.EqualFold(s, name) })
				return i, i >= 0
			}
		}
	}
	return 0, false
}
