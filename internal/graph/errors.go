package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const graphSystem = "Graph"

// roomFor says whether the wait that an answer asks for ends before the
// request's deadline. Without room the answer itself is the better message.
func roomFor(r *http.Response) bool {
	if r.Request == nil {
		return true
	}
	deadline, ok := r.Request.Context().Deadline()
	if !ok {
		return true
	}
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	return err != nil || time.Now().Add(time.Duration(seconds)*time.Second).Before(deadline)
}

// errorBody holds both envelopes: Graph's own and OData's with a message
// object, which the application proxy service behind it still sends.
type errorBody struct {
	Error struct {
		Code       string          `json:"code"`
		Message    json.RawMessage `json:"message"`
		InnerError *struct {
			RequestID string `json:"request-id"`
			Code      string `json:"code"`
		} `json:"innerError"`
	} `json:"error"`
	OData *struct {
		Code    string          `json:"code"`
		Message json.RawMessage `json:"message"`
	} `json:"odata.error"`
}

// answerError reads a refusal of Graph.
func answerError(op string, r *http.Response) error {
	body, err := runtime.Payload(r)
	if err != nil {
		body = nil
	}
	e := &fact.Error{
		System: graphSystem, Op: op, Code: strconv.Itoa(r.StatusCode),
		RequestID: netprobe.Clean(r.Header.Get("Request-Id")),
	}
	code, text := readEnvelope(body, e)
	if code != "" {
		e.Code = netprobe.Clean(code)
	}
	if text == "" {
		text = netprobe.PageText(netprobe.Page{Status: r.StatusCode, Header: r.Header, Body: body})
	}
	e.Text = netprobe.Clean(text)
	e.Kind = kindOf(r.StatusCode, code)
	return e
}

func readEnvelope(body []byte, e *fact.Error) (code, text string) {
	var b errorBody
	if err := json.Unmarshal(body, &b); err != nil {
		return "", ""
	}
	if b.OData != nil {
		return b.OData.Code, messageText(b.OData.Message)
	}
	code, text = b.Error.Code, messageText(b.Error.Message)
	if inner := b.Error.InnerError; inner != nil {
		if e.RequestID == "" {
			e.RequestID = netprobe.Clean(inner.RequestID)
		}
		if code == "" {
			code = inner.Code
		}
	}
	return code, text
}

// messageText takes a message as a string or as {"lang":…,"value":…}.
func messageText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var o struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &o) == nil {
		return o.Value
	}
	return ""
}

func kindOf(status int, code string) fact.ErrorKind {
	switch {
	case status == http.StatusUnauthorized:
		return fact.NotSignedIn
	case status == http.StatusForbidden:
		return fact.NoRight
	case status == http.StatusNotFound:
		return fact.NotFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed,
		strings.HasSuffix(code, "_Duplicate"):
		return fact.Conflict
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return fact.TimedOut
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return fact.Unreachable
	}
	return fact.Refused
}

// isNotFound says that the object asked for is not there, or not there yet.
func isNotFound(err error) bool {
	e, ok := errors.AsType[*fact.Error](err)
	return ok && e.Kind == fact.NotFound
}

// unsupported is the refusal to do what Microsoft does not support.
func unsupported(op, format string, args ...any) error {
	return &fact.Error{Kind: fact.Unsupported, System: entraSystem, Op: op, Text: fmt.Sprintf(format, args...)}
}

// codeOf is the system's code of a refusal, empty for other errors.
func codeOf(err error) string {
	if e, ok := errors.AsType[*fact.Error](err); ok {
		return e.Code
	}
	return ""
}
