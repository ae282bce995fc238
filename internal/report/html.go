package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"sensegate/checks"
)

//go:embed page.html
var pageText string

// htmlPage writes one file that needs nothing else: no script, no image, no
// font, no address of anything. html/template escapes every value for its place.
func htmlPage(b *strings.Builder, d Document) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"word": Word, "verdict": verdictOf, "moment": moment, "list": listOf, "folded": checks.Status.Opens,
		"inc":     func(i int) int { return i + 1 },
		"seconds": func(ms int64) string { return fmt.Sprintf("%.1f s", float64(ms)/1000) },
		"cell": func(r DocumentRow, i int) string {
			if i < len(r.Cells) {
				return r.Cells[i]
			}
			return ""
		},
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	err = t.Execute(b, struct {
		Document

		About, Verdict string
	}{d, d.about(), d.verdictWords()})
	if err != nil {
		return fmt.Errorf("filling the page's template: %w", err)
	}
	return nil
}
