package qlik

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Writer changes the repository, one field at a time.
type Writer struct {
	client *Client
}

// NewWriter makes a Writer over the client's connection.
func NewWriter(c *Client) *Writer { return &Writer{client: c} }

// SetAllowList replaces the host allow list of a virtual proxy.
func (w *Writer) SetAllowList(ctx context.Context, virtualProxyID string, hosts []string) error {
	list := make([]any, 0, len(hosts))
	for _, h := range hosts {
		list = append(list, h)
	}
	return w.change(ctx, "changing the host allow list", "virtualproxyconfig", virtualProxyID, list, "websocketCrossOriginWhiteList")
}

// SetDevicePattern replaces the pattern of the browsers that are offered
// Windows authentication.
func (w *Writer) SetDevicePattern(ctx context.Context, virtualProxyID, pattern string) error {
	return w.change(ctx, "changing the browser pattern", "virtualproxyconfig", virtualProxyID, pattern, "windowsAuthenticationEnabledDevicePattern")
}

// SetKerberos switches Kerberos of one node's proxy service on or off.
func (w *Writer) SetKerberos(ctx context.Context, proxyID string, on bool) error {
	return w.change(ctx, "switching Kerberos", "proxyservice", proxyID, on, "settings", "kerberosAuthentication")
}

// change reads the whole entity, sets the field at path, writes everything
// back with the modifiedDate that was read, and reads the field again. What is
// not known of the entity survives. Where somebody else saved in between, the
// entity is read again: if the field is still what it was, that change is kept
// and ours is written over it, once; if it is not, the person has to decide.
func (w *Writer) change(ctx context.Context, op, entity, id string, value any, path ...string) error {
	at := entity + "/" + url.PathEscape(id)
	was, err := w.put(ctx, op, at, value, path)
	if fe, ok := errors.AsType[*fact.Error](err); ok && fe.Kind == fact.Conflict && fe.Code != "" {
		var now any
		if now, err = w.field(ctx, op, at, path); err != nil {
			return err
		}
		if !reflect.DeepEqual(now, was) {
			fe.Text = fmt.Sprintf("somebody changed it meanwhile, from %s to %s: look at it and plan again", brief(was), brief(now))
			return fe
		}
		_, err = w.put(ctx, op, at, value, path)
	}
	// Through the proxy the answer to a change may be lost, because the proxy
	// starts again on account of it: what is stored tells.
	if err != nil && (w.client.beside == nil || !w.client.beside.only() || !away(err)) {
		return err
	}
	return w.reread(ctx, op, at, value, path)
}

// put writes the entity with the field changed, and returns what it was.
func (w *Writer) put(ctx context.Context, op, at string, value any, path []string) (was any, err error) {
	var whole map[string]any
	if err := w.client.get(ctx, op, at, &whole); err != nil {
		return nil, err
	}
	was = lookUp(whole, path)
	same, err := set(whole, value, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if same {
		return was, nil
	}
	body, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return was, w.client.do(ctx, http.MethodPut, op, at, body, nil)
}

// reread proves that the value is what is stored now.
func (w *Writer) reread(ctx context.Context, op, at string, value any, path []string) error {
	var stored map[string]any
	if err := w.client.get(ctx, op, at, &stored); err != nil {
		return err
	}
	if same, err := set(stored, value, path); err != nil || !same {
		return &fact.Error{Kind: fact.Conflict, System: system, Op: op, Text: "the value was taken but is not what is stored now", Err: err}
	}
	return nil
}

func (w *Writer) field(ctx context.Context, op, at string, path []string) (any, error) {
	var whole map[string]any
	if err := w.client.get(ctx, op, at, &whole); err != nil {
		return nil, err
	}
	return lookUp(whole, path), nil
}

// lookUp is the value at path, nil where there is none.
func lookUp(entity map[string]any, path []string) any {
	var v any = entity
	for _, name := range path {
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inner[name]
	}
	return v
}

// brief is a value for a sentence.
func brief(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "something else"
	}
	return netprobe.Clean(string(raw))
}

// set puts value at path and says whether it was there already. A field that
// the entity does not have is not invented.
func set(entity map[string]any, value any, path []string) (same bool, err error) {
	for _, name := range path[:len(path)-1] {
		inner, ok := entity[name].(map[string]any)
		if !ok {
			return false, fmt.Errorf("the entity has no %s", name)
		}
		entity = inner
	}
	last := path[len(path)-1]
	old, ok := entity[last]
	if !ok {
		return false, fmt.Errorf("the entity has no %s", last)
	}
	if old == nil {
		if _, isList := value.([]any); isList {
			old = []any{}
		}
	}
	entity[last] = value
	return reflect.DeepEqual(old, value), nil
}
