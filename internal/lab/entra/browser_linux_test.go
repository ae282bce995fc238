package entra_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"sensegate/internal/lab/contoso"
)

// browserMailbox names the variable with the address that a started browser
// hands its URL to.
const browserMailbox = "ENTRA_TEST_BROWSER"

// browserRequested makes the test binary a browser when it is started as
// xdg-open: all it does is hand over the URL it was to open.
func browserRequested() bool {
	if filepath.Base(os.Args[0]) != "xdg-open" || len(os.Args) < 2 {
		return false
	}
	conn, err := net.Dial("tcp", os.Getenv(browserMailbox))
	if err != nil {
		os.Exit(1)
	}
	_, err = io.WriteString(conn, os.Args[len(os.Args)-1])
	if cerr := conn.Close(); err != nil || cerr != nil {
		os.Exit(1)
	}
	return true
}

func TestInteractiveBrowserCredential(t *testing.T) {
	tn := startTenant(t, nil)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "xdg-open")); err != nil {
		t.Fatal(err)
	}
	mailbox, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mailbox.Close() }()
	t.Setenv("PATH", dir)
	t.Setenv(browserMailbox, mailbox.Addr().String())

	cred, err := azidentity.NewInteractiveBrowserCredential(&azidentity.InteractiveBrowserCredentialOptions{
		ClientOptions: tn.azure(), ClientID: contoso.ClientID, TenantID: contoso.TenantID,
		DisableInstanceDiscovery: true, LoginHint: contoso.Admin().UPN,
	})
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		token string
		err   error
	}
	got := make(chan result, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*httpPatience)
	defer cancel()
	go func() {
		tk, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphAll}})
		got <- result{tk.Token, err}
	}()

	conn, err := mailbox.Accept()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if cerr := conn.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	opened, err := url.Parse(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	if mode := opened.Query().Get("response_mode"); mode != "form_post" {
		t.Errorf("response_mode %q", mode)
	}
	b := tn.browser()
	posted := tn.signIn(b, tn.get(b, opened.String()), contoso.Admin())
	// The page posts itself to the credential's own listener.
	done := tn.submit(b, posted, nil)
	if done.status != http.StatusOK {
		t.Errorf("the credential answered its browser %d: %s", done.status, done.text)
	}
	res := <-got
	if res.err != nil {
		t.Fatal(res.err)
	}
	me := tn.call(res.token, "GET", "/v1.0/me", nil).want(t, 200)
	if me.text("userPrincipalName") != contoso.Admin().UPN {
		t.Errorf("signed in as %v", me.body)
	}
}
