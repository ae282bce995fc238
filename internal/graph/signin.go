// Package graph reads and changes the tenant: sign-in, Microsoft Graph, and
// the way in from outside through application proxy. Reading and changing are
// different types.
package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/pkg/browser"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	entraSystem = "Entra"
	// defaultClientID is Microsoft Graph Command Line Tools, a public client
	// that every tenant knows.
	defaultClientID = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
	// signInPatience bounds one sign-in, as long as a device code lives.
	signInPatience = 15 * time.Minute
)

// The ways to sign in, as the site names them.
const (
	ByBrowser    = "browser"
	ByDeviceCode = "device-code"
	ByAzureCLI   = "azure-cli"
	// ByCertificate and BySecret sign in as an application: for reading, where
	// Graph documents that.
	ByCertificate = "certificate"
	BySecret      = "secret"
)

// secretName is what the application's secret is asked for as.
const secretName = "SENSEGATE_ENTRA_SECRET"

// Prompt shows a person what to do to sign in: message is Entra's own
// sentence, url and code are what it says to open and type. For a browser
// sign-in both are empty. It must not block.
type Prompt func(ctx context.Context, message, url, code string) error

// SignInOptions says how a person can be asked.
type SignInOptions struct {
	// Prompt is needed for device codes.
	Prompt Prompt
	// Headless says that no browser can be opened; it decides where the site
	// does not say how to sign in.
	Headless bool
	// Secret finds a secret by the name of its variable; only the sign-in by
	// secret asks.
	Secret func(name string) (string, bool)
	// Folder is where it is noted who signed in, should the site want that
	// remembered. It holds no secret.
	Folder string
	// Keyring keeps tokens from one run to the next; the system's when nil. It
	// is opened only for a site that wants it.
	Keyring func() (azidentity.Cache, error)
}

// mode is how the site wants to sign in.
func (o SignInOptions) mode(s site.Site) string {
	switch {
	case s.Entra.SignIn != "":
		return s.Entra.SignIn
	case o.Headless:
		return ByDeviceCode
	}
	return ByBrowser
}

// asker is a credential that can ask a person.
type asker interface {
	azcore.TokenCredential
	Authenticate(ctx context.Context, opts *policy.TokenRequestOptions) (azidentity.AuthenticationRecord, error)
}

// credential signs in once and keeps the token in memory, or where the site
// wants it in the system's keyring. A sign-in outlives
// the caller that began it: a person needs longer than a check may take, and
// the next caller finds the token.
type credential struct {
	silent azcore.TokenCredential
	ask    asker // nil when nobody is asked
	prompt Prompt
	byCode bool
	memory memory
	ear    *listener

	life   context.Context //nolint:containedctx // ends with close, not with a caller
	end    context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex
	flight map[string]*flight
}

// flight is one request for a token that callers wait for together.
type flight struct {
	done  chan struct{}
	token azcore.AccessToken
	err   error
}

// newCredential makes the credential for mode. Nothing is sent until a token
// is asked for.
func newCredential(s site.Site, d *netprobe.Dialer, o SignInOptions, mode, loginHint string) (*credential, error) {
	c := &credential{prompt: o.Prompt, flight: map[string]*flight{}, memory: remember(s, o, mode, loginHint)}
	plain := d.HTTPClient(netprobe.ClientOptions{Follow: true})
	c.ear = &listener{next: plain.Transport}
	plain.Transport = c.ear
	client := azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: authority(s)},
		Transport: plain,
		Retry:     patient(),
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}
	clientID := s.Entra.ClientID
	if clientID == "" {
		clientID = defaultClientID
	}
	var err error
	switch mode {
	case ByDeviceCode:
		c.byCode = true
		c.ask, err = azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: client, ClientID: clientID, TenantID: s.Entra.Tenant,
			DisableInstanceDiscovery: s.Entra.DisableInstanceDiscovery, DisableAutomaticAuthentication: true,
			UserPrompt: c.showCode, Cache: c.memory.cache, AuthenticationRecord: c.memory.record,
		})
	case ByBrowser:
		quietBrowser()
		c.ask, err = azidentity.NewInteractiveBrowserCredential(&azidentity.InteractiveBrowserCredentialOptions{
			ClientOptions: client, ClientID: clientID, TenantID: s.Entra.Tenant, LoginHint: loginHint,
			DisableInstanceDiscovery: s.Entra.DisableInstanceDiscovery, DisableAutomaticAuthentication: true,
			Cache: c.memory.cache, AuthenticationRecord: c.memory.record,
		})
	case ByAzureCLI:
		c.silent, err = azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: s.Entra.Tenant})
	case ByCertificate, BySecret:
		c.silent, err = asApplication(s, o, client, mode)
	default:
		return nil, fmt.Errorf("signing in: %q is not one of %s, %s, %s, %s, %s", mode, ByBrowser, ByDeviceCode, ByAzureCLI, ByCertificate, BySecret)
	}
	if err != nil {
		return nil, fmt.Errorf("preparing the sign-in: %w", err)
	}
	if c.ask != nil {
		c.silent = c.ask
	}
	c.life, c.end = context.WithCancel(context.Background())
	return c, nil
}

