// Package terminal holds tests that sit in front of the program as a person
// does: a terminal, keys, and what the screen shows.
package terminal
