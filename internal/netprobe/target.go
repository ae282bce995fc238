package netprobe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"sensegate/internal/fact"
)

// Target asks /qps/user whether the proxy would come back to target after a
// login: only then does the answer hold a login address.
func (f *Front) Target(ctx context.Context, internalURL, prefix, target string) (fact.TargetVerdict, error) {
	op := "asking whether " + Clean(target) + " is accepted"
	base, err := baseOf(internalURL)
	if err != nil {
		return fact.TargetVerdict{}, fmt.Errorf("%s: %w", op, err)
	}
	u := under(base, prefix, "qps/user")
	u.RawQuery = url.Values{"targetUri": {target}}.Encode()
	page, err := Get(ctx, f.client(), u.String(), nil)
	if err != nil {
		return fact.TargetVerdict{}, Classify(frontSystem, op, err)
	}
	if page.Status != http.StatusOK {
		return fact.TargetVerdict{}, refusal(op, page)
	}
	user, err := ParseUser(page.Body)
	if err != nil {
		return fact.TargetVerdict{}, &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: op, Code: "200", Text: PageText(page), Err: err}
	}
	verdict := fact.TargetVerdict{Session: user.Session, LoginURI: CleanURL(user.LoginURI)}
	if user.ID != "" {
		verdict.Session = user.Directory + `\` + user.ID
	}
	return verdict, nil
}

// HostKnown asks the proxy under another name, as a connector does that passes
// the external host on, and tells whether it is served.
func (f *Front) HostKnown(ctx context.Context, internalURL, prefix, host string) (bool, error) {
	op := "calling the proxy " + Clean(host)
	base, err := baseOf(internalURL)
	if err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	ctx, cancel := Patient(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, under(base, prefix, "qps/user").String(), http.NoBody)
	if err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	req.Host = host
	req.Header.Set("User-Agent", BrowserUA)
	resp, err := f.client().Do(req)
	if err != nil {
		return false, Classify(frontSystem, op, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body := readSome(resp.Body)
	return !hostRefused(Page{Status: resp.StatusCode, Header: resp.Header, Body: body}), nil
}

// User is the answer of /qps/user.
type User struct {
	Directory string `json:"userDirectory"`
	ID        string `json:"userId"`
	Session   string `json:"session"` // inactive without a session
	LoginURI  string `json:"loginUri"`
}

// ParseUser reads the answer of /qps/user.
func ParseUser(body []byte) (User, error) {
	var u User
	if err := json.Unmarshal(body, &u); err != nil {
		return User{}, fmt.Errorf("reading the answer of /qps/user: %w", err)
	}
	if u.ID == "" && u.Session == "" && u.LoginURI == "" {
		return User{}, errors.New("reading the answer of /qps/user: it names neither a user nor a session")
	}
	u.Directory, u.ID, u.Session = Clean(u.Directory), Clean(u.ID), Clean(u.Session)
	return u, nil
}
