package session

import (
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"sensegate/internal/site"
)

// differences names the facts that are not the same, as they are called in the
// site file.
func differences(a, b site.Site) ([]string, error) {
	before, err := flat(a)
	if err != nil {
		return nil, err
	}
	after, err := flat(b)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for k, v := range after {
		if old, had := before[k]; !had || !reflect.DeepEqual(old, v) {
			out = append(out, k)
		}
	}
	for k := range before {
		if _, has := after[k]; !has {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out, nil
}

// flat maps the path of every fact to its value; lists are one value.
func flat(s site.Site) (map[string]any, error) {
	raw, err := yaml.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding the site: %w", err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("reading the site back: %w", err)
	}
	out := map[string]any{}
	spreadOut("", tree, out)
	return out, nil
}

func spreadOut(path string, tree, out map[string]any) {
	for k, v := range tree {
		at := k
		if path != "" {
			at = path + "." + k
		}
		if sub, ok := v.(map[string]any); ok {
			spreadOut(at, sub, out)
			continue
		}
		out[at] = v
	}
}
