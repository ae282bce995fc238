package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/steps"
)

// leave ends the journey: what is under way is given a moment, then left.
func (m *model) leave() error {
	m.stopRunQuietly()
	limit := time.NewTimer(leaveWithin)
	defer limit.Stop()
	if m.job != nil {
		m.job.cancel()
		select {
		case <-m.job.done:
		case <-limit.C:
			return nil // the guide is still in use: the end of the process closes it
		}
	}
	if m.journey == nil || m.journey.Close == nil {
		return nil
	}
	closed := make(chan error, 1)
	go func() { closed <- m.journey.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			return fmt.Errorf("closing the site: %w", err)
		}
	case <-limit.C:
	}
	return nil
}

func (m *model) stopRunQuietly() {
	if m.live != nil {
		m.live.cancel()
		m.live = nil
	}
}

// farewell says, after the screen is gone, where things stand and how to go on.
func (m *model) farewell() string {
	if m.journey == nil {
		return ""
	}
	text := strings.Join(parting(*m.journey, m.snap), "\n") + "\n"
	if m.crash.path != "" {
		text += "What broke is written down in " + m.crash.path + "\n"
	}
	if m.cfg.ASCII {
		text = toASCII(text)
	}
	return text
}

// parting is what is said when a journey is left.
func parting(j Journey, s steps.Snapshot) []string {
	var out []string
	name := Clean(s.Site.Name)
	if j.Simulated {
		name += " (SIMULATED)"
	}
	switch {
	case s.Finished:
		out = append(out, fmt.Sprintf("%s: all %d gates are open.", name, len(s.Steps)))
	default:
		out = append(out, fmt.Sprintf("%s: %d of %d gates are open; you stood at %s.", name, s.Open, len(s.Steps), s.Here().Title))
	}
	if j.Store != "" {
		out = append(out, "Kept in "+j.Store)
	} else {
		out = append(out, "Nothing was kept.")
	}
	switch {
	case j.Resume == "":
	case s.Finished:
		out = append(out, "Look again with: "+j.Resume)
	default:
		out = append(out, "Go on with: "+j.Resume)
	}
	return out
}

// notesOf are what every page says about a journey: what it was told to say,
// and the names that do not lead where the network says.
func notesOf(j Journey, s steps.Snapshot) []string {
	var out []string
	said := false
	for _, n := range slices.Concat(faultNotes(j.Faults), j.Notes) {
		out = append(out, Clean(n))
		said = said || strings.Contains(n, "pinned")
	}
	if n := len(s.Site.Pins); n > 0 && !said {
		out = append(out, fmt.Sprintf("names pinned to addresses: %d", n))
	}
	return out
}
