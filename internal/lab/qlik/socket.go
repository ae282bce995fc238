package qlik

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one WebSocket to the engine; any goroutine may write to it.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex
	over bool
}

// writeLimit bounds how long a client may refuse to read.
const writeLimit = 5 * time.Second

func (k *socket) send(v any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return net.ErrClosed
	}
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeLimit))
	return k.conn.WriteJSON(v) //nolint:wrapcheck // only whether it failed matters
}

// push sends what nobody asked for.
func (k *socket) push(topic string, params Entity) {
	_ = k.send(Entity{"jsonrpc": "2.0", "method": topic, "params": params})
}

// end says why and closes in the proper way.
func (k *socket) end(topic string) {
	k.push(topic, Entity{
		"severity": "fatal", "message": topicText(topic), "timestamp": stamp(time.Now()),
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return
	}
	k.over = true
	deadline := time.Now().Add(time.Second)
	_ = k.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, topic), deadline)
	// The client's answer ends the read loop; without one this deadline does.
	_ = k.conn.SetReadDeadline(deadline)
}

// cut drops the connection without a word, as a middle box does.
func (k *socket) cut() {
	raw := k.conn.NetConn()
	if t, ok := raw.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	_ = raw.Close()
}

// awaitUntil bounds the next read, unless the socket is already ending.
func (k *socket) awaitUntil(t time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.over {
		_ = k.conn.SetReadDeadline(t)
	}
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func topicText(topic string) string {
	switch topic {
	case "OnMaxParallelSessionsExceeded":
		return "Maximum number of parallel sessions exceeded"
	case "OnLicenseAccessDenied":
		return "You cannot access Qlik Sense because you have no access pass"
	case "OnNoEngineAvailable":
		return "No available Engine was found"
	case "OnSessionTimedOut":
		return "Your session has timed out"
	case "OnSessionLoggedOut":
		return "Your session has been logged out"
	}
	return "Your session has been closed"
}
