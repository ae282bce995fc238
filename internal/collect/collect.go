package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Options are what a collection is made from.
type Options struct {
	Machine Machine
	Clock   func() time.Time
	// Tool is the version that collects.
	Tool string
	// Cloud is where the tenant lives, as the site's facts name it; the global
	// one when empty.
	Cloud string
	// Tenant adds the tenant's own endpoint to those that are probed.
	Tenant string
	// Backends are the addresses of Qlik whose certificate is looked at,
	// host or host:port.
	Backends []string
	// Controller is the domain controller whose time is asked for; the
	// machine's domain when empty.
	Controller string
	// Without are sections that are left out.
	Without []string
	// Probes are the endpoints that are tried; fact.ServiceEndpoints when nil.
	Probes []Endpoint
	// Net makes connections; the system's own when zero.
	Net Net
	// Begun is told of each section before it is taken, Progress what was taken;
	// either may be nil.
	Begun    func(section string)
	Progress func(Taken)
}

// Taken tells of one section that was read, or could not be.
type Taken struct {
	Section string
	// Says is what was found in a few words; Problem why nothing was.
	Says, Problem string
}

// item is one section with how it is taken.
type item struct {
	section string
	// reads says in plain words what is looked at.
	reads string
	take  func(ctx context.Context, c *collector) (says string, err error)
}

// collector is one collection under way.
type collector struct {
	Options
	e         fact.HostEvidence
	connector Service // WAPCSvc, where it is installed
	updater   Service
	domain    string
}

// errNothing says that there is nothing of that kind on this machine, which is
// no problem and no fact.
var errNothing = errors.New("nothing of that kind here")

// absent is why something that belongs to a service is not there: what is not
// known to be installed is not known to be missing.
func (c *collector) absent() error {
	if p, ok := c.e.Sections[fact.SectionServices]; !ok || p.Missing != "" {
		return errors.New("the services of this machine were not read")
	}
	return errNothing
}

// Reading is what a collection would look at.
type Reading struct{ Section, Reads string }

// Readings lists what a collection with these options looks at, in order.
func Readings(o Options) []Reading {
	var out []Reading
	for _, i := range items(o) {
		out = append(out, Reading{Section: i.section, Reads: i.reads})
	}
	return out
}

// Run collects. What cannot be read is noted with the reason; only a machine
// without a name, or a cancelled context, is an error.
func Run(ctx context.Context, o Options) (fact.HostEvidence, error) {
	if o.Progress == nil {
		o.Progress = func(Taken) {}
	}
	name, err := o.Machine.Name()
	if err != nil {
		return fact.HostEvidence{}, fmt.Errorf("asking for the machine's name: %w", err)
	}
	c := &collector{Options: o, e: fact.HostEvidence{
		Host: name, Collected: o.Clock().UTC().Truncate(time.Second), Tool: o.Tool,
		TLS12Client: -1, HTTP2: -1, SPNEGO: -1, Sections: map[string]fact.Provenance{},
	}}
	for _, i := range items(o) {
		if o.Begun != nil {
			o.Begun(i.section)
		}
		// Some calls of Windows know no end: a collection that is given up does not
		// wait for them, and nobody looks at what they bring.
		says, err := within(ctx, 0, func() (string, error) { return i.take(ctx, c) })
		if ctx.Err() != nil {
			return fact.HostEvidence{}, fmt.Errorf("collecting: %w", ctx.Err())
		}
		switch {
		case errors.Is(err, errNothing):
			o.Progress(Taken{Section: i.section, Says: "nothing of that kind here"})
			continue
		case err != nil:
			why := netprobe.Clean(err.Error())
			c.e.Sections[i.section] = fact.Provenance{At: c.e.Collected, Missing: why}
			o.Progress(Taken{Section: i.section, Problem: why})
			continue
		}
		c.e.Sections[i.section] = fact.Provenance{At: c.e.Collected}
		o.Progress(Taken{Section: i.section, Says: says})
	}
	return c.e, nil
}
