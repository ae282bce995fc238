package cli

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// OwnConsole says that the console was opened for this program and closes with
// it: nobody else is attached to it.
func OwnConsole() bool {
	var list [2]uint32
	proc := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleProcessList")
	if proc.Find() != nil {
		return false
	}
	n, _, _ := proc.Call(uintptr(unsafe.Pointer(&list[0])), uintptr(len(list))) // the count is zero where it fails
	return n == 1
}
