package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/internal/site"
)

func TestText(t *testing.T) {
	s, causes := full()
	got := written(t, report.New(s, report.Options{Causes: causes}), "text")
	for _, want := range []string{
		"SIMULATED  site contoso is the practice lab", "names pinned to addresses: 1", "1  Step 0: gate closed (",
		"FAILED", "WARNING", "CANNOT TELL", "does not apply", "CRASHED", "ok ", "waits", "not run",
		"expected  so", "seen      seen", "because   Nobody set the thing.", "reason    timed out",
		"fix       Set the thing. (AD administrator)", "set 'the thing'", "more      sensegate explain step0.bad",
		"gates open: 0 of 2; the first closed one is Step 0 (step0): 3 of 6 checks are not proved", "took 0.0 s",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	plain := written(t, report.New(journey([]checks.Status{checks.Pass}), report.Options{}), "text")
	if strings.Contains(plain, "SIMULATED") || !strings.Contains(plain, "gates open: 1 of 1\n") {
		t.Error(plain)
	}
}

func TestShort(t *testing.T) {
	s, causes := full()
	got := written(t, report.New(s, report.Options{Causes: causes}), "short")
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 1+4+2 || !strings.HasPrefix(lines[0], "SIMULATED") || lines[1] != "FAILED  step0.0  it is so: seen" {
		t.Error(got)
	}
}

// TestWords has one for each status; colour is never needed to tell them apart.
func TestWords(t *testing.T) {
	seen := map[string]checks.Status{}
	for s := checks.Pending; s <= checks.Crashed; s++ {
		w := report.Word(s)
		if other, twice := seen[w]; twice || w == "" {
			t.Errorf("%s and %s are both %q", s, other, w)
		}
		seen[w] = s
	}
}

func TestJUnit(t *testing.T) {
	s, causes := full()
	got := written(t, report.New(s, report.Options{Causes: causes}), "junit")
	var suite struct {
		XMLName                          xml.Name `xml:"testsuite"`
		Name                             string   `xml:"name,attr"`
		Tests, Failures, Errors, Skipped int      `xml:",attr"`
		Cases                            []struct {
			Class   string `xml:"classname,attr"`
			Name    string `xml:"name,attr"`
			Time    string `xml:"time,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal([]byte(strings.NewReplacer("tests=", "Tests=", "failures=", "Failures=", "errors=", "Errors=", "skipped=", "Skipped=").Replace(got)), &suite); err != nil {
		t.Fatal(err, got)
	}
	if suite.Tests != 8 || suite.Failures != 1 || suite.Errors != 2 || suite.Skipped != 3 || len(suite.Cases) != 8 || suite.Name != "sensegate contoso (SIMULATED)" {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped, %d cases in %q", suite.Tests, suite.Failures, suite.Errors, suite.Skipped, len(suite.Cases), suite.Name)
	}
	failures, others, skips := 0, 0, 0
	for _, c := range suite.Cases {
		if !strings.HasPrefix(c.Name, c.Class+".") {
			t.Errorf("%s stands in %s", c.Name, c.Class)
		}
		if _, err := strconv.ParseFloat(c.Time, 64); err != nil {
			t.Error(err)
		}
		if c.Failure != nil {
			failures++
		}
		if c.Error != nil {
			others++
		}
		if c.Skipped != nil {
			skips++
		}
	}
	if failures != 1 || others != 2 || skips != 3 {
		t.Errorf("%d failures, %d errors, %d skipped", failures, others, skips)
	}
	if f := suite.Cases[0].Failure; f == nil || f.Message != "seen" || suite.Cases[0].Time != "1.500" {
		t.Errorf("%+v", suite.Cases[0])
	}
}

// sample is a line of the OpenMetrics text format (version 1.0): a name,
// labels whose values escape backslash, quotation mark and line feed alone, and
// a number.
var sample = regexp.MustCompile(`^([a-z_]+)\{([a-z]+="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,[a-z]+="(?:[^"\\\n]|\\\\|\\"|\\n)*")*)\} [01]$`)

func TestOpenMetrics(t *testing.T) {
	s, causes := full()
	s.Site.Name = "Zürich " + hostile
	got := written(t, report.New(s, report.Options{Causes: causes}), "openmetrics")
	lines := strings.Split(got, "\n")
	if len(lines) < 2 || lines[len(lines)-1] != "" || lines[len(lines)-2] != "# EOF" {
		t.Fatal("it does not end with # EOF and a line end")
	}
	typed, seen := map[string]bool{}, map[string]bool{}
	for _, l := range lines[:len(lines)-2] {
		if words := strings.Fields(l); words[0] == "#" {
			if words[1] == "TYPE" {
				typed[words[2]] = words[3] == "gauge"
			}
			continue
		}
		m := sample.FindStringSubmatch(l)
		switch {
		case m == nil:
			t.Errorf("not a sample: %s", l)
		case !typed[m[1]]:
			t.Errorf("%s has no type before it", m[1])
		case seen[m[1]+m[2]]:
			t.Errorf("twice: %s", l)
		default:
			seen[m[1]+m[2]] = true
		}
	}
	if len(seen) != 2+8 || !strings.Contains(got, `simulated="1"`) || !strings.Contains(got, `check="step0.0",status="fail"} 1`) {
		t.Errorf("%d samples:\n%s", len(seen), got)
	}
}

// TestNothingSpeaksToTheTerminal holds every format to it, whatever the site
// file and the servers said. What the servers said the runner has neutralised.
func TestNothingSpeaksToTheTerminal(t *testing.T) {
	s, causes := full()
	s.Site.Name = hostile
	s.Site.Pins = []site.Pin{{Name: hostile, Address: hostile}}
	for i := range s.Steps[0].Checks {
		r := &s.Steps[0].Checks[i].Result
		r.Seen, r.Expected = checks.Neutral(hostile), checks.Neutral(hostile)
		*r = r.With(checks.Neutral(hostile), checks.Neutral(hostile)).Var("thing", checks.Neutral(hostile))
		if r.Cause != "" {
			r.Remedies = causes[r.Cause].Remedies(r.Vars())
		}
	}
	r := report.New(s, report.Options{Causes: causes})
	for _, format := range report.Formats() {
		t.Run(format, func(t *testing.T) {
			got := written(t, r, format)
			for _, c := range got {
				if c != '\n' && unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
					t.Fatalf("%U in\n%q", c, got)
				}
			}
			if format == "junit" {
				if err := xml.Unmarshal([]byte(got), new(struct{ XMLName xml.Name })); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	r := report.New(journey(), report.Options{})
	if err := report.Write(io.Discard, r, "yaml"); err == nil || !strings.Contains(err.Error(), `"yaml" is not a format; the formats are text, short, json, junit, openmetrics`) {
		t.Error(err)
	}
	for _, format := range report.Formats() {
		if err := report.Write(fullDisk{}, r, format); !errors.Is(err, errFull) {
			t.Errorf("%s on a full disk: %v", format, err)
		}
	}
}
