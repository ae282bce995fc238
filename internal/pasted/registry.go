package pasted

import (
	"errors"
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

// ErrNoRegistry says that a paste is not what reg query prints.
var ErrNoRegistry = errors.New("it holds nothing that reg query prints: neither a key nor its word that there is none")

// Keys reads the output of one or more `reg query` commands, in any language:
// names of keys and values are not translated. A value that is not there was
// not set, for the frame says that the output is whole.
func Keys(f Frame) (Registry, error) {
	r := Registry{values: map[string]string{}, lines: map[string]string{}}
	key, spoke := "", false
	for _, line := range f.Lines {
		upper := strings.ToUpper(line)
		switch m := valueLine.FindStringSubmatch(line); {
		case strings.HasPrefix(upper, "HKEY_LOCAL_MACHINE\\"):
			key, spoke = strings.ToLower(line[len("HKEY_LOCAL_MACHINE\\"):]), true
		case m != nil && key != "":
			at := key + `\` + strings.ToLower(m[1])
			r.values[at], r.lines[at] = strings.TrimSpace(m[3]), line
		case complaint.MatchString(line):
			spoke = true
		}
	}
	if !spoke {
		return r, ErrNoRegistry
	}
	return r, nil
}

// complaint is how reg begins an error, in the languages of Windows Server.
var complaint = regexp.MustCompile(`(?i)^(error|fehler|erreur|errore|fel|fout|b[łl][ąa]d|chyba|hiba|hata|ошибка|エラー|错误|錯誤|오류)\s*[:：]`)

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
