package fact

import "time"

// QlikService is one service of one node, as the repository last heard of it.
type QlikService struct {
	Host  string
	Type  string // Repository, Proxy, Engine …, as the server's own list names it
	State string // Running, NoCommunication, Disabled …
	At    time.Time
}

// QlikLicence is the state of the licence; its keys are never read.
type QlikLicence struct {
	Organization                  string
	Expired, Invalid, Blacklisted bool
	Reason                        string // the server's own words when expired
}

// HeaderRoom is whether the front takes requests with large headers.
type HeaderRoom struct {
	Size   int // of the header that was sent
	Taken  bool
	Status int
	Text   string // the refusal's own words
}
