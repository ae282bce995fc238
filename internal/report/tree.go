package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// fixed are the members of a document that hold the program's own words or
// times, never a name of the site.
func fixed() []string {
	return []string{"schema", "id", "status", "cause", "source", "gate", "who", "shell", "needs", "docs", "at", "written", "started", "go", "system", "version", "kind", "state", "step", "what", "matters"}
}

// mapped gives every text of a document to f, but for the program's own words.
func mapped(d Document, f func(string) string) (Document, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("encoding the report: %w", err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return d, fmt.Errorf("reading the report back: %w", err)
	}
	if raw, err = json.Marshal(walkTree(tree, fixed(), f)); err != nil {
		return d, fmt.Errorf("encoding the report: %w", err)
	}
	var out Document
	if err := json.Unmarshal(raw, &out); err != nil {
		return d, fmt.Errorf("reading the report back: %w", err)
	}
	return out, nil
}

func walkTree(v any, keep []string, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		for i := range v {
			v[i] = walkTree(v[i], keep, f)
		}
	case map[string]any:
		for k := range v {
			if !slices.Contains(keep, k) {
				v[k] = walkTree(v[k], keep, f)
			}
		}
	}
	return v
}

// hidden stands where a secret would.
const hidden = "(secret)"

// masked takes secrets out, should a server have repeated one.
func masked(d Document, secrets []string) Document {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return len(s) < 4 })
	if len(secrets) == 0 {
		return d
	}
	pairs := make([]string, 0, 2*len(secrets))
	for _, s := range secrets {
		pairs = append(pairs, s, hidden)
	}
	out, err := mapped(d, strings.NewReplacer(pairs...).Replace)
	if err != nil {
		// What cannot be searched is not given out.
		return Document{Schema: d.Schema, Title: d.Title, Problem: err.Error(), Program: d.Program, Written: d.Written}
	}
	return out
}