// close ends a sign-in that is still under way.
func (c *credential) close() {
	c.mu.Lock() // no flight may begin between the end and the wait
	c.end()
	c.mu.Unlock()
	c.work.Wait()
}

// GetToken implements azcore.TokenCredential. Callers that want the same
// scopes share one sign-in; each waits no longer than its own context.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	key := strings.Join(o.Scopes, " ")
	c.mu.Lock()
	f := c.flight[key]
	if f == nil {
		if c.life.Err() != nil {
			c.mu.Unlock()
			return azcore.AccessToken{}, signInError(context.Canceled)
		}
		f = &flight{done: make(chan struct{})}
		c.flight[key] = f
		c.work.Go(func() { c.fly(key, f, o) }) //nolint:contextcheck // it outlives its caller on purpose
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return azcore.AccessToken{}, netprobe.Classify(entraSystem, "waiting for the sign-in", ctx.Err())
	}
}

func (c *credential) fly(key string, f *flight, o policy.TokenRequestOptions) {
	ctx, cancel := context.WithTimeout(c.life, signInPatience)
	defer cancel()
	f.token, f.err = c.token(ctx, o)
	c.mu.Lock()
	delete(c.flight, key)
	c.mu.Unlock()
	close(f.done)
}

func (c *credential) token(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.silent.GetToken(ctx, o)
	var needed *azidentity.AuthenticationRequiredError
	if err == nil || c.ask == nil || !errors.As(err, &needed) {
		return token, c.ear.explain(err)
	}
	c.ear.heard() // what was refused on the way here is why a person is asked
	if err := c.announce(ctx); err != nil {
		return azcore.AccessToken{}, err
	}
	who, err := c.ask.Authenticate(ctx, &o)
	if err != nil {
		return azcore.AccessToken{}, c.ear.explain(err)
	}
	_ = c.memory.keep(who) // whoever is signed in is not turned away for that
	token, err = c.ask.GetToken(ctx, o)
	return token, c.ear.explain(err)
}

// announce prepares the person for the browser window; a device code is shown
// when Entra has issued it.
func (c *credential) announce(ctx context.Context) error {
	switch {
	case c.prompt == nil && c.byCode:
		return &fact.Error{
			Kind: fact.NotSignedIn, System: entraSystem, Op: "signing in", Code: "interaction_required",
			Text: "a device code would have to be shown, and there is nobody to show it to",
		}
	case c.prompt == nil || c.byCode:
		return nil
	}
	if err := c.prompt(ctx, c.memory.tell("Sign in in the browser window that opens."), "", ""); err != nil {
		return fmt.Errorf("announcing the sign-in: %w", err)
	}
	return nil
}

func (c *credential) showCode(ctx context.Context, m azidentity.DeviceCodeMessage) error {
	if c.prompt == nil {
		return nil
	}
	return c.prompt(ctx, c.memory.tell(netprobe.Clean(m.Message)), netprobe.Clean(m.VerificationURL), netprobe.Clean(m.UserCode))
}

// authority is the sign-in host with the slash that the library wants.
func authority(s site.Site) string {
	return s.LoginURL()
}

// quietBrowser keeps the opener's chatter off the terminal: it writes there
// while the wizard owns the screen.
var quietBrowser = sync.OnceFunc(func() {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
})

// patient repeats what a busy service asks to repeat, as long as the caller's
// deadline leaves room for the wait.
func patient() policy.RetryOptions {
	return policy.RetryOptions{
		MaxRetries: 3, RetryDelay: 400 * time.Millisecond, MaxRetryDelay: time.Minute,
		ShouldRetry: func(r *http.Response, err error) bool {
			if err != nil {
				return false
			}
			switch r.StatusCode {
			case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
				return roomFor(r)
			}
			return false
		},
	}
}
