package checkstest

import (
	"time"

	"sensegate/internal/pasted"
)

// Printed is what one of our commands shows that ran on a host at some time:
// body between the lines that every one prints.
func Printed(host string, at time.Time, body string) string {
	return pasted.Head + " " + at.Format("2006-01-02T15:04:05.0000000-07:00") + " " + host + "\r\n" + body + "\r\n" + pasted.End + "\r\n"
}

// Answered is one part of such a body, below its question.
func Answered(question, text string) string {
	return pasted.Ask + " " + question + " \r\n" + text + "\r\n"
}
