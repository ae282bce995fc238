package ui

import (
	"context"
	"strings"
)

// importOption offers to bring in what was collected on another host.
func (l *lines) importOption() (option, bool) {
	if l.journey.Import == nil || len(l.snap.Here().Instructions) == 0 {
		return option{}, false
	}
	return option{"f", "Bring in evidence that was collected on another host", l.bringEvidence}, true
}

func (l *lines) bringEvidence(ctx context.Context) error {
	l.here()
	l.say("Give the path of the file that sensegate collect wrote there; it is verified first. An empty line goes back.")
	path, err := l.ask(ctx)
	if err != nil || strings.TrimSpace(path) == "" {
		return err
	}
	taken, err := bring(ctx, l.journey.Import, l.journey.Guide, l.snap.Site, path)
	if err != nil {
		l.say("REFUSED: %s.", err)
		return nil
	}
	for _, line := range taken.Says {
		l.say("%s", line)
	}
	l.refresh()
	if !taken.New {
		l.say("Nothing new: it is there already.")
		return nil
	}
	l.say("Added to %s.", l.snap.Site.Name)
	l.say("CHECKING everything up to %s.", l.snap.Here().Title)
	return l.listen(ctx, l.journey.Guide.RecheckThrough(l.snap.Here().ID, 0), true)
}

// here lists the evidence that the site has.
func (l *lines) here() {
	if l.journey.Evidence == nil {
		return
	}
	for _, line := range l.journey.Evidence(l.snap.Site) {
		l.part("here", line)
	}
}
