package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// batchSize is how many questions Graph takes in one request.
const batchSize = 20

// batched asks many questions of /beta with few requests: get(i) is the path of
// the i-th below the version, and each answer with status 200 is read into out.
// What is not there is left as it is. A question that a batch does not answer
// with 200 or 404 is asked again by itself, where waiting and refusals are
// understood.
func batched[T any](ctx context.Context, n connection, op string, count int, get func(i int) string) ([]T, error) {
	out := make([]T, count)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(abreast)
	for first := 0; first < count; first += batchSize {
		last := min(first+batchSize, count)
		all.Go(func() error { return oneBatch(ctx, n, op, first, last, get, out) })
	}
	if err := all.Wait(); err != nil {
		return nil, err //nolint:wrapcheck // our own, from the calls above
	}
	return out, nil
}

func oneBatch[T any](ctx context.Context, n connection, op string, first, last int, get func(i int) string, out []T) error {
	type question struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		URL    string `json:"url"`
	}
	var answers struct {
		Responses []struct {
			ID     string          `json:"id"`
			Status int             `json:"status"`
			Body   json.RawMessage `json:"body"`
		} `json:"responses"`
	}
	left := map[int]bool{}
	questions := make([]question, 0, last-first)
	for i := first; i < last; i++ {
		left[i] = true
		questions = append(questions, question{ID: strconv.Itoa(i), Method: http.MethodGet, URL: get(i)})
	}
	if last-first > 1 {
		if err := n.send(ctx, http.MethodPost, op, "/beta/$batch", map[string]any{"requests": questions}, &answers); err != nil {
			return err
		}
	}
	for _, a := range answers.Responses {
		i, err := strconv.Atoi(a.ID)
		if err != nil || !left[i] {
			continue
		}
		switch a.Status {
		case http.StatusOK:
			if err := json.Unmarshal(a.Body, &out[i]); err != nil {
				return fmt.Errorf("%s: reading Graph's answer: %w", op, err)
			}
			delete(left, i)
		case http.StatusNotFound:
			delete(left, i)
		}
	}
	for i := range left {
		if err := n.do(ctx, http.MethodGet, op, n.base+"/beta"+get(i), nil, &out[i]); err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}
