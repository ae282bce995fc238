package winhost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth is how deep values may be nested; those of collect take six.
const maxDepth = 32

// level is an object or a list that the walk through a document is inside of.
type level struct {
	object  bool
	named   bool            // the key was read, its value comes next
	key     string          // the latest one
	earlier map[string]bool // keys in lower case: the decoder takes either for the other
}

// shaped says what is wrong with a document as such: cut off, something behind
// it, or a key that stands twice. Of such a pair people read the one and
// programs the other, and the seal would fit the program's.
func shaped(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	line := func() int { return 1 + bytes.Count(raw[:min(int(d.InputOffset()), len(raw))], []byte("\n")) }
	var in []*level
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(bytes.TrimSpace(raw)) == 0:
			return errors.New("decoding: it is empty")
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("decoding: it ends in the middle, in line %d: the file was cut off", line())
		case err != nil:
			return fmt.Errorf("decoding: line %d is no JSON: the file was changed or cut off, or is no evidence file", line())
		}
		if in, err = deeper(in, t); err != nil {
			return fmt.Errorf("decoding: line %d: %w", line(), err)
		}
		if len(in) == 0 {
			break
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("something follows the evidence in line %d: import each file by itself", line())
	}
	return nil
}

// deeper takes one token of the walk.
func deeper(in []*level, t json.Token) ([]*level, error) {
	here := &level{}
	if len(in) > 0 {
		here = in[len(in)-1]
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '}' || v == ']' {
			return in[:len(in)-1], nil
		}
		here.named = false
		if len(in) == maxDepth {
			return in, fmt.Errorf("values are nested deeper than %d levels", maxDepth)
		}
		return append(in, &level{object: v == '{', earlier: map[string]bool{}}), nil
	case string:
		if !here.object || here.named {
			break
		}
		here.named, here.key = true, v
		key := strings.ToLower(v)
		if here.earlier[key] {
			return in, fmt.Errorf("%s stands there twice: the file was changed after it was written", trail(in))
		}
		here.earlier[key] = true
		return in, nil
	}
	here.named = false
	return in, nil
}

// trail names the place of the walk: facts.services.state.
func trail(in []*level) string {
	var keys []string
	for _, l := range in {
		if l.object {
			keys = append(keys, l.key)
		}
	}
	return text(strings.Join(keys, "."))
}
