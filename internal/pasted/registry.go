package pasted

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var valueLine = regexp.MustCompile(`^(\S+)\s+(REG_[A-Z_]+)\s+(.*)$`)

// Registry is what `reg query` printed: values by key and name, lower case.
type Registry struct {
	values map[string]string
	lines  map[string]string
}

// hive is how reg writes what it is asked for as HKLM.
const hive = `HKEY_LOCAL_MACHINE\`

// Keys reads what `reg query` printed to each question, such as
// `SOFTWARE\Vendor /v Name`, below HKEY_LOCAL_MACHINE and in any language: names
// of keys and values are not translated. What is not shown is not set, for the
// questions say that nothing between them is missing.
func Keys(f Run, questions ...string) (Registry, error) {
	r := Registry{values: map[string]string{}, lines: map[string]string{}}
	for _, q := range questions {
		a, err := f.Answer(`reg query HKLM\` + q)
		if err != nil {
			return r, err
		}
		key, _, _ := strings.Cut(q, " /v ")
		if err := r.take(a, hive+key); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (r Registry) take(a Answer, asked string) error {
	key := ""
	for _, line := range a.Lines {
		line = strings.TrimSpace(line)
		m := valueLine.FindStringSubmatch(line)
		switch {
		case len(line) > len(hive) && strings.EqualFold(line[:len(hive)], hive):
			if !strings.EqualFold(line, asked) && !strings.HasPrefix(strings.ToLower(line), strings.ToLower(asked)+`\`) {
				return fmt.Errorf("it shows the key %s, and asked was %s: is the line broken in two?", line, asked)
			}
			key = strings.ToLower(line[len(hive):])
		case m != nil && key == "":
			return fmt.Errorf("the name of the key is missing above %s", line)
		case m != nil:
			at := key + `\` + strings.ToLower(m[1])
			r.values[at], r.lines[at] = strings.TrimSpace(m[3]), line
		}
	}
	return nil
}

// Number is a DWORD; nil when it is not set.
func (r Registry) Number(key, name string) *int {
	v, ok := r.values[strings.ToLower(key+`\`+name)]
	if !ok {
		return nil
	}
	n, err := strconv.ParseUint(strings.ToLower(v), 0, 32)
	if err != nil {
		return nil
	}
	i := int(min(n, 1<<31-1)) //nolint:gosec // bounded on the left
	return &i
}

// Text is a string; empty when it is not set.
func (r Registry) Text(key, name string) string { return r.values[strings.ToLower(key+`\`+name)] }

// Line is the line that showed a value, or words for its absence.
func (r Registry) Line(key, name string) string {
	if l, ok := r.lines[strings.ToLower(key+`\`+name)]; ok {
		return l
	}
	return name + " is not among the lines: not set"
}
