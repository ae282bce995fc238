package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// DocumentFormats are the names that WriteDocument knows.
func DocumentFormats() []string { return []string{"html", "md", "json"} }

// WriteDocument prints an evidence report in one of DocumentFormats.
func WriteDocument(w io.Writer, d Document, format string) error {
	var b strings.Builder
	var err error
	switch format {
	case "html":
		err = htmlPage(&b, d)
	case "md":
		markdown(&b, d)
	case "json":
		e := json.NewEncoder(&b)
		e.SetIndent("", "  ")
		err = e.Encode(d) // < and > stay escaped: the file may be embedded in a page
	default:
		return fmt.Errorf("writing the report: %q is not a format; the formats are %s", format, strings.Join(DocumentFormats(), ", "))
	}
	if err == nil {
		_, err = io.WriteString(w, b.String())
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// FormatOf is the format that a file's name asks for; html where it asks for
// none.
func FormatOf(path string) string {
	low := strings.ToLower(path)
	for _, f := range DocumentFormats() {
		if strings.HasSuffix(low, "."+f) {
			return f
		}
	}
	if strings.HasSuffix(low, ".markdown") {
		return "md"
	}
	return "html"
}

// FullName is the name of a file with every name in it: nobody shall send it by
// mistake.
func FullName(path string) string {
	if strings.Contains(path, fullMark) {
		return path
	}
	base := path[strings.LastIndexAny(path, `/\`)+1:]
	stem, ext := base, ""
	if i := strings.LastIndex(base, "."); i > 0 {
		stem, ext = base[:i], base[i:]
	}
	return path[:len(path)-len(base)] + stem + fullMark + ext
}

const fullMark = "-FULL-NOT-REDACTED"

// about is the sentence that says what a reader may do with a report.
func (d Document) about() string {
	switch {
	case !d.Redacted:
		return "NOT REDACTED: this report names hosts, users and the tenant. Do not send it to strangers."
	case len(d.Replaced) == 0:
		return "Redacted: no name of the site was found in it."
	}
	return "Redacted: placeholders stand for " + d.ReplacedWords() + ". The same placeholder is always the same name."
}

// ReplacedWords list what was replaced, with how many different names.
func (d Document) ReplacedWords() string {
	parts := make([]string, 0, len(d.Replaced))
	for _, r := range d.Replaced {
		parts = append(parts, fmt.Sprintf("%s: %d", r.Kind, r.Names))
	}
	return strings.Join(parts, ", ")
}

// verdictWords say how it went in one line.
func (d Document) verdictWords() string {
	open := fmt.Sprintf("gates open: %d of %d", d.Open(), len(d.Steps))
	switch d.Exit {
	case ExitOpen:
		return "All gates are open (" + open + ")."
	case ExitFailed:
		return "A gate failed (" + open + ")."
	case ExitWarned:
		return "Warnings only (" + open + ")."
	case ExitCannotSay:
		return "Something could not be told (" + open + ")."
	case ExitTool:
		return "A check of this program crashed (" + open + ")."
	}
	return "The run did not end by itself (" + open + ")."
}
