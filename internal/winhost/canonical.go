package winhost

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

var errTrailing = errors.New("something follows the JSON value")

// canonical brings any JSON value into the one form that is hashed.
func canonical(raw []byte) ([]byte, error) {
	var v any
	if err := decode(raw, &v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding the facts: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// digest is the hash that an evidence file carries.
func digest(facts []byte) (string, error) {
	b, err := canonical(facts)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// decode reads exactly one JSON value and keeps its numbers as written.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("decoding: %w", plainly(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

// plainly says what stands in the wrong place in words of the file, where the
// library speaks of this program's types.
func plainly(err error) error {
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at := ""
		if te.Field != "" {
			at = text(te.Field) + ": "
		}
		return fmt.Errorf("%s%s stands where %s belongs", at, stands(te.Value), belongs(te.Type))
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok || strings.HasPrefix(err.Error(), "Time.UnmarshalJSON") {
		return errors.New("a time is not written as in 2026-11-21T20:30:00Z")
	}
	return err
}

// stands is what the file has, as the library calls it.
func stands(value string) string {
	kind, _, more := strings.Cut(value, " ")
	switch {
	case more && kind == "number":
		return "a number out of range"
	case kind == "number":
		return "a number"
	case kind == "string":
		return "a text"
	case kind == "bool":
		return "true or false"
	case kind == "array":
		return "a list"
	}
	return "a group of keys"
}

// belongs is what the program reads there.
func belongs(t reflect.Type) string {
	kinds := map[reflect.Kind]string{
		reflect.String: "a text", reflect.Bool: "true or false", reflect.Slice: "a list",
		reflect.Struct: "a group of keys", reflect.Map: "a group of keys",
	}
	if says, ok := kinds[t.Kind()]; ok {
		return says
	}
	return "a whole number"
}
