package entra

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// maxBatch is how many requests Graph takes in one.
const maxBatch = 20

type batchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

// isBatch says whether the path below the version is that of a batch.
func isBatch(path string) bool { return strings.EqualFold(strings.Trim(path, "/"), "$batch") }

// batch answers several requests at once. The answers come in an order of their
// own, here the reverse one. The caller holds the mutex.
func (s *Server) batch(r *http.Request, version string, body []byte) (reply, *graphError) {
	var in struct {
		Requests []batchRequest `json:"requests"`
	}
	if r.Method != http.MethodPost || json.Unmarshal(body, &in) != nil || len(in.Requests) == 0 {
		return reply{}, badRequest("Invalid batch payload format.")
	}
	if len(in.Requests) > maxBatch {
		return reply{}, badRequest("Number of batch request steps exceeds the maximum value of %d.", maxBatch)
	}
	seen := map[string]bool{}
	out := make([]batchResponse, 0, len(in.Requests))
	for _, q := range slices.Backward(in.Requests) {
		if q.ID == "" || seen[q.ID] || !strings.HasPrefix(q.URL, "/") || isBatch(q.URL) {
			return reply{}, badRequest("Invalid batch payload format.")
		}
		seen[q.ID] = true
		answer, ge := s.batched(r, version, q)
		if ge != nil {
			return reply{}, ge
		}
		out = append(out, answer)
	}
	return ok(record{"responses": out})
}

// batched answers one of them.
func (s *Server) batched(r *http.Request, version string, q batchRequest) (batchResponse, *graphError) {
	inner, err := http.NewRequestWithContext(r.Context(), q.Method, graphAudience+"/"+version+q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return batchResponse{}, badRequest("Invalid batch payload format.")
	}
	for k, v := range q.Headers {
		inner.Header.Set(k, v)
	}
	inner.Header.Set("Authorization", r.Header.Get("Authorization"))
	out := batchResponse{ID: q.ID, Headers: map[string]string{"Content-Type": "application/json"}}
	var rep reply
	var ge *graphError
	if s.state.ThrottleBatched > 0 {
		s.state.ThrottleBatched--
		ge = throttled(s.state.RetryAfter)
	} else {
		rep, ge = s.graphCall(inner, q.Body)
	}
	if ge != nil {
		out.Status, out.Body = ge.status, s.errorBody(ge, r.Header.Get("Client-Request-Id"), r.Header.Get("Client-Request-Id"))
		if ge.status == http.StatusTooManyRequests {
			out.Headers["Retry-After"] = "1"
		}
		return out, nil
	}
	// Encoded now: what it points to may change with the next one.
	raw, err := json.Marshal(rep.body)
	if err != nil {
		return batchResponse{}, refused(http.StatusInternalServerError, "InternalServerError", "%v", err)
	}
	out.Status = rep.status
	if rep.body != nil {
		out.Body = json.RawMessage(raw)
	}
	return out, nil
}
