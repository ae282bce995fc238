package graph

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"sensegate/internal/fact"
)

// once keeps the pipeline from repeating a request that may have been carried
// out; an answer that says it was not even looked at may be repeated.
func once(ctx context.Context) context.Context {
	o := patient()
	o.ShouldRetry = func(r *http.Response, err error) bool {
		return err == nil && r.StatusCode == http.StatusTooManyRequests && roomFor(r)
	}
	return policy.WithRetryOptions(ctx, o)
}

// patch writes, and repeats while the object is not on every replica.
func (w *Writer) patch(ctx context.Context, op, path string, body any) error {
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		err := w.conn.send(ctx, http.MethodPatch, op, path, body, nil)
		return err == nil, err
	})
}

// userRole is the role that ordinary users get: the template's, one called
// User, any enabled one for users, and the nameless default last.
func userRole(roles []appRole) string {
	fallback := "00000000-0000-0000-0000-000000000000"
	named := ""
	for _, r := range roles {
		if !r.Enabled || len(r.Members) > 0 && !containsFold(r.Members, "User") {
			continue
		}
		switch {
		case strings.EqualFold(r.ID, roleUser):
			return r.ID
		case strings.EqualFold(r.Name, "User"):
			named = r.ID
		case strings.Trim(fallback, "0-") == "":
			fallback = r.ID
		}
	}
	if named != "" {
		return named
	}
	return fallback
}

// alreadyAssigned recognises the refusal of a second assignment.
func alreadyAssigned(err error) bool {
	var e *fact.Error
	return errors.As(err, &e) && (e.Kind == fact.Refused || e.Kind == fact.Conflict) &&
		strings.Contains(strings.ToLower(e.Text), "already exist")
}
