package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

func TestAPasteIsProof(t *testing.T) {
	bubble(t, "paste", func(t *testing.T) {
		w := newWorld().healthy()
		w.blind = "sync.on"
		w.proof = &checks.Proof{
			Ask: func(checks.Env) []checks.Asked {
				return []checks.Asked{{On: "the sync server", Who: checks.EntraAdmin, Shell: checks.PowerShell, Command: "Get-ADSyncScheduler"}}
			},
			Judge: func(_ context.Context, _ checks.Env, texts []string) (checks.Result, error) {
				if last := texts[len(texts)-1]; !strings.Contains(last, "Enabled\nTrue") {
					return checks.Result{}, errors.New("this is not what Get-ADSyncScheduler prints")
				}
				return checks.Passed("switched on", "switched on"), nil
			},
		}
		d := started(t, w, 80, 24).keys("enter").shows("could not tell", "or paste", "Get-ADSyncScheduler", "the sync server")
		paste := func(text string) {
			d.send(tea.PasteMsg{Content: text})
			d.settle()
		}
		paste("hello")
		d.shows("the paste is refused", "gate closed")
		paste("Enabled\r\nTrue")
		d.shows("taken as proof: passed", "gate open")
		d.keys("b")
		paste("Enabled\rTrue")
		d.shows("nothing can be pasted here")
	})
}
