package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/steps"
)

// evil is what a server might put into a page that an administrator opens.
func evil() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</details></body><h1>ok</h1>`, `javascript:alert(1)`, "`code`", "| cell |", "[link](http://evil.test)",
		"![x](http://evil.test/x.png)", "# heading", "<!-- ", "]]>", "&lt;b&gt;", "```\nout\n```", "{{.Site}}", "\x1b[31mred", hostile,
	}
}

// evilDocument says evil things wherever a server or a site file may speak.
func evilDocument(text string) report.Document {
	s, causes := full()
	s.Site.Name = text
	v := &s.Steps[0].Checks[0]
	r := v.Result.With(checks.Neutral(text), checks.Neutral(text))
	r.Seen, r.Expected = checks.Neutral(text), checks.Neutral(text)
	r = r.Var("thing", checks.Neutral(text)).Compare(checks.Table{Columns: []string{"a", "b"}}.Row(checks.Fail, checks.Neutral(text), "x"))
	r.Remedies = causes[r.Cause].Remedies(r.Vars())
	v.Result = r
	made := []steps.Made{{Number: 1, Step: "spn", Change: steps.Change{ID: "spn.add", Target: text, Field: "f", Before: []string{text}, After: []string{"x"}}, At: begun()}}
	return report.NewDocument(s, report.DocumentOptions{Options: report.Options{Started: begun(), Ended: begun(), Causes: causes}, Version: "v1", Written: begun(), Problem: text, Made: made})
}

// TestHTMLHoldsWhatServersSay parses the page as a browser does: whatever was
// said, the page has the same elements, runs nothing and loads nothing.
func TestHTMLHoldsWhatServersSay(t *testing.T) {
	shape := elements(t, page(t, evilDocument("harmless")))
	for _, text := range evil() {
		got := page(t, evilDocument(text))
		if now := elements(t, got); now != shape {
			t.Errorf("%q changes the page's elements", text)
		}
		if strings.ContainsAny(got, "\x1b\x07") {
			t.Errorf("%q speaks to a terminal", text)
		}
	}
}

func page(t *testing.T, d report.Document) string {
	t.Helper()
	var b strings.Builder
	if err := report.WriteDocument(&b, d, "html"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements lists tags and attributes, and refuses what would run or load.
func elements(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return b.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			b.WriteString("<" + tag.Data)
			for _, a := range tag.Attr {
				b.WriteString(" " + a.Key)
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
					t.Errorf("%s has %s=%q", tag.Data, a.Key, a.Val)
				}
			}
			if tag.Data == "script" || tag.Data == "link" || tag.Data == "iframe" || tag.Data == "img" {
				t.Errorf("the page has <%s>", tag.Data)
			}
		case html.EndTagToken:
			b.WriteString("</" + z.Token().Data)
		case html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// TestPageNeedsNothing has its own policy, styles for both kinds of screen and
// for paper, and says what it is.
func TestPageNeedsNothing(t *testing.T) {
	got := page(t, evilDocument("alpha"))
	for _, want := range []string{
		"default-src 'none'", "prefers-color-scheme: dark", "@media print", "<title>SIMULATED: Sensegate report of alpha (practice lab)</title>",
		"SIMULATED: every system", "NOT REDACTED", "sensegate explain step0.bad", "Not complete: alpha", "CANNOT TELL", "verdict", "spn",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	if regexp.MustCompile(`url\(|@import|https?://`).MatchString(got) {
		t.Error("the page names something outside of itself")
	}
}

// TestMarkdownHoldsWhatServersSay has the same lines of the same kind.
func TestMarkdownHoldsWhatServersSay(t *testing.T) {
	write := func(text string) string {
		var b strings.Builder
		if err := report.WriteDocument(&b, evilDocument(text), "md"); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	kinds := func(text string) string {
		var out []string
		fenced := ""
		for l := range strings.Lines(text) {
			l = strings.TrimSpace(l)
			switch ticks := regexp.MustCompile("^`{3,}$").FindString(l); {
			case fenced != "":
				if ticks == fenced {
					fenced = ""
				}
				out = append(out, "code")
			case ticks != "":
				fenced = ticks
				out = append(out, "code")
			case strings.HasPrefix(l, "|"):
				out = append(out, strings.Repeat("|", strings.Count(strings.ReplaceAll(l, `\|`, ""), "|")))
			default:
				out = append(out, regexp.MustCompile(`^(#+ |- |\*\*)?`).FindString(l))
			}
		}
		return strings.Join(out, "\n")
	}
	want := kinds(write("harmless"))
	for _, text := range evil() {
		got := write(text)
		if now := kinds(got); now != want {
			t.Errorf("%q changes what the lines are", text)
		}
		outside := regexp.MustCompile("(?s)```+\n.*?\n +```+\n").ReplaceAllString(got, "")
		if m := regexp.MustCompile(`<[a-z!/]|[^\\]\]\(|[^\\]!\[`).FindString(outside); m != "" {
			t.Errorf("%q leaves the markup %q in\n%s", text, m, outside)
		}
	}
}

// FuzzDocument writes any text in every format, and reads the JSON back.
func FuzzDocument(f *testing.F) {
	for _, v := range evil() {
		f.Add(v)
	}
	causes, err := steps.Causes()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := evilDocument(text)
		if e := elements(t, page(t, d)); strings.Contains(e, "<script") {
			t.Error("a script")
		}
		var b bytes.Buffer
		if err := report.WriteDocument(&b, d, "json"); err != nil || !json.Valid(b.Bytes()) {
			t.Errorf("%v: %s", err, b.String())
		}
		if _, err := report.Reread(&b, causes, false); err != nil && !errors.Is(err, report.ErrForeign) {
			t.Error(err)
		}
	})
}

