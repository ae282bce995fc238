package collect

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What wevtapi is asked with, and answers.
const (
	queryChannel    = 0x1
	queryNewest     = 0x200
	renderXML       = 1
	channelMissing  = windows.Errno(15007) // ERROR_EVT_CHANNEL_NOT_FOUND
	queryUnreadable = windows.Errno(15001) // ERROR_EVT_INVALID_QUERY
)

// Events reads a channel through the event log's interface: no text of the
// system's language is parsed.
func (local) Events(ctx context.Context, channel string, most int) ([]string, error) {
	dll := windows.NewLazySystemDLL("wevtapi.dll")
	query, next, render, closing := dll.NewProc("EvtQuery"), dll.NewProc("EvtNext"), dll.NewProc("EvtRender"), dll.NewProc("EvtClose")
	for _, p := range []*windows.LazyProc{query, next, render, closing} {
		if err := p.Find(); err != nil {
			return nil, fmt.Errorf("opening the event log: %w", err)
		}
	}
	path, err := windows.UTF16PtrFromString(channel)
	if err != nil {
		return nil, fmt.Errorf("opening the event log: %w", err)
	}
	all, err := windows.UTF16PtrFromString("*")
	if err != nil {
		return nil, fmt.Errorf("opening the event log: %w", err)
	}
	set, _, err := query.Call(0, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(all)), queryChannel|queryNewest)
	if set == 0 {
		if errors.Is(err, channelMissing) || errors.Is(err, queryUnreadable) || errors.Is(err, windows.ERROR_FILE_NOT_FOUND) {
			return nil, nil
		}
		if errors.Is(err, windows.Errno(0)) {
			err = errors.New("this system has none that can be asked")
		}
		return nil, fmt.Errorf("opening the event log: %w", err)
	}
	defer func() { _, _, _ = closing.Call(set) }()
	var out []string
	for len(out) < most && ctx.Err() == nil {
		var event uintptr
		var n uint32
		if ok, _, _ := next.Call(set, 1, uintptr(unsafe.Pointer(&event)), 1000, 0, uintptr(unsafe.Pointer(&n))); ok == 0 || n == 0 {
			break
		}
		text, err := rendered(render, event)
		_, _, _ = closing.Call(event)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

func rendered(render *windows.LazyProc, event uintptr) (string, error) {
	buffer := make([]uint16, 1<<15)
	var used, properties uint32
	for {
		ok, _, err := render.Call(0, event, renderXML, uintptr(len(buffer)*2), uintptr(unsafe.Pointer(&buffer[0])),
			uintptr(unsafe.Pointer(&used)), uintptr(unsafe.Pointer(&properties)))
		if ok != 0 {
			return windows.UTF16ToString(buffer), nil
		}
		if !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) || used > 1<<22 {
			return "", fmt.Errorf("reading an event: %w", err)
		}
		buffer = make([]uint16, used/2+1)
	}
}
