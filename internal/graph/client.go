package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	// maxAnswer bounds one page of Graph.
	maxAnswer = 8 << 20
	// maxPages bounds a list: a service that links its pages in a circle must
	// not keep us for ever.
	maxPages = 500
)

// Client asks Microsoft Graph as the administrator who signs in. It reads
// only; see Writer.
type Client struct {
	site site.Site
	cred *credential
	http *http.Client
	read connection
}

// connection is one way to Graph: a set of scopes over the shared credential.
type connection struct {
	base     string
	pipeline runtime.Pipeline
}

// NewClient prepares a Client; nobody is asked to sign in before the first
// question.
func NewClient(s site.Site, d *netprobe.Dialer, o SignInOptions) (*Client, error) {
	cred, err := newCredential(s, d, o, o.mode(s), "")
	if err != nil {
		return nil, err
	}
	c := &Client{site: s, cred: cred, http: d.HTTPClient(netprobe.ClientOptions{KeepAlive: true, MaxBody: maxAnswer})}
	c.read = c.connect("Directory.Read.All")
	return c, nil
}

// Close ends a sign-in under way and the idle connections.
func (c *Client) Close() {
	c.cred.close()
	c.http.CloseIdleConnections()
}

// SignIn asks the person to sign in now, if that has not happened yet.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: c.scopes("Directory.Read.All")})
	return err
}

// connect makes a connection that asks for permissions.
func (c *Client) connect(permissions ...string) connection {
	return connection{
		base: c.endpoint(),
		pipeline: runtime.NewPipeline("sensegate", "v1", runtime.PipelineOptions{
			PerCall: []policy.Policy{bearer{cred: c.cred, scopes: c.scopes(permissions...)}},
		}, &policy.ClientOptions{
			Retry: patient(), Transport: c.http, Telemetry: policy.TelemetryOptions{Disabled: true},
		}),
	}
}

// scopes names permissions in full. An application that the tenant registered
// for this has been given its permissions there, as Azure's command line has:
// asking those two for single ones would ask for consent again.
func (c *Client) scopes(permissions ...string) []string {
	if c.site.Entra.SignIn == ByAzureCLI || c.site.Entra.ClientID != "" || c.personless() {
		return []string{c.endpoint() + "/.default"}
	}
	out := make([]string, 0, len(permissions))
	for _, p := range permissions {
		out = append(out, c.endpoint()+"/"+p)
	}
	return out
}

func (c *Client) endpoint() string { return c.site.GraphURL() }

// bearer puts the token on a request. The SDK's own policy lets callers queue
// behind one sign-in without looking at their deadlines.
type bearer struct {
	cred   *credential
	scopes []string
}

// Do implements policy.Policy.
func (b bearer) Do(r *policy.Request) (*http.Response, error) {
	if r.Raw().URL.Scheme != "https" {
		return nil, fmt.Errorf("asking Graph: %s is not an https address", r.Raw().URL.Redacted())
	}
	token, err := b.cred.GetToken(r.Raw().Context(), policy.TokenRequestOptions{Scopes: b.scopes})
	if err != nil {
		return nil, err
	}
	r.Raw().Header.Set("Authorization", "Bearer "+token.Token)
	return r.Next() //nolint:wrapcheck // a link of a chain hands on what it is given
}

// get reads path into out. A nil error means a 2xx answer that was understood.
func (n connection) get(ctx context.Context, op, path string, query url.Values, out any) error {
	if len(query) > 0 {
		// Graph takes a plus for a plus, not for a blank.
		path += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return n.do(ctx, http.MethodGet, op, n.base+path, nil, out)
}

// send makes a request with a JSON body, and reads the answer into out unless
// that is nil.
func (n connection) send(ctx context.Context, method, op, path string, body, out any) error {
	return n.do(ctx, method, op, n.base+path, body, out)
}

func (n connection) do(ctx context.Context, method, op, address string, body, out any) error {
	ctx, cancel := netprobe.Patient(ctx)
	defer cancel()
	req, err := runtime.NewRequest(ctx, method, address)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	req.Raw().Header.Set("Accept", "application/json")
	req.Raw().Header.Set("Client-Request-Id", newRequestID())
	if body != nil {
		if err := runtime.MarshalAsJSON(req, body); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	resp, err := n.pipeline.Do(req)
	if err != nil {
		return netprobe.Classify(graphSystem, op, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return answerError(op, resp)
	}
	raw, err := runtime.Payload(resp)
	if err != nil {
		return netprobe.Classify(graphSystem, op, err)
	}
	if out == nil || len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s: reading Graph's answer: %w", op, err)
	}
	return nil
}

// list reads every page of a collection.
func list[T any](ctx context.Context, n connection, op, path string, query url.Values) ([]T, error) {
	var all []T
	var page struct {
		Value []T    `json:"value"`
		Next  string `json:"@odata.nextLink"`
	}
	err := n.get(ctx, op, path, query, &page)
	for pages := 1; ; pages++ {
		if err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if page.Next == "" {
			return all, nil
		}
		// The token must not follow a link to somewhere else.
		if !strings.HasPrefix(page.Next, n.base+"/") {
			return nil, fmt.Errorf("%s: the next page is at %s, which is not Graph", op, netprobe.Clean(page.Next))
		}
		if pages == maxPages {
			return nil, fmt.Errorf("%s: more than %d pages", op, maxPages)
		}
		next := page.Next
		page.Value, page.Next = nil, ""
		err = n.do(ctx, http.MethodGet, op, next, nil, &page)
	}
}
