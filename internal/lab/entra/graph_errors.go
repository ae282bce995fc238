package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sensegate/internal/lab/contoso"
)

const proxySuffix = contoso.ProxySuffix

// graphError is a refusal of Graph.
type graphError struct {
	status        int
	code, message string
	retryAfter    int
}

func refused(status int, code, format string, args ...any) *graphError {
	return &graphError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *graphError {
	return refused(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func unsupportedQuery(format string, args ...any) *graphError {
	return refused(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

func notFound(id string) *graphError {
	return refused(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

func denied() *graphError {
	return refused(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func unauthenticated(message string) *graphError {
	return refused(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
}

func throttled(seconds int) *graphError {
	e := refused(http.StatusTooManyRequests, "Request_ThrottledTemporarily",
		"Your request is throttled temporarily. Please try after the recommended time.")
	e.retryAfter = seconds
	return e
}

func notPublished() *graphError {
	return refused(http.StatusNotFound, "Application_NotFound",
		"The application was not found or OnPremisesPublishing is not enabled for this tenant.")
}

func readBody(r *http.Request) ([]byte, *graphError) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest("The request body cannot be read.")
	}
	if len(body) == 0 {
		return nil, nil
	}
	if ct := r.Header.Get("Content-Type"); !strings.HasPrefix(strings.ToLower(ct), "application/json") {
		return nil, refused(http.StatusUnsupportedMediaType, "RequestBodyRead", "The content type '%s' is not supported; use application/json.", ct)
	}
	return body, nil
}

// decode reads the request body into v. Properties v does not have are
// refused by name, as are values of the wrong type.
func (c *call) decode(v any) *graphError {
	if len(c.body) == 0 {
		return badRequest("Empty Payload. JSON content expected.")
	}
	dec := json.NewDecoder(strings.NewReader(string(c.body)))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("more than one value")
	}
	if err == nil {
		return nil
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badRequest("A value of the wrong type was given for the property '%s'.", wrongType.Field)
	}
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return badRequest("Invalid property '%s'.", strings.Trim(name, `"`))
	}
	return badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}
