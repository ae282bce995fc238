package ui

import "golang.org/x/sys/windows"

func windowsBuild() int { return int(windows.RtlGetVersion().BuildNumber) }
