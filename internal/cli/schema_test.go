package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// object is one JSON object as a script sees it.
type object = map[string]any

// TestJSONSchema reads what `check --format json` prints as somebody else's
// script would: by the documented names alone.
func TestJSONSchema(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		exit int
	}{
		{name: "unfinished", exit: 3},
		{name: "finished", args: []string{"--finished"}, exit: 0},
		{name: "broken", args: []string{"--fault", "spn-duplicate", "--fault", "sync-stale"}, exit: 3},
		{name: "one step", args: []string{"--step", "whitelist", "--finished"}, exit: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, wrong, code := runApart(t, append([]string{"check", "--demo", "--format", "json"}, tt.args...)...)
			if code != tt.exit || wrong != "" {
				t.Errorf("exit code %d, want %d; standard error %q", code, tt.exit, wrong)
			}
			top := onlyObject(t, out)
			document(t, top)
			if got := number(t, top, "exit"); got != float64(tt.exit) {
				t.Errorf("exit is %v, want %d", got, tt.exit)
			}
			steps := list(t, top, "steps")
			if want := map[bool]int{true: 1, false: 10}[tt.name == "one step"]; len(steps) != want {
				t.Errorf("%d steps, want %d", len(steps), want)
			}
			for _, s := range steps {
				step(t, s)
			}
		})
	}
}

// onlyObject decodes one object, and refuses anything after it.
func onlyObject(t *testing.T, out string) object {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	var top object
	if err := d.Decode(&top); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if err := d.Decode(&object{}); !errors.Is(err, io.EOF) {
		t.Errorf("something follows the object: %v", err)
	}
	if bytes.ContainsRune([]byte(out), '\x1b') {
		t.Error("there is an escape sequence in it")
	}
	return top
}

func document(t *testing.T, top object) {
	t.Helper()
	fields(t, "the report", top, []string{"schema", "site", "simulated", "started", "tookMs", "exit", "steps"}, "pins")
	if top["schema"] != "sensegate/check/v1" {
		t.Errorf("schema is %v", top["schema"])
	}
	if top["simulated"] != true {
		t.Errorf("simulated is %v", top["simulated"])
	}
	if text(t, top, "site") == "" {
		t.Error("the site has no name")
	}
	moment(t, top, "started")
	number(t, top, "tookMs")
}

func step(t *testing.T, s object) {
	t.Helper()
	id := text(t, s, "id")
	fields(t, "step "+id, s, []string{"id", "title", "gate", "checks"}, "why")
	among(t, s, "gate", "open", "closed", "skipped")
	if (s["gate"] == "closed") != (s["why"] != nil) {
		t.Errorf("step %s: gate %v, why %v", id, s["gate"], s["why"])
	}
	if text(t, s, "title") == "" {
		t.Errorf("step %s has no title", id)
	}
	checks := list(t, s, "checks")
	if len(checks) < 2 {
		t.Errorf("step %s has %d checks", id, len(checks))
	}
	for _, c := range checks {
		check(t, id, c)
	}
}

func check(t *testing.T, step string, c object) {
	t.Helper()
	id := text(t, c, "id")
	fields(t, "check "+id, c, []string{
		"id", "title", "status", "cause", "expected", "seen", "evidence", "remedies", "source", "at", "tookMs", "needs", "docs",
	}, "because", "reason", "ignored")
	if !strings.HasPrefix(id, step+".") {
		t.Errorf("%s is among the checks of %s", id, step)
	}
	among(t, c, "status", "pending", "waiting", "pass", "warn", "fail", "unknown", "skipped", "crashed")
	among(t, c, "source", "live", "collected", "pasted")
	moment(t, c, "at")
	number(t, c, "tookMs")
	for _, key := range []string{"title", "cause", "expected", "seen", "docs"} {
		text(t, c, key)
	}
	if failed := c["status"] == "fail" || c["status"] == "warn"; failed != (c["cause"] != "") {
		t.Errorf("%s is %v with the cause %q", id, c["status"], c["cause"])
	}
	for _, e := range list(t, c, "evidence") {
		fields(t, "evidence of "+id, e, []string{"name", "value"})
		text(t, e, "name")
		text(t, e, "value")
	}
	for _, m := range list(t, c, "remedies") {
		// What is done by hand has no command, and so no place to type it.
		fields(t, "a remedy of "+id, m, []string{"who", "text"}, "command", "shell")
	}
	if _, ok := c["needs"].([]any); !ok {
		t.Errorf("needs of %s is %T", id, c["needs"])
	}
}

// fields compares the keys of an object with the documented ones; more are
// those that were added since, and may be absent.
func fields(t *testing.T, what string, o object, documented []string, more ...string) {
	t.Helper()
	for _, key := range documented {
		if _, ok := o[key]; !ok {
			t.Errorf("%s has no %s", what, key)
		}
	}
	for key := range maps.Keys(o) {
		if !slices.Contains(documented, key) && !slices.Contains(more, key) {
			t.Errorf("%s has %q, which is not documented", what, key)
		}
	}
}

func text(t *testing.T, o object, key string) string {
	t.Helper()
	s, ok := o[key].(string)
	if !ok {
		t.Errorf("%s is %T, want a text", key, o[key])
	}
	return s
}

func number(t *testing.T, o object, key string) float64 {
	t.Helper()
	n, ok := o[key].(float64)
	if !ok || n < 0 {
		t.Errorf("%s is %v, want a number", key, o[key])
	}
	return n
}

func moment(t *testing.T, o object, key string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text(t, o, key))
	if err != nil || time.Since(at) > time.Hour {
		t.Errorf("%s is %v: %v", key, o[key], err)
	}
}

func among(t *testing.T, o object, key string, words ...string) {
	t.Helper()
	if !slices.Contains(words, text(t, o, key)) {
		t.Errorf("%s is %v, want one of %v", key, o[key], words)
	}
}

func list(t *testing.T, o object, key string) []object {
	t.Helper()
	raw, ok := o[key].([]any)
	if !ok {
		t.Errorf("%s is %T, want a list", key, o[key])
	}
	out := make([]object, 0, len(raw))
	for _, r := range raw {
		one, ok := r.(object)
		if !ok {
			t.Errorf("%s holds a %T, want objects", key, r)
		}
		out = append(out, one)
	}
	return out
}
