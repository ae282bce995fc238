package winhost_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/winhost"
)

// TestSealedNonsense reads what another writer sealed and no collector writes:
// the section and the field are named, and nothing of it counts.
func TestSealedNonsense(t *testing.T) {
	many := make([]any, 257)
	for i := range many {
		many[i] = "x"
	}
	number := func(s string) json.Number { return json.Number(s) }
	tests := []struct {
		name    string
		section string
		value   any
		want    []string
	}{
		{"a number beyond any", "os", map[string]any{"name": "Windows", "build": number("1e999")}, []string{"facts: os: ", "build: a number out of range stands where a whole number belongs"}},
		{"a number beyond its kind", "dotnet", map[string]any{"release": number("99999999999999999999")}, []string{"facts: dotnet: ", "release: "}},
		{"a fraction", "dotnet", map[string]any{"release": number("1.5")}, []string{"facts: dotnet: ", "whole number"}},
		{"a build below zero", "os", map[string]any{"build": -1}, []string{"facts: os: build is -1"}},
		{"a text for a switch", "domain", map[string]any{"joined": "yes"}, []string{"facts: domain: ", "joined: a text stands where true or false belongs"}},
		{"a list for a group", "domain", []any{}, []string{"facts: domain: ", "a list stands where a group of keys belongs"}},
		{"a group for a list", "services", map[string]any{}, []string{"facts: services: ", "a group of keys stands where a list belongs"}},
		{"a word for a service", "services", []any{"WAPCSvc"}, []string{"facts: services: ", "a text stands where a group of keys belongs"}},
		{"more than fits a screen", "agents", many, []string{"facts: agents: it has more than 256 entries"}},
		{"no port", "egress", []any{way("h", 0, true, "", 0)}, []string{"facts: egress: entry 1 has the port 0"}},
		{"a port too high", "backend", []any{map[string]any{"host": "h", "port": 65536}}, []string{"facts: backend: entry 1 has the port 65536"}},
		{"a clock that says nothing", "clock", map[string]any{}, []string{"facts: clock: skew_ms is missing"}},
		{"a clock of another age", "clock", map[string]any{"skew_ms": number("-9223372036854775808")}, []string{"facts: clock: skew_ms is -9223372036854775808"}},
		{"no time", "events", []any{map[string]any{"id": 1, "time": "21.11.2026"}}, []string{"facts: events: ", "a time is not written as in 2026-11-21T20:30:00Z"}},
		{"a number for a time", "traces", []any{map[string]any{"modified": 5}}, []string{"facts: traces: ", "a time is not written"}},
		{"a text for what was not read", "unread", "everything", []string{"facts: unread: ", "a text stands where a group of keys belongs"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refuses(t, scripted(t, map[string]any{tt.section: tt.value}), tt.want...)
		})
	}
}

// TestSealedNothing reads sections without a value: they prove nothing, and do
// not stand for a machine on which nothing is wrong.
func TestSealedNothing(t *testing.T) {
	for _, name := range fact.HostSections() {
		e, _, err := winhost.Parse(scripted(t, map[string]any{name: nil}))
		if err != nil {
			t.Fatal(name, err)
		}
		if why := e.Missing(name); (why == "") != (name == fact.SectionSPNEGO) {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// TestSealedHostileText brings what a terminal, a report or a script would obey:
// it arrives as text, in every place that is shown.
func TestSealedHostileText(t *testing.T) {
	const bad = "a\x1b]0;owned\x07\x1b[2J\r\n\u009b31m\u202eb\x00c"
	e, _, err := winhost.Parse(scripted(t, map[string]any{
		"services": []any{map[string]any{"name": bad, "state": bad, "account": bad}}, "os": map[string]any{"name": bad, "build": 1},
		"agents": []any{bad}, "events": []any{map[string]any{"id": 1, "time": "2026-11-21T20:30:00Z", "text": bad, "user": bad}},
		"unread": map[string]any{"clock": bad, bad: bad},
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{e.Services[0].Name, e.Services[0].State, e.Services[0].Account, e.OSName, e.Agents[0], e.Events[0].Text, e.Events[0].User, e.Missing("clock")} {
		if strings.ContainsAny(s, "\x1b\x07\r\n\x00\u009b\u202e") || !strings.Contains(s, "a") {
			t.Errorf("%q", s)
		}
	}
	if len(e.Sections) != 5 {
		t.Errorf("sections %v", e.Sections)
	}
}
