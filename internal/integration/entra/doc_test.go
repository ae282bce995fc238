// Package entra_test walks whole journeys against the practice lab with the
// program's own adapters: made, broken off, made again, and undone.
package entra_test
