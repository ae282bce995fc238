package winhost

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzFacts seals any facts, as another writer could, so that every section's
// parser meets them: what comes through is harmless, and can be written again.
func FuzzFacts(f *testing.F) {
	for _, seed := range []string{
		`{"os":{"name":"Windows","build":20348},"spnego":null,"unread":{"clock":"no answer"}}`,
		`{"services":[{"name":"WAPCSvc","state":"\u001b[2Jrunning"}],"dotnet":{"release":528449},"connector":{"version":"1.5"}}`,
		`{"tls12":{"client_enabled":null,"strong_crypto":4294967295},"winhttp":{"enable_default_http2":-1},"spnego":1}`,
		`{"clock":{"skew_ms":-9223372036854775808},"domain":{"name":"a","joined":true,"secure_channel":false}}`,
		`{"egress":[{"host":"h","port":443,"chain":["a","b"]}],"backend":[{"host":"h","port":1}],"agents":["x"]}`,
		`{"events":[{"id":13019,"time":"9999-12-31T23:59:59-01:00","text":"t"}],"traces":[{"file":"f","modified":"2026-11-21T20:30:00Z","lines":["l"]}]}`,
		`{"qlik":{"certificates":["c"],"lines":[{"file":"f","modified":"0000-01-01T00:00:00+01:00","lines":null}]}}`,
		`{"sync":{"cycle_enabled":true,"interval_seconds":-1,"next":"2026-11-21T20:30:00Z"},"proxy":{"connector_config":{"mode":"named"}}}`,
		`{"later":{"of":"another version"},"os":"redacted","unread":"redacted"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, facts []byte) {
		var d document
		if json.Unmarshal(facts, &d.Facts) != nil {
			return
		}
		d.Schema, d.Tool, d.Host, d.Collected = Schema, "fuzz", "conn01", "2026-11-21T20:30:00Z"
		var err error
		if d.Sections, d.SHA256, err = d.seal(); err != nil {
			return
		}
		raw, err := json.Marshal(d)
		if err != nil {
			return
		}
		e, origin, err := Parse(raw)
		if err != nil {
			harmless(t, reflect.ValueOf(err.Error()))
			return
		}
		harmless(t, reflect.ValueOf(e))
		if len(e.Sections) == 0 {
			return // nothing that this version knows: there is nothing to write
		}
		again, err := Encode(e, origin)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		second, _, err := Parse(again)
		if err != nil {
			t.Fatal(err)
		}
		// What an unread section says is told once more, with other words before it.
		e.Sections, second.Sections = nil, nil
		if d := cmp.Diff(e, second, cmp.Comparer(sameMoment)); d != "" {
			t.Error(d)
		}
	})
}

func sameMoment(a, b time.Time) bool { return a.Equal(b) }

// harmless looks for what a terminal or a script could take for more than text.
func harmless(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		for _, r := range v.String() {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError && !utf8.ValidString(v.String()) {
				t.Fatalf("this came through: %q", v)
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for _, f := range v.Fields() {
			harmless(t, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			harmless(t, v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			harmless(t, k)
			harmless(t, v.MapIndex(k))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			harmless(t, v.Elem())
		}
	default:
	}
}

// FuzzPlain reads any bytes as text, in whatever encoding they seem to be.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"{}", "\ufeff{}", "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "{\x00}\x00", "\x00{\x00}", "\xff\xfe\x00\xd8", "\xff\xfe{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := plain(raw)
		if err == nil && !utf8.Valid(out) {
			t.Errorf("%q became %q", raw, out)
		}
	})
}

// FuzzCanonical holds the hashed form against itself: it is JSON, it is its own
// canonical form, and it says the same.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":1,"a":[1.0,1e999,"<é\u2028>"]}`, `"\ud800"`, "null", "-0", `{"":{"":[]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		one, err := canonical(raw)
		if err != nil {
			return
		}
		two, err := canonical(one)
		if err != nil || string(one) != string(two) {
			t.Fatalf("%q, then %q: %v", one, two, err)
		}
		var before, after any
		if err := decode(raw, &before); err != nil {
			t.Fatal(err)
		}
		if err := decode(one, &after); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, after); d != "" {
			t.Error(d)
		}
	})
}

// FuzzShaped holds the walk against the library's own judgement: what it lets
// pass is one JSON value, and what it refuses as no JSON is none.
func FuzzShaped(f *testing.F) {
	for _, seed := range []string{`{"a":{"b":[{"c":1}]}}`, `{"a":1,"A":2}`, "{} {}", "[[[]]]", `{"a"`, "1", "", "{]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !utf8.Valid(raw) {
			return
		}
		if err := shaped(raw); err == nil && !json.Valid(raw) {
			t.Errorf("%q was let pass", raw)
		} else if err != nil {
			harmless(t, reflect.ValueOf(fmt.Sprint(err)))
		}
	})
}
