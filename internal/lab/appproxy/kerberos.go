package appproxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// replayLimit is how much of a request's body is kept for a second attempt.
const replayLimit = 1 << 20

// kerberos says whether the user's ticket goes with the request.
func (t *trip) kerberos() bool {
	return t.app.Preauth && t.app.SSOMode == "onPremisesKerberos"
}

// withTicket sends the request with a ticket where the session has not shown
// one yet, and once more when the application asks for one.
func (t *trip) withTicket(r *http.Request) (*http.Response, error) {
	replay, err := rewindable(r)
	if err != nil {
		return nil, err
	}
	r.Header.Del("Authorization")
	if t.sess.needsTicket(t.machine) {
		return t.present(r)
	}
	res, err := t.send(r)
	if err != nil || res.StatusCode != http.StatusUnauthorized || !offersNegotiate(res.Header) || !replay() {
		return res, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, fmt.Errorf("leaving the challenge: %w", err)
	}
	return t.present(r)
}

// present obtains a ticket and sends the request with it.
func (t *trip) present(r *http.Request) (*http.Response, error) {
	who, err := t.identity()
	if err != nil {
		t.sess.unprime(t.machine)
		return nil, err
	}
	if t.app.SPN == "" {
		t.sess.unprime(t.machine)
		t.event(13020, who, "The connector cannot retrieve a Kerberos ticket on behalf of the user because the backend server SPN is not defined.")
		return nil, &ticketError{err: errors.New("the application has no service principal name")}
	}
	header, err := t.server.opts.Tickets.Authorization(r.Context(), t.machine, who, t.app.SPN, t.state.SPNEGO[t.machine])
	if err != nil {
		t.sess.unprime(t.machine)
		id, gist := 13019, "The connector cannot retrieve a Kerberos ticket on behalf of the user because of the following general API error: "
		if errors.Is(err, ErrNoAccount) {
			id, gist = 12027, "The connector encountered an unexpected error while processing the request: the name provided is not a properly formed account name. "
		}
		t.event(id, who, gist+err.Error())
		return nil, &ticketError{err: err}
	}
	r.Header.Set("Authorization", header)
	res, err := t.send(r)
	if err != nil {
		t.sess.unprime(t.machine)
		return nil, err
	}
	// The ticket's answer is the connector's to read, not the visitor's.
	if res.StatusCode == http.StatusUnauthorized {
		t.sess.unprime(t.machine)
		t.event(13022, who, "The backend server responded to the Kerberos authentication attempt with an HTTP 401 error.")
		if err := res.Body.Close(); err != nil {
			return nil, fmt.Errorf("leaving the refusal: %w", err)
		}
		return nil, &refusedError{}
	}
	res.Header.Del("WWW-Authenticate")
	return res, nil
}

// identity is the delegated login identity, as the application maps it.
func (t *trip) identity() (string, error) {
	u := t.sess.user
	local := func(upn string) string {
		name, _, _ := strings.Cut(upn, "@")
		return name
	}
	var name string
	switch t.app.Mapping {
	case "userPrincipalName", "":
		name = u.UPN
	case "onPremisesUserPrincipalName":
		name = u.OnPremUPN
	case "userPrincipalUsername":
		name = local(u.UPN)
	case "onPremisesUserPrincipalUsername":
		name = local(u.OnPremUPN)
	case "onPremisesSAMAccountName":
		name = u.OnPremSAM
	}
	if name == "" || u.AppOnly {
		t.event(13016, u.UPN, "The connector cannot retrieve a Kerberos ticket on behalf of the user because there is no user principal name in the edge token or in the access cookie.")
		return "", &identityError{mapping: t.app.Mapping}
	}
	return name, nil
}

func (t *trip) event(id int, user, text string) {
	t.server.opts.Record(Event{
		ID: id, Time: t.tx.at, Machine: t.machine, Transaction: t.tx.id,
		User: user, SPN: t.app.SPN, Text: text,
	})
}

type ticketError struct{ err error }

func (e *ticketError) Error() string { return "obtaining the user's ticket: " + e.err.Error() }
func (e *ticketError) Unwrap() error { return e.err }

type identityError struct{ mapping string }

func (e *identityError) Error() string { return "the user has no " + e.mapping }

type refusedError struct{}

func (*refusedError) Error() string { return "the application refused the ticket" }

// rewindable keeps the request's body so that it can be sent twice; the
// returned function rewinds it and says whether that was possible.
func rewindable(r *http.Request) (func() bool, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return func() bool { return true }, nil
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, replayLimit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	if len(head) > replayLimit {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		return func() bool { return false }, nil
	}
	rewind := func() bool {
		r.Body = io.NopCloser(bytes.NewReader(head))
		return true
	}
	rewind()
	return rewind, nil
}

func offersNegotiate(h http.Header) bool {
	for _, v := range h.Values("WWW-Authenticate") {
		for part := range strings.SplitSeq(v, ",") {
			scheme, _, _ := strings.Cut(strings.TrimSpace(part), " ")
			if strings.EqualFold(scheme, "Negotiate") {
				return true
			}
		}
	}
	return false
}
