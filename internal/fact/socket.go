package fact

import "time"

// Stage is one link of the chain from a name to an answering engine.
type Stage struct {
	Name string
	OK   bool
	Took time.Duration
	Text string // what was met there
	// Err is why it does not hold.
	Err error `json:"-"`
}

// SocketChain is the whole chain, as far as it came.
type SocketChain struct {
	URL    string
	Stages []Stage
	// Probe is the socket that the chain ended with.
	Probe SocketProbe
	// RoundTrips are calls to the engine, in order.
	RoundTrips []time.Duration
	Apps       int // in the engine's list; -1 when it was not told
	Origins    []OriginTry
}

// OriginTry is one upgrade in the name of a page's host.
type OriginTry struct {
	Origin string // empty when the header was left out
	Status int
	Err    string // why there was no answer
}

// SocketLife is one socket of a study.
type SocketLife struct {
	Active bool // it was called all the time; a silent one was only watched
	Age    time.Duration
	Cut    bool
	How    string // how it ended before its time
	Calls  int
}

// SocketStudy is several sockets on one session, held side by side.
type SocketStudy struct {
	Held       time.Duration
	Lives      []SocketLife
	Refused    []string // those that could not be opened, and why
	RoundTrips []time.Duration
	// Reading is what the ages mean together.
	Reading string
	// CutAfter is the age at which silent sockets end, 0 when they do not.
	CutAfter time.Duration
	// BytesEach is what one socket costs this machine.
	BytesEach int64
}
