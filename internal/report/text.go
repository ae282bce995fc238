package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"sensegate/checks"
	"sensegate/steps"
)

// Formats are the names that Write knows.
func Formats() []string { return []string{"text", "short", "json", "junit", "openmetrics"} }

// Write prints a report in one of Formats.
func Write(w io.Writer, r Report, format string) error {
	var b strings.Builder
	var err error
	switch format {
	case "text":
		text(&b, r)
	case "short":
		short(&b, r)
	case "json":
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(r)
	case "junit":
		err = junit(&b, r)
	case "openmetrics":
		metrics(&b, r)
	default:
		return fmt.Errorf("writing the report: %q is not a format; the formats are %s", format, strings.Join(Formats(), ", "))
	}
	if err == nil {
		_, err = io.WriteString(w, b.String())
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// Word is how a status is said in text.
func Word(s checks.Status) string {
	switch s {
	case checks.Pass:
		return "ok"
	case checks.Warn:
		return "WARNING"
	case checks.Fail:
		return "FAILED"
	case checks.Unknown:
		return "CANNOT TELL"
	case checks.Crashed:
		return "CRASHED"
	case checks.Waiting:
		return "waits"
	case checks.Skipped:
		return "does not apply"
	case checks.Pending:
		return "not run"
	}
	return s.String()
}

func heading(r Report) string {
	if r.Simulated {
		return "SIMULATED  site " + r.Site + " is the practice lab"
	}
	return "site " + r.Site
}

func text(b *strings.Builder, r Report) {
	fmt.Fprintln(b, heading(r))
	if len(r.Pins) > 0 {
		fmt.Fprintf(b, "names pinned to addresses: %d\n", len(r.Pins))
	}
	for i, s := range r.Steps {
		fmt.Fprintf(b, "\n%d  %s: gate %s", i+1, s.Title, s.Gate)
		if s.Why != "" {
			fmt.Fprintf(b, " (%s)", s.Why)
		}
		fmt.Fprintln(b)
		for _, c := range s.Checks {
			textCheck(b, c)
		}
	}
	fmt.Fprintln(b)
	summary(b, r)
}

func textCheck(b *strings.Builder, c Check) {
	fmt.Fprintf(b, "   %-14s %s\n", Word(c.Status), c.Title)
	line := func(label, v string) {
		if v != "" {
			fmt.Fprintf(b, "                  %-9s %s\n", label, v)
		}
	}
	switch c.Status {
	case checks.Pass, checks.Pending:
		return
	case checks.Waiting, checks.Skipped:
		line("", c.Seen)
		return
	case checks.Warn, checks.Fail, checks.Unknown, checks.Crashed:
	}
	line("expected", c.Expected)
	line("seen", c.Seen)
	line("because", c.Because)
	line("reason", c.Reason)
	line("ignored", c.Ignored)
	for _, m := range c.Remedies {
		line("fix", m.Text+" ("+string(m.Who)+")")
		line("", m.Command)
	}
	if c.Cause != "" {
		line("more", "sensegate explain "+c.Cause)
	}
}

// pardon is why a finding does not count.
func pardon(why string) string {
	if why == "" {
		return ""
	}
	return " (ignored: " + why + ")"
}

func summary(b *strings.Builder, r Report) {
	open := 0
	for _, s := range r.Steps {
		if s.Gate != steps.GateClosed.String() {
			open++
		}
	}
	fmt.Fprintf(b, "gates open: %d of %d", open, len(r.Steps))
	if s, closed := r.FirstClosed(); closed {
		fmt.Fprintf(b, "; the first closed one is %s (%s): %s", s.Title, s.ID, s.Why)
	}
	fmt.Fprintf(b, "\ntook %.1f s\n", float64(r.TookMs)/1000)
}

func short(b *strings.Builder, r Report) {
	fmt.Fprintln(b, heading(r))
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			switch c.Status {
			case checks.Warn, checks.Fail, checks.Unknown, checks.Crashed:
				fmt.Fprintf(b, "%s  %s  %s: %s%s\n", Word(c.Status), c.ID, c.Title, c.Seen, pardon(c.Ignored))
			case checks.Pending, checks.Waiting, checks.Pass, checks.Skipped:
			}
		}
	}
	summary(b, r)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitEvent `xml:"failure,omitempty"`
	Error   *junitEvent `xml:"error,omitempty"`
	Skipped *junitEvent `xml:"skipped,omitempty"`
}

type junitEvent struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func junit(b *strings.Builder, r Report) error {
	suite := junitSuite{Name: "sensegate " + r.Site}
	if r.Simulated {
		suite.Name += " (SIMULATED)"
	}
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			jc := junitCase{Class: s.ID, Name: c.ID, Time: fmt.Sprintf("%.3f", float64(c.TookMs)/1000)}
			e := &junitEvent{Message: c.Seen, Text: c.Title}
			suite.Tests++
			switch c.Status {
			case checks.Fail:
				jc.Failure = e
				suite.Failures++
			case checks.Unknown, checks.Crashed:
				jc.Error = e
				suite.Errors++
			case checks.Skipped, checks.Waiting, checks.Pending:
				jc.Skipped = e
				suite.Skipped++
			case checks.Pass, checks.Warn:
			}
			suite.Cases = append(suite.Cases, jc)
		}
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(suite); err != nil {
		return fmt.Errorf("encoding JUnit: %w", err)
	}
	b.WriteString("\n")
	return nil
}

// metrics follows the OpenMetrics text format, version 1.0.
func metrics(b *strings.Builder, r Report) {
	common := label("site", r.Site) + "," + label("simulated", map[bool]string{true: "1", false: "0"}[r.Simulated]) + ","
	fmt.Fprint(b, "# HELP sensegate_gate_open Whether the gate of a step is open.\n# TYPE sensegate_gate_open gauge\n")
	for _, s := range r.Steps {
		open := 0
		if s.Gate != steps.GateClosed.String() {
			open = 1
		}
		fmt.Fprintf(b, "sensegate_gate_open{%s} %d\n", common+label("step", s.ID), open)
	}
	fmt.Fprint(b, "# HELP sensegate_check_status One for the status that a check has.\n# TYPE sensegate_check_status gauge\n")
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			fmt.Fprintf(b, "sensegate_check_status{%s} 1\n", common+label("check", c.ID)+","+label("status", c.Status.String()))
		}
	}
	fmt.Fprint(b, "# EOF\n")
}

// label escapes what the format escapes in a label's value, and nothing else.
func label(name, v string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(v) + `"`
}
