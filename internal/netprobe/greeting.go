package netprobe

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// silence is how long the greeting is waited for before we speak first: some
// engines greet only after the client's first message.
const silence = 1500 * time.Millisecond

// slow is a round trip that is worth asking again for.
const slow = time.Second

// greet goes through the greeting and the first calls, noting what it learns.
func (c *conversation) greet(ctx context.Context, probe *fact.SocketProbe) error {
	err := c.greeting(ctx, probe)
	if err == nil && !probe.MustAuthenticate && probe.EngineVersion == "" && probe.Topic == "" && !badState(probe.Session) {
		err = c.introduce(ctx, probe)
	}
	var refused *callError
	switch {
	case errors.Is(err, errClosed):
		noteEnd(c.end, probe)
		return nil
	case errors.Is(err, errTurnedAway):
		return nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		// The way is open and nothing comes along it.
		probe.Silent = true
		return nil
	case errors.As(err, &refused):
		return &fact.Error{
			Kind: fact.Refused, System: engineSystem, Op: "asking for the engine's version",
			Code: strconv.Itoa(refused.code), Text: refused.text,
		}
	}
	return err
}

// greeting waits until the engine has said who it takes us for, or has said
// nothing for a while.
func (c *conversation) greeting(ctx context.Context, probe *fact.SocketProbe) error {
	total := time.NewTimer(c.budget)
	defer total.Stop()
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-total.C:
			return nil
		case <-quiet.C:
			return nil
		case f, ok := <-c.frames:
			if !ok {
				return errClosed
			}
			quiet.Reset(silence)
			if note(f, probe) {
				return nil
			}
		}
	}
}

// note takes a push into the probe and says whether the greeting is over.
func note(f frame, probe *fact.SocketProbe) (over bool) {
	var p struct {
		MustAuthenticate bool   `json:"mustAuthenticate"`
		State            string `json:"qSessionState"`
		Severity         string `json:"severity"`
	}
	// Params of another shape leave the zero value: the method alone counts.
	_ = json.Unmarshal(f.Params, &p)
	switch f.Method {
	case "":
		return false
	case "OnAuthenticationInformation":
		probe.MustAuthenticate = p.MustAuthenticate
		return p.MustAuthenticate
	case "OnConnected":
		probe.Session = Clean(p.State)
		return true
	}
	if !strings.EqualFold(p.Severity, "fatal") && !turnsAway(f.Method) {
		return false
	}
	probe.Topic = Clean(f.Method)
	return true
}

// turnsAway recognises the pushes after which no answer comes; they do not
// always say that they are fatal.
func turnsAway(method string) bool {
	switch method {
	case "OnMaxParallelSessionsExceeded", "OnLicenseAccessDenied", "OnLicenseAccessDeniedPendingUserSync",
		"OnSessionClosed", "OnSessionLoggedOut", "OnSessionTimedOut":
		return true
	}
	return strings.HasPrefix(method, "On") && (strings.HasSuffix(method, "WebsocketFailed") ||
		strings.HasPrefix(method, "OnNo") && strings.HasSuffix(method, "Available"))
}

// badState recognises the session states that are refusals.
func badState(state string) bool {
	return strings.Contains(state, "_ERROR_") || strings.HasSuffix(state, "_FAILURE")
}

// introduce asks for the engine's version, timing it, and for our own name.
func (c *conversation) introduce(ctx context.Context, probe *fact.SocketProbe) error {
	begun := time.Now()
	version, err := c.version(ctx, probe)
	if err != nil {
		return err
	}
	probe.EngineVersion, probe.RoundTrip = version, time.Since(begun)
	// One slow answer may be an accident, three are the way.
	for again := 0; again < 2 && probe.RoundTrip > slow; again++ {
		begun = time.Now()
		if _, err := c.version(ctx, probe); err != nil {
			return err
		}
		probe.RoundTrip = min(probe.RoundTrip, time.Since(begun))
	}
	var user struct {
		Name string `json:"qReturn"`
	}
	// An engine that does not tell who we are is no failure of the socket.
	if err := c.call(ctx, "GetAuthenticatedUser", &user, probe); err != nil && !errors.As(err, new(*callError)) {
		return err
	}
	probe.User = userName(user.Name)
	return nil
}

func (c *conversation) version(ctx context.Context, probe *fact.SocketProbe) (string, error) {
	var answer struct {
		Version struct {
			Component string `json:"qComponentVersion"`
		} `json:"qVersion"`
	}
	if err := c.call(ctx, "EngineVersion", &answer, probe); err != nil {
		return "", err
	}
	if answer.Version.Component == "" {
		return "unknown", nil
	}
	return Clean(answer.Version.Component), nil
}

// watch leaves the socket silent for d, then asks once more.
func (c *conversation) watch(ctx context.Context, d time.Duration, probe *fact.SocketProbe) error {
	begun := time.Now()
	timer := time.NewTimer(d)
	defer timer.Stop()
	defer func() { probe.Idle = time.Since(begun) }()
	for watching := true; watching; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			watching = false
		case f, ok := <-c.frames:
			if !ok {
				noteEnd(c.end, probe)
				return nil
			}
			note(f, probe)
		}
	}
	_, err := c.version(ctx, probe)
	switch {
	case err == nil:
		probe.IdleSurvived = true
	case errors.Is(err, errClosed):
		noteEnd(c.end, probe)
	case errors.Is(err, errTurnedAway):
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		// A box in between dropped the connection without telling anybody.
		probe.Body = "no answer after the silence"
	default:
		return err
	}
	return nil
}

// userName turns the engine's "UserDirectory=CONTOSO; UserId=ann" into
// CONTOSO\ann; any other form is kept.
func userName(s string) string {
	var directory, id string
	for part := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "userdirectory":
			directory = value
		case "userid":
			id = value
		}
	}
	if directory == "" || id == "" {
		return Clean(s)
	}
	return Clean(directory + `\` + id)
}
