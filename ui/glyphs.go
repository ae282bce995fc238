package ui

import "sensegate/checks"

// glyphs are the marks of one character set. Every mark is one column wide and
// in the fonts of the Windows console, or plain ASCII.
type glyphs struct {
	passed, failed, warned, unknown, crashed, skipped string
	pending, here, running                            string
	rule, dots, arrow, down, corner, point            string
	ascii                                             bool
}

func unicodeGlyphs() glyphs {
	return glyphs{
		passed: "√", failed: "×", warned: "‼", unknown: "?", crashed: "!", skipped: "-",
		pending: "·", here: ">", running: "~",
		rule: "─", dots: "…", arrow: ">", down: "│", corner: "┘", point: "<",
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		passed: "+", failed: "x", warned: "!", unknown: "?", crashed: "#", skipped: "-",
		pending: ".", here: ">", running: "~",
		rule: "-", dots: "...", arrow: ">", down: "|", corner: "+", point: "<",
		ascii: true,
	}
}

// of is the mark of an outcome.
func (g glyphs) of(s checks.Status) string {
	switch s {
	case checks.Pass:
		return g.passed
	case checks.Warn:
		return g.warned
	case checks.Fail:
		return g.failed
	case checks.Unknown:
		return g.unknown
	case checks.Skipped:
		return g.skipped
	case checks.Crashed:
		return g.crashed
	case checks.Pending, checks.Waiting:
	}
	return g.pending
}

// word is the outcome for readers that see no marks.
func word(s checks.Status) string {
	switch s {
	case checks.Pending:
		return "not checked"
	case checks.Waiting:
		return "waiting"
	case checks.Pass:
		return "passed"
	case checks.Warn:
		return "warning"
	case checks.Fail:
		return "failed"
	case checks.Unknown:
		return "could not tell"
	case checks.Skipped:
		return "does not apply"
	case checks.Crashed:
		return "our fault"
	}
	return s.String()
}
