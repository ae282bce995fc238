package filter_test

import (
	"strings"
	"testing"

	"sensegate/internal/lab/qlik/filter"
)

type entity map[string][]any

func (e entity) Values(path string) ([]any, bool) {
	v, ok := e[path]
	return v, ok
}

func (entity) Enum(path, name string) (int, bool) {
	if path == "authenticationMethod" && name == "SAML" {
		return 3, true
	}
	return 0, false
}

func example() entity {
	return entity{
		"prefix":               {"sales"},
		"description":          {"It's mine"},
		"id":                   {"5d3f0a1e-7b64-4c0e-9c55-20b8e6f1a7d2"},
		"defaultVirtualProxy":  {false},
		"authenticationMethod": {3},
		"sessionTimeout":       {30.0},
		"modifiedDate":         {"2025-02-03T13:27:55.118Z"},
		"nodes.hostName":       {"a.test", "b.test"},
		"tags.name":            {},
		"privileges":           {nil},
		"settings":             {map[string]any{}},
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name, expr string
		want       bool
		wantErr    string
	}{
		{name: "empty matches", expr: " ", want: true},
		{name: "equal ignores case", expr: "prefix eq 'SALES'", want: true},
		{name: "not equal", expr: "prefix ne 'sales'"},
		{name: "operator ignores case", expr: "prefix EQ 'sales'", want: true},
		{name: "doubled quote", expr: "description eq 'it''s mine'", want: true},
		{name: "starts with", expr: "prefix sw 'sa'", want: true},
		{name: "ends with", expr: "prefix ew 'es'", want: true},
		{name: "substring of", expr: "prefix so 'ale'", want: true},
		{name: "bare guid", expr: "id eq 5D3F0A1E-7b64-4c0e-9c55-20b8e6f1a7d2", want: true},
		{name: "boolean", expr: "defaultVirtualProxy eq False", want: true},
		{name: "number", expr: "sessionTimeout ge 30", want: true},
		{name: "number less", expr: "sessionTimeout lt 30"},
		{name: "enum by name", expr: "authenticationMethod eq SAML", want: true},
		{name: "enum by number", expr: "authenticationMethod le 3", want: true},
		{name: "date", expr: "modifiedDate gt '2025-02-03T13:27:55.117Z'", want: true},
		{name: "any of an array", expr: "nodes.hostName eq 'b.test'", want: true},
		{name: "none of an array", expr: "nodes.hostName ne 'b.test'"},
		{name: "empty array", expr: "tags.name eq 'x'"},
		{name: "null", expr: "privileges eq null", want: true},
		{name: "and binds tighter", expr: "prefix eq 'sales' or prefix eq 'x' and prefix eq 'y'", want: true},
		{name: "parentheses", expr: "(prefix eq 'sales' or prefix eq 'x') and prefix eq 'y'"},
		{name: "unknown property", expr: "colour eq 'red'", wantErr: "no property colour"},
		{name: "unknown property on the idle side", expr: "prefix eq 'sales' or colour eq 'red'", wantErr: "no property colour"},
		{name: "text wants quotes", expr: "prefix eq sales", wantErr: "needs single quotes"},
		{name: "order of text", expr: "prefix gt 'a'", wantErr: "does not apply"},
		{name: "sw of a number", expr: "sessionTimeout sw 3", wantErr: "text only"},
		{name: "enum unknown", expr: "authenticationMethod eq Magic", wantErr: "no value"},
		{name: "boolean ordered", expr: "defaultVirtualProxy gt false", wantErr: "does not apply"},
		{name: "object", expr: "settings eq 1", wantErr: "cannot be compared"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expr, err := filter.Parse(tt.expr)
			if err != nil {
				t.Fatalf("parsing: %v", err)
			}
			got, err := expr.Match(example())
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error %v, want one about %q", err, tt.wantErr)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("Match = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, expr := range []string{
		"prefix eq 'open", "prefix", "prefix eq", "eq", "prefix is 'x'", "(prefix eq 'x'",
		"prefix eq 'x')", "prefix eq 'x' prefix", "and", "prefix eq 'x' and", "()", "'prefix' eq 'x'",
		strings.Repeat("(", 100_000),
	} {
		if _, err := filter.Parse(expr); err == nil {
			t.Errorf("Parse(%.40q) succeeded", expr)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"prefix eq 'sales'", "(a eq 1) or b so 'x''y'", "'", "((", "id eq 5d3f0a1e-7b64-4c0e-9c55-20b8e6f1a7d2 and x ne null"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := filter.Parse(text)
		if err != nil {
			return
		}
		first, err1 := expr.Match(example())
		again, err2 := expr.Match(example())
		if first != again || (err1 == nil) != (err2 == nil) {
			t.Errorf("two evaluations of %q differ", text)
		}
	})
}
