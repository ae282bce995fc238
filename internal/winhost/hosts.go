package winhost

import (
	"context"
	"errors"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/site"
)

const system = "evidence"

// Hosts answers about connector hosts from the site's evidence files. It reads
// them anew for every question, so that an import counts at once.
type Hosts struct {
	files     []string
	simulated bool
}

// NewHosts takes the files from s.Evidence; relative paths are the caller's to
// resolve.
func NewHosts(s site.Site) *Hosts {
	return &Hosts{files: append([]string(nil), s.Evidence...), simulated: s.Simulated}
}

// Host is the newest evidence of the host called name. Without any the error
// is of kind NotFound, or tells of the file that could not be used.
func (h *Hosts) Host(ctx context.Context, name string) (fact.HostEvidence, error) {
	op := "reading the evidence of " + name
	var found fact.HostEvidence
	var broken []error
	for _, file := range h.files {
		if err := ctx.Err(); err != nil {
			return fact.HostEvidence{}, &fact.Error{Kind: fact.TimedOut, System: system, Op: op, Err: err}
		}
		e, origin, err := Read(file)
		switch {
		case err != nil:
			broken = append(broken, err)
		case !sameHost(e.Host, name):
		case origin.Simulated && !h.simulated:
			broken = append(broken, errors.New(file+" was written by the practice lab and says nothing about a real host"))
		case e.Collected.After(found.Collected):
			found = e
		}
	}
	switch {
	case found.Host != "":
		return found, nil
	case len(broken) > 0:
		return fact.HostEvidence{}, &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "invalid", Err: errors.Join(broken...)}
	default:
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: system, Op: op, Text: "nothing was collected there"}
	}
}

// sameHost compares names without case; a short name stands for any domain.
func sameHost(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	shortA, domainA, _ := strings.Cut(a, ".")
	shortB, domainB, _ := strings.Cut(b, ".")
	return (domainA == "" || domainB == "") && strings.EqualFold(shortA, shortB)
}