// TestRereadRefuses tells what is no report.
func TestRereadRefuses(t *testing.T) {
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", "[]", "{}", `{"schema":"something/v1","steps":[{}]}`, `{"schema":"sensegate/report/v1"}`, `{"schema":"sensegate/check/v1","steps":[{"id":"spn","checks":[{"status":"splendid"}]}]}`, `{"schema":"sensegate/check/v1","steps":[]} more`} {
		if _, err := report.Reread(strings.NewReader(text), causes, false); !errors.Is(err, report.ErrForeign) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestRereadJudgesAnew believes the findings and not the verdicts.
func TestRereadJudgesAnew(t *testing.T) {
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	in := `{"schema":"sensegate/check/v1","site":"a\u001b[31m","simulated":true,"exit":0,"steps":[{"id":"spn","title":"x","gate":"open","checks":[
		{"id":"spn.owner","title":"lies","status":"fail","cause":"spn.missing","expected":"e","seen":"s\u0007","remedies":[{"who":"you","text":"format the disk","command":"rm -rf /","shell":"bash"}]}]}]}`
	d, err := report.Reread(strings.NewReader(in), causes, false)
	if err != nil {
		t.Fatal(err)
	}
	if d.Exit != report.ExitFailed || len(d.Steps) != 1 || d.Steps[0].Gate != "closed" || d.Steps[0].Title != "Service principal name" || !strings.HasPrefix(d.Title, "SIMULATED") {
		t.Errorf("exit %d, %+v", d.Exit, d.Steps)
	}
	var found bool
	for _, c := range d.Steps[0].Checks {
		if c.ID == "spn.owner" {
			found = true
			if c.Title == "lies" || strings.ContainsRune(c.Seen, '\a') || c.Because == "" {
				t.Errorf("%+v", c)
			}
		}
	}
	if !found || strings.ContainsRune(d.Site, '\x1b') {
		t.Errorf("%+v", d)
	}
}

// TestSecretsAreMasked also where a server repeats one.
func TestSecretsAreMasked(t *testing.T) {
	s, causes := full()
	s.Steps[0].Checks[0].Result = s.Steps[0].Checks[0].Result.With("echo", "the password Hunter2-Hunter2 is wrong")
	d := report.NewDocument(s, report.DocumentOptions{Options: report.Options{Causes: causes}, Secrets: []string{"Hunter2-Hunter2", "", "abc"}, Written: time.Now(), Problem: "Hunter2-Hunter2"})
	for _, format := range report.DocumentFormats() {
		var b strings.Builder
		if err := report.WriteDocument(&b, d, format); err != nil || strings.Contains(b.String(), "Hunter2") || !strings.Contains(b.String(), "(secret)") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestFileNames(t *testing.T) {
	for path, want := range map[string]string{"r.html": "html", "r.md": "md", "r.markdown": "md", "r.json": "json", "r": "html", "": "html", "a.b/r.MD": "md", "r.txt": "html"} {
		if got := report.FormatOf(path); got != want {
			t.Errorf("%q is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{"r.html": "r-FULL-NOT-REDACTED.html", "a.b/r": "a.b/r-FULL-NOT-REDACTED", `C:\x.y\r.md`: `C:\x.y\r-FULL-NOT-REDACTED.md`, "r-FULL-NOT-REDACTED.md": "r-FULL-NOT-REDACTED.md", ".html": ".html-FULL-NOT-REDACTED"} {
		if got := report.FullName(path); got != want {
			t.Errorf("%q is %s, want %s", path, got, want)
		}
	}
	if err := report.WriteDocument(io.Discard, report.Document{}, "pdf"); err == nil || !strings.Contains(err.Error(), "the formats are html, md, json") {
		t.Error(err)
	}
	if err := report.WriteDocument(fullDisk{}, report.Document{}, "md"); !errors.Is(err, errFull) {
		t.Error(err)
	}
}
