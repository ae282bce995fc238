package netprobe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/internal/fact"
)

// budget bounds the greeting and each call.
const budget = 15 * time.Second

// frame is what the engine sends: a push has a method, an answer an id.
type frame struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// conversation reads frames in the background; everything else happens in the
// caller's goroutine.
type conversation struct {
	conn   *websocket.Conn
	frames chan frame
	end    error // why reading ended; valid once frames is closed
	stop   chan struct{}
	nextID int
	budget time.Duration // for the greeting and each call
}

// listen starts reading; close ends it.
func listen(conn *websocket.Conn) *conversation {
	c := &conversation{conn: conn, frames: make(chan frame), stop: make(chan struct{}), budget: budget}
	go c.read()
	return c
}

func (c *conversation) read() {
	defer close(c.frames)
	for {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			c.end = err
			return
		}
		f, ok := parseFrame(raw)
		if !ok {
			continue
		}
		select {
		case c.frames <- f:
		case <-c.stop:
			// Nobody listens any more; go on to see the answer to our close.
		}
	}
}

// close says goodbye and waits until reading has ended.
func (c *conversation) close() {
	close(c.stop)
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	deadline := time.Now().Add(goodbye)
	_ = c.conn.WriteControl(websocket.CloseMessage, bye, deadline)
	_ = c.conn.SetReadDeadline(deadline)
	for range c.frames {
		continue
	}
	_ = c.conn.Close()
}

func parseFrame(raw []byte) (frame, bool) {
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return frame{}, false
	}
	return f, f.Method != "" || f.ID != 0
}

var (
	// errClosed says that the other side ended the conversation.
	errClosed = errors.New("the WebSocket was closed")
	// errTurnedAway says that a push came that ends it.
	errTurnedAway = errors.New("the engine turned us away")
)

// callError is the engine's own error object.
type callError struct {
	code int
	text string
}

// Error follows the house form.
func (e *callError) Error() string { return fmt.Sprintf("the engine answered %d: %s", e.code, e.text) }

// call sends a request to the global handle and waits for its answer; pushes
// that come meanwhile are noted.
func (c *conversation) call(ctx context.Context, method string, result any, probe *fact.SocketProbe) error {
	c.nextID++
	request := map[string]any{"jsonrpc": "2.0", "id": c.nextID, "handle": -1, "method": method, "params": []any{}}
	timer := time.NewTimer(c.budget)
	defer timer.Stop()
	if err := c.conn.SetWriteDeadline(time.Now().Add(c.budget)); err != nil {
		return fmt.Errorf("asking for %s: %w", method, err)
	}
	if err := c.conn.WriteJSON(request); err != nil {
		// The reader knows better why the socket is gone.
		_ = c.conn.SetReadDeadline(time.Now().Add(goodbye))
		for range c.frames {
			continue
		}
		return errClosed
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return fmt.Errorf("asking for %s: %w", method, context.DeadlineExceeded)
		case f, ok := <-c.frames:
			switch {
			case !ok:
				return errClosed
			case f.ID != c.nextID || f.Method != "":
				if note(f, probe) && (probe.MustAuthenticate || probe.Topic != "") {
					return errTurnedAway
				}
			case f.Error != nil:
				return &callError{code: f.Error.Code, text: Clean(f.Error.Message)}
			default:
				if err := json.Unmarshal(f.Result, result); err != nil {
					return fmt.Errorf("reading the answer to %s: %w", method, err)
				}
				return nil
			}
		}
	}
}

// noteEnd puts down how the other side ended the conversation.
func noteEnd(err error, probe *fact.SocketProbe) {
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed):
		probe.Body = fmt.Sprintf("closed with code %d", closed.Code)
		if text := Clean(closed.Text); text != "" {
			probe.Body += ": " + text
		}
	case errors.Is(err, websocket.ErrReadLimit):
		probe.Body = "closed: a frame larger than allowed"
	default:
		probe.Body = "closed without a close frame (1006)"
	}
}
