package fact

import "time"

// ProxyLogs is what the logs of the Qlik proxy tell.
type ProxyLogs struct {
	// Sources are the files that were read, and where each lies.
	Sources []string
	// Findings are known phrases, newest first.
	Findings []LogFinding
}

// LogFinding is a known phrase in a log of the Qlik proxy.
type LogFinding struct {
	File    string
	Meaning string // what the phrase stands for
	// Trouble says that somebody was turned away; a sign-in that succeeded, or a
	// password that was mistyped, is none.
	Trouble bool
	Count   int
	Last    time.Time // zero where no row bears a time
	User    string    // of the last row
	Text    string    // the last row's own words
}
