//go:build !windows

package ui

func windowsBuild() int { return 0 }
