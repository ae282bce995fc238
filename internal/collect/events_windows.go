package collect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What wevtapi is asked with, and answers.
const (
	queryChannel      = 0x1   // EvtQueryChannelPath
	queryForward      = 0x100 // EvtQueryForwardDirection
	queryNewest       = 0x200 // EvtQueryReverseDirection
	renderXML         = 1     // EvtRenderEventXml
	formatXML         = 9     // EvtFormatMessageXml
	eventWait         = 1000  // milliseconds for the next one
	eventLargest      = 1 << 22
	errChannelMissing = windows.Errno(15007) // ERROR_EVT_CHANNEL_NOT_FOUND
)

// eventLog is the interface of the event log: no text of the system's language
// is parsed to find it.
type eventLog struct {
	query, next, render, format, open, closing *windows.LazyProc
	// publishers are those whose texts were asked for, by name; 0 where there are none.
	publishers map[string]uintptr
}

// Events reads a channel, with the text of each event where its publisher has one.
func (local) Events(ctx context.Context, channel string, most int) ([]string, error) {
	dll := windows.NewLazySystemDLL("wevtapi.dll")
	l := eventLog{
		query: dll.NewProc("EvtQuery"), next: dll.NewProc("EvtNext"), render: dll.NewProc("EvtRender"), format: dll.NewProc("EvtFormatMessage"),
		open: dll.NewProc("EvtOpenPublisherMetadata"), closing: dll.NewProc("EvtClose"), publishers: map[string]uintptr{},
	}
	for _, p := range []*windows.LazyProc{l.query, l.next, l.render, l.format, l.open, l.closing} {
		if err := p.Find(); err != nil {
			return nil, fmt.Errorf("opening the event log: %w", err)
		}
	}
	defer func() {
		for _, h := range l.publishers {
			l.close(h)
		}
	}()
	return l.read(ctx, channel, most)
}

func (l *eventLog) read(ctx context.Context, channel string, most int) ([]string, error) {
	path, err := windows.UTF16PtrFromString(channel)
	if err != nil {
		return nil, fmt.Errorf("opening the event log: %w", err)
	}
	// Logs for finding errors are read from the oldest event on, the only way
	// there is; the one event that matters in them is asked for by its id.
	which, direction := "*", uintptr(queryNewest)
	if strings.HasSuffix(channel, "/Session") {
		which, direction = "*[System[EventID=24029]]", queryForward
	}
	wanted, err := windows.UTF16PtrFromString(which)
	if err != nil {
		return nil, fmt.Errorf("opening the event log: %w", err)
	}
	set, _, err := l.query.Call(0, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(wanted)), queryChannel|direction)
	switch {
	case set != 0:
	case errors.Is(err, errChannelMissing), errors.Is(err, windows.ERROR_FILE_NOT_FOUND):
		return nil, fmt.Errorf("opening the event log: %w", fs.ErrNotExist)
	case errors.Is(err, windows.Errno(0)):
		return nil, errors.New("opening the event log: this system has none that can be asked")
	default:
		return nil, fmt.Errorf("opening the event log: %w", err) // a right that is missing, among others
	}
	defer l.close(set)
	return l.collect(ctx, set, most, direction == queryForward)
}

// collect takes the first so many events, or the last where they come oldest
// first.
func (l *eventLog) collect(ctx context.Context, set uintptr, most int, oldestFirst bool) ([]string, error) {
	var out []string
	for ctx.Err() == nil && (oldestFirst || len(out) < most) {
		var event uintptr
		var n uint32
		ok, _, err := l.next.Call(set, 1, uintptr(unsafe.Pointer(&event)), eventWait, 0, uintptr(unsafe.Pointer(&n)))
		switch {
		case ok == 0 && errors.Is(err, windows.ERROR_NO_MORE_ITEMS):
			return out, nil
		case ok == 0 && (errors.Is(err, windows.ERROR_TIMEOUT) || errors.Is(err, windows.WAIT_TIMEOUT)):
			continue // the context ends this
		case ok == 0:
			return nil, fmt.Errorf("reading the next event: %w", err)
		case n == 0:
			return out, nil
		}
		text, err := l.text(event)
		l.close(event)
		if err != nil {
			return nil, err
		}
		if oldestFirst && len(out) == most {
			out = slices.Delete(out, 0, 1)
		}
		out = append(out, text)
	}
	return out, ctx.Err()
}

// text is an event as XML: with its message where the publisher is installed,
// with its data alone otherwise.
func (l *eventLog) text(event uintptr) (string, error) {
	plain, err := grown("reading an event", func(room []uint16, used *uint32) (uintptr, error) {
		var properties uint32
		ok, _, err := l.render.Call(0, event, renderXML, uintptr(len(room)*2), uintptr(unsafe.Pointer(&room[0])),
			uintptr(unsafe.Pointer(used)), uintptr(unsafe.Pointer(&properties)))
		*used /= 2     // bytes
		return ok, err //nolint:wrapcheck // whoever calls says what was read
	})
	if err != nil {
		return "", err
	}
	publisher := l.publisher(plain)
	if publisher == 0 {
		return plain, nil
	}
	full, err := grown("reading an event's text", func(room []uint16, used *uint32) (uintptr, error) {
		ok, _, err := l.format.Call(publisher, event, 0, 0, 0, formatXML, uintptr(len(room)), uintptr(unsafe.Pointer(&room[0])), uintptr(unsafe.Pointer(used)))
		return ok, err //nolint:wrapcheck // whoever calls says what was read
	})
	if err != nil {
		return plain, nil //nolint:nilerr // an event whose text is missing is one all the same
	}
	return full, nil
}

// publisher opens the texts of the publisher of an event.
func (l *eventLog) publisher(event string) uintptr {
	_, rest, _ := strings.Cut(event, "<Provider Name='")
	name, _, ok := strings.Cut(rest, "'")
	if !ok {
		return 0
	}
	h, known := l.publishers[name]
	if known {
		return h
	}
	if wide, err := windows.UTF16PtrFromString(name); err == nil {
		h, _, _ = l.open.Call(0, uintptr(unsafe.Pointer(wide)), 0, 0, 0)
	}
	l.publishers[name] = h
	return h
}

func (l *eventLog) close(h uintptr) {
	if h != 0 {
		_, _, _ = l.closing.Call(h)
	}
}

// grown calls with more room until what is asked for fits in; used is in
// characters.
func grown(what string, call func(room []uint16, used *uint32) (uintptr, error)) (string, error) {
	room := make([]uint16, 1<<14)
	for {
		var used uint32
		ok, err := call(room, &used)
		if ok != 0 {
			return windows.UTF16ToString(room), nil
		}
		if !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) || used > eventLargest || int(used) <= len(room) {
			return "", fmt.Errorf("%s: %w", what, err)
		}
		room = make([]uint16, used+1)
	}
}
