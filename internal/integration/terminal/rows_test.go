package terminal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tableRows is how many rows that table has; none is left out.
const tableRows = 40

// rows are what users of comparable tools look for, each with the tests that
// show it here: a test by folder and name, or a script of internal/cli by name.
func rows() map[string][]string {
	return map[string][]string{
		"fixed documented order, progress blocked by checks":           {"steps TestOrder", "steps TestNoWayPastAClosedGate", "ui TestAClosedGateIsNotPassed"},
		"dependencies declared per check, dependants shown as waiting": {"checks TestAnyGraph", "ui TestAWaitingCheckNamesWhatItWaitsFor"},
		"pass, fail, warn":                                 {"checks TestStatus", "ui TestAcceptance07"},
		"skipped with a visible reason":                    {"steps TestJudge", "ui TestAcceptance07"},
		"could not tell is not failed":                     {"checks TestExplain", "internal/integration/terminal TestTheNetworkIsLost"},
		"a check that crashes is contained and named":      {"checks TestCrash", "ui TestACrashIsAPageAndAFile"},
		"evidence on pass as well":                         {"ui TestEvidenceUnfolds", "internal/report TestJSON"},
		"fix with the exact command, per audience":         {"steps TestEveryRoleHasItsWay", "steps TestAlternatives", "ui TestOneKeyGoesThroughTheWays"},
		"names who has the right to do the fix":            {"ui TestAcceptance04", "steps TestEveryCauseHelps"},
		"checks run concurrently where independent":        {"checks TestAnyGraph"}, // which asks for the busiest moment
		"cancel a running check at once":                   {"checks TestCancel", "ui TestStoppingARun", "internal/integration/terminal TestAcceptance03"},
		"retry with deadline and reason":                   {"checks TestRetry", "ui TestAcceptance08"},
		"a slow check says so":                             {"ui TestALongWaitHasAHeartbeat", "ui TestWaitingIsTold"},
		"timeouts reported as timeouts":                    {"checks TestDeadline"},
		"back at any time":                                 {"ui TestAcceptance01", "ui TestBackFromEverywhere"},
		"resume after exit or crash":                       {"internal/integration/terminal TestAcceptance02", "internal/session TestAKilledProgramLosesNothingConfirmed"},
		"staleness of earlier passes shown":                {"ui TestBackMarksWhatLiesAheadAsOld", "ui TestAcceptance07"},
		"replayable answers file written by the program":   {"steps TestAnswersAreKept", "internal/session TestWhatWasDoneIsThereAgain"},
		"non-interactive run of the same checks":           {"script check", "script apply"},
		"stable JSON with schema":                          {"internal/cli TestJSONSchema"},
		"short form to paste":                              {"internal/report TestShort"},
		"HTML and Markdown report":                         {"internal/report TestPageNeedsNothing", "internal/report TestMarkdownHoldsWhatServersSay"},
		"redacted, shareable report":                       {"internal/integration/terminal TestAcceptance09", "internal/cli TestReportsTellNoNames"},
		"saved evidence judged again offline":              {"internal/report TestRereadJudgesAnew", "internal/cli TestReportFromReport"},
		"documented exit codes":                            {"internal/report TestExit", "script refusals"},
		"ignore by id with recorded reason":                {"script ignore", "steps TestMayIgnore"},
		"preview of changes, before and after, undo":       {"ui TestThePlan", "script undo"},
		"typed confirmation for dangerous change":          {"steps TestNamelessDanger", "ui TestThePlan"},
		"keystroke grace before a confirm":                 {"ui TestAPlanThatOpensByItselfSwallowsKeys"},
		"demonstration with simulated systems":             {"internal/cli TestEveryFaultIsNamed", "internal/integration/terminal TestAcceptance11"},
		"line mode for screen readers":                     {"internal/integration/terminal TestAcceptance05", "ui TestTheWholeWayInLines"},
		"motion off":                                       {"ui TestAnIdleFrameChangesNoCell", "internal/integration/terminal TestIdleComputesNothing"},
		"NO_COLOR, light and dark, sixteen colours":        {"internal/integration/terminal TestAcceptance06", "ui TestContrast", "ui TestThemes"},
		"ASCII, safe on a Windows console":                 {"ui TestEveryCharacterIsInTheConsolesFonts", "internal/integration/terminal TestTheConsoleOfServer2016"},
		"copy command or code to the clipboard":            {"ui TestCopy"},
		"native mouse selection works":                     {"ui TestTheMouseIsLeftAlone"},
		"too-small window handled":                         {"ui TestATinyWindowSaysSo", "ui TestNoScreenOverflows"},
		"keyboard help always visible, all of it on a key": {"ui TestTheKeysShownAreTheKeysThatWork"},
		"useful on a machine with no internet":             {"script explain", "internal/integration/terminal TestTheNetworkIsLost"},
		"cold start to first screen":                       {"internal/integration/terminal TestAcceptance12"},
	}
}

// TestEveryRowHasItsProof: each test and script that a row names is there.
func TestEveryRowHasItsProof(t *testing.T) {
	if n := len(rows()); n != tableRows {
		t.Errorf("%d rows of the table of %d", n, tableRows)
	}
	root := filepath.Join("..", "..", "..")
	for row, proofs := range rows() {
		if len(proofs) == 0 {
			t.Errorf("%s: nothing shows it", row)
		}
		for _, p := range proofs {
			where, name, _ := strings.Cut(p, " ")
			if where == "script" {
				if _, err := os.Stat(filepath.Join(root, "internal", "cli", "testdata", "script", name+".txtar")); err != nil {
					t.Errorf("%s: %v", row, err)
				}
				continue
			}
			if !declared(t, filepath.Join(root, filepath.FromSlash(where)), name) {
				t.Errorf("%s: there is no %s in %s", row, name, where)
			}
		}
	}
}

func declared(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^func ` + name + `\(`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if want.Match(text) {
			return true
		}
	}
	return false
}
