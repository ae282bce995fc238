//go:build !linux

package entra_test

// browserRequested is for the systems where a test can stand in for the
// browser.
func browserRequested() bool { return false }
