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

// TestTheScreenAnswersWhileAPasteIsRead pastes ten megabytes whose judging takes
// its time: keys work meanwhile, and it can be given up.
func TestTheScreenAnswersWhileAPasteIsRead(t *testing.T) {
	bubble(t, "large paste", func(t *testing.T) {
		w := newWorld().healthy()
		reading, leave := make(chan struct{}), make(chan struct{})
		w.blind = "sync.on"
		w.proof = &checks.Proof{
			Ask: func(checks.Env) []checks.Asked { return []checks.Asked{{On: "x", Command: "y"}} },
			Judge: func(ctx context.Context, _ checks.Env, texts []string) (checks.Result, error) {
				if len(texts[0]) != 10<<20 {
					return checks.Result{}, errors.New("it is not whole")
				}
				reading <- struct{}{}
				select {
				case <-leave:
				case <-ctx.Done():
					return checks.Result{}, ctx.Err()
				}
				return checks.Passed("so", "so"), nil
			},
		}
		d := started(t, w, 80, 24).keys("enter").shows("could not tell")
		text := strings.Repeat("0123456789abcde\r", 10<<20/16)
		d.send(tea.PasteMsg{Content: text})
		<-reading
		d.shows("reading what was pasted")
		press := func(r rune) { d.send(tea.KeyPressMsg{Code: r, Text: string(r)}) }
		press('?')
		d.shows("Keys that work")
		press('b')
		d.shows("reading what was pasted")
		press('b')
		d.settle()
		d.shows("stopped: reading what was pasted", "could not tell")
		d.send(tea.PasteMsg{Content: text})
		<-reading
		close(leave)
		d.settle()
		d.shows("taken as proof: passed", "gate open")
	})
}

// TestAPassedOverCheckShowsItsCommand shows what to run where a check was passed
// over for want of evidence, once it is chosen.
func TestAPassedOverCheckShowsItsCommand(t *testing.T) {
	bubble(t, "passed over", func(t *testing.T) {
		w := newWorld().healthy()
		w.blind, w.proof = "sync.on", scheduler()
		d := started(t, w, 80, 24).keys("enter").shows("could not tell")
		for _, c := range d.m.snap.Here().Checks {
			if c.Check.ID != "sync.on" {
				continue
			}
			c.Result = checks.NotApplicable("nothing was collected there")
			for _, chosen := range []bool{true, false} {
				p := d.m.newPage(80)
				d.m.finding(p, c, chosen, false)
				if shown := strings.Contains(strings.Join(p.lines, "\n"), "Get-ADSyncScheduler"); shown != chosen {
					t.Errorf("chosen %t, shown %t", chosen, shown)
				}
			}
		}
	})
}
