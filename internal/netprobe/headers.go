package netprobe

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"sensegate/internal/fact"
)

// HeaderRoom sends a request with a header of size bytes, as the ticket of
// somebody in many groups makes it, and tells whether the front takes it.
func (f *Front) HeaderRoom(ctx context.Context, rawURL, prefix string, size int) (fact.HeaderRoom, error) {
	const op = "asking with a large header"
	base, err := baseOf(rawURL)
	if err != nil {
		return fact.HeaderRoom{}, fmt.Errorf("%s: %w", op, err)
	}
	u := under(base, prefix, "qps/user").String()
	header := http.Header{"X-Header-Room": {strings.Repeat("k", size)}}
	page, err := Get(ctx, f.client(), u, header)
	if err != nil {
		return fact.HeaderRoom{}, Classify(frontSystem, op, err)
	}
	room := fact.HeaderRoom{Size: size, Status: page.Status, Text: PageText(page), Taken: true}
	switch page.Status {
	case http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		room.Taken = false
	}
	return room, nil
}
