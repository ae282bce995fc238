package access

import (
	"context"
	"fmt"
	"time"

	"sensegate/checks"
)

// Kerberos allows 5 minutes (RFC 4120 recommends it, Windows uses it); a
// minute is already a sign that time is not synchronised.
const (
	skewFail = 5 * time.Minute
	skewWarn = time.Minute
)

// clock is one clock with how far it is ahead of this machine's; known is false
// where it could not be read, and why says so.
type clock struct {
	name  string
	cause checks.CauseID
	off   time.Duration
	known bool
	why   string
}

func (c clock) String() string {
	if !c.known {
		return "could not be asked: " + c.why
	}
	return offset(c.off)
}

func (c clock) agrees(with clock) bool {
	return c.known && with.known && (c.off-with.off).Abs() <= skewWarn
}

func clocks(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "all within 5 minutes, better 1"
		kdc, err := p.KDC.ProbeAccount(ctx, env.Site.SAM())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		read := func(c clock, ask func() (time.Time, error)) clock {
			t, err := ask()
			if err != nil {
				c.why = err.Error()
				return c
			}
			c.off, c.known = t.Sub(env.Clock()), true
			return c
		}
		dc := clock{name: "the domain controller", cause: "site.clock-skew", off: kdc.Time.Sub(env.Clock()), known: true}
		ldap := clock{name: "the domain controller's directory", cause: "site.clock-directory", why: "nobody asks it here"}
		if p.Times != nil {
			ldap = read(ldap, func() (time.Time, error) { return p.Times.DirectoryTime(ctx) })
		}
		// Why Qlik does not answer is for site.front to say.
		qlik := read(clock{name: "the Qlik server", cause: "site.clock-qlik"}, func() (time.Time, error) {
			return p.Front.Date(ctx, env.Site.Publish.InternalURL)
		})
		spread := furthest(dc, ldap, qlik)
		odd := oddOne(dc, ldap, qlik)
		seen := fmt.Sprintf("the largest difference is %s (%s)", spread.Round(time.Second), odd.name)
		var r checks.Result
		switch {
		case spread > skewFail:
			r = checks.Failed(odd.cause, expected, seen)
		case spread > skewWarn:
			r = checks.Warned(odd.cause, expected, seen)
		default:
			r = checks.Passed(expected, fmt.Sprintf("the largest difference is %s", spread.Round(time.Second)))
		}
		return r.Var("who", odd.name).
			With("KDC", dc.String()).
			With("directory (currentTime)", ldap.String()).
			With("Qlik server", qlik.String()).
			With("this machine", env.Clock().UTC().Format(time.RFC3339))
	}
}

// furthest is the largest difference between any two of the clocks, this
// machine's among them.
func furthest(list ...clock) time.Duration {
	var low, high time.Duration
	for _, c := range list {
		if c.known {
			low, high = min(low, c.off), max(high, c.off)
		}
	}
	return high - low
}

// oddOne is the clock that the others do not agree with. The KDC and the
// directory speak with one voice as long as they agree; where two voices are
// left, the domain controller's is doubted, whose time the domain follows.
func oddOne(dc, ldap, qlik clock) clock {
	here := clock{name: "this machine", cause: "site.clock-here", known: true}
	if ldap.known && !dc.agrees(ldap) {
		switch {
		case dc.agrees(here) || dc.agrees(qlik):
			return ldap
		case ldap.agrees(here) || ldap.agrees(qlik):
			return dc
		}
	}
	switch {
	case !qlik.known, qlik.agrees(here):
		return dc
	case dc.agrees(qlik):
		return here
	case dc.agrees(here), qlik.off.Abs() > dc.off.Abs():
		return qlik
	}
	return dc
}

func offset(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d > 0:
		return d.String() + " ahead of this machine"
	case d < 0:
		return (-d).String() + " behind this machine"
	}
	return "same as this machine"
}
