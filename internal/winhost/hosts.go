package winhost

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/site"
)

const system = "evidence"

// Hosts answers about connector hosts from the site's evidence files. It reads
// them anew for every question, so that an import counts at once.
type Hosts struct {
	files     []string
	site      string
	simulated bool
	machines  []string
}

// NewHosts takes the files from s.Evidence; relative paths are the caller's to
// resolve.
func NewHosts(s site.Site) *Hosts {
	return &Hosts{files: append([]string(nil), s.Evidence...), site: s.Name, simulated: s.Simulated, machines: machines(s)}
}

// Host is what the files tell of the host called name, each section from the
// newest file that has it. Without any the error is of kind NotFound, or tells
// of the file that could not be used.
func (h *Hosts) Host(ctx context.Context, name string) (fact.HostEvidence, error) {
	op := "reading the evidence of " + name
	var found []fact.HostEvidence
	var broken []string
	for _, file := range h.files {
		if err := ctx.Err(); err != nil {
			return fact.HostEvidence{}, &fact.Error{Kind: fact.TimedOut, System: system, Op: op, Err: err}
		}
		e, origin, err := Read(file)
		switch {
		case err != nil:
			broken = append(broken, err.Error())
		case !SameHost(e.Host, name):
		case origin.Simulated && !h.simulated:
			broken = append(broken, file+" was written by the practice lab and says nothing about a real host")
		case OtherSite(origin, h.site):
			broken = append(broken, fmt.Sprintf("%s was collected for the site %s, not for %s", file, origin.Site, h.site))
		case h.severalOf(e.Host) != "":
			broken = append(broken, fmt.Sprintf("%s %s", file, h.severalOf(e.Host)))
		default:
			found = append(found, e)
		}
	}
	if why := severalMachines(found, name); why != "" {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.Refused, System: system, Op: op, About: Ambiguous, Text: why}
	}
	switch {
	case len(found) > 0:
		return merged(found), nil
	case len(broken) > 0:
		return fact.HostEvidence{}, &fact.Error{Kind: fact.Refused, System: system, Op: op, Text: strings.Join(broken, "; ")}
	default:
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: system, Op: op, Text: "nothing was collected there"}
	}
}

// Ambiguous is what a refusal is about where a name without its domain could be
// that of more than one machine.
const Ambiguous = "ambiguous"

// machines are the hosts that a site names, whatever they are for.
func machines(s site.Site) []string {
	out := slices.Concat(s.Qlik.Nodes, s.Sync.Servers)
	for _, h := range s.Connector.Hosts {
		out = append(out, h.Name)
	}
	return out
}

// SeveralOf says that a host's name has no domain and fits two machines of the
// site; empty when it does not.
func SeveralOf(s site.Site, host string) string { return NewHosts(s).severalOf(host) }

func (h *Hosts) severalOf(host string) string {
	if strings.Contains(host, ".") {
		return ""
	}
	var fits []string
	for _, m := range h.machines {
		if SameHost(m, host) && !slices.ContainsFunc(fits, func(f string) bool { return SameHost(f, m) }) {
			fits = append(fits, m)
		}
	}
	if len(fits) < 2 {
		return ""
	}
	return fmt.Sprintf("is of %s, and that could be %s: the machine did not tell its domain", host, strings.Join(fits, " or "))
}

// severalMachines says that evidence of two machines fits a name without a
// domain; empty when it is all of one.
func severalMachines(list []fact.HostEvidence, name string) string {
	if strings.Contains(name, ".") {
		return ""
	}
	for i, e := range list {
		for _, other := range list[:i] {
			if !SameHost(e.Host, other.Host) {
				return fmt.Sprintf("there is evidence of %s and of %s, and the site names %s: write its name with the domain", other.Host, e.Host, name)
			}
		}
	}
	return ""
}

// merged lays newer evidence over older, section by section: one that was left
// unread does not hide what an earlier file knows.
func merged(list []fact.HostEvidence) fact.HostEvidence {
	slices.SortStableFunc(list, func(a, b fact.HostEvidence) int { return a.Collected.Compare(b.Collected) })
	out := list[0]
	for _, e := range list[1:] {
		out.Host, out.Collected, out.Tool, out.File = e.Host, e.Collected, e.Tool, e.File
		for name, p := range e.Sections {
			if old, had := out.Sections[name]; p.Missing == "" || !had || old.Missing != "" {
				out.Take(name, e)
			}
		}
		for _, name := range gone(e) {
			if p, had := out.Sections[name]; had && p.At.Before(e.Since(fact.SectionServices)) {
				out.Drop(name)
			}
		}
	}
	return out
}

// gone are the sections that a machine no longer has, for its services do not
// show what they tell of: what an earlier file knows of them is past.
func gone(e fact.HostEvidence) []string {
	if _, ok := e.Sections[fact.SectionServices]; !ok || e.Missing(fact.SectionServices) != "" {
		return nil
	}
	runs := func(prefix string) bool {
		return slices.ContainsFunc(e.Services, func(s fact.Service) bool { return strings.HasPrefix(s.Name, prefix) })
	}
	var out []string
	if !runs("WAPCSvc") {
		out = append(out, fact.SectionConnector, fact.SectionSPNEGO, fact.SectionProxy, fact.SectionTraces)
	}
	if !runs("QlikSense") {
		out = append(out, fact.SectionQlik)
	}
	if !runs("ADSync") {
		out = append(out, fact.SectionSync)
	}
	return out
}

// OtherSite says that evidence was collected for a site of another name.
func OtherSite(o Origin, site string) bool {
	return o.Site != "" && site != "" && !strings.EqualFold(o.Site, site)
}

// SameHost compares names without case; a short name stands for any domain.
func SameHost(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	shortA, domainA, _ := strings.Cut(a, ".")
	shortB, domainB, _ := strings.Cut(b, ".")
	return (domainA == "" || domainB == "") && strings.EqualFold(shortA, shortB)
}
