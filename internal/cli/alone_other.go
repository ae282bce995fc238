//go:build !windows

package cli

// OwnConsole says that the console was opened for this program and closes with
// it; only Windows does that.
func OwnConsole() bool { return false }
