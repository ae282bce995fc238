package fact

import "time"

// LogFinding is a known phrase in a log of the Qlik proxy.
type LogFinding struct {
	File    string
	Meaning string // what the phrase stands for
	Count   int
	Last    time.Time // zero where no row bears a time
	User    string    // of the last row
	Text    string    // the last row's own words
}
