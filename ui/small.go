package ui

import "fmt"

// tooSmall is all that a tiny window shows.
func tooSmall(w, h int) string {
	return cut(fmt.Sprintf("Sensegate needs %d by %d cells; this window has %d by %d.", minWidth, minHeight, w, h), w, "")
}
