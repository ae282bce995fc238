package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sensegate/checks"
)

// scheduler proves sync.on by what Get-ADSyncScheduler prints.
func scheduler() *checks.Proof {
	return &checks.Proof{
		Ask: func(checks.Env) []checks.Asked {
			return []checks.Asked{{On: "the sync server", Who: checks.EntraAdmin, Shell: checks.PowerShell, Command: "Get-ADSyncScheduler"}}
		},
		Judge: func(_ context.Context, _ checks.Env, texts []string) (checks.Result, error) {
			for l := range strings.Lines(texts[len(texts)-1]) {
				if strings.HasPrefix(l, "SyncCycleEnabled : True") {
					return checks.Passed("switched on", "switched on").With(checks.LineEvidence, strings.TrimSpace(l)), nil
				}
			}
			return checks.Result{}, errors.New("this is not what Get-ADSyncScheduler prints")
		},
	}
}

func TestPastesInLines(t *testing.T) {
	w := newWorld().healthy()
	w.blind, w.proof = "sync.on", scheduler()
	s := fakeSite()
	j := w.journey(t, s)
	noise := strings.Repeat("some line of a log that has nothing to do with it\n", 10<<20/50)
	out := transcript(t, Config{Start: &j, Clock: w.clock, Version: "v1.0"},
		"",             // the site holds
		"o", "no", ".", // refused
		"o", ".", // nothing
		"o", noise+"SyncCycleEnabled : True\r", ".", // ten megabytes
		"q")
	has(t, out, "Prove by pasting", "run in PowerShell on the sync server (Entra administrator): Get-ADSyncScheduler", "single dot",
		"NOT ACCEPTED: the paste is refused: this is not what", "Nothing was pasted.", "PASSED: ", "it was this line: SyncCycleEnabled : True", "GATE OPEN.")
	lacks(t, out, "some line of a log")
}

// TestAPasteThatTheInputEnds shows that the end of the input ends a paste too,
// and that one which is too large is refused and not kept.
func TestAPasteThatTheInputEnds(t *testing.T) {
	w := newWorld().healthy()
	w.blind, w.proof = "sync.on", scheduler()
	j := w.journey(t, fakeSite())
	has(t, transcript(t, Config{Start: &j, Clock: w.clock}, "", "o", "SyncCycleEnabled : True"), "PASSED: ", "it was this line")

	w = newWorld().healthy()
	w.blind, w.proof = "sync.on", scheduler()
	j = w.journey(t, fakeSite())
	has(t, transcript(t, Config{Start: &j, Clock: w.clock}, "", "o", strings.Repeat("x", checks.MaxPaste+1), ".", "q"), "NOT ACCEPTED: the paste has 16 MB")
}
