package graph_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	azurecloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
)

// TestSessionOfAzuresCommandLine takes the token that `az` hands out, for the
// tenant and Graph of the site, and says so when nobody is signed in there.
func TestSessionOfAzuresCommandLine(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script in the place of az needs a shell of Unix")
	}
	w := newWorld(t)
	folder := t.TempDir()
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	az := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, "az"), []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	w.site.Entra.SignIn = graph.ByAzureCLI

	az("echo 'Please run az login to setup account.' >&2; exit 1\n")
	_, err := w.client(t, graph.SignInOptions{}).Organization(t.Context())
	if err == nil || !strings.Contains(err.Error(), "az login") {
		t.Errorf("Organization() error = %v, want it to say az login", err)
	}

	token := tokenOf(t, w)
	answer, err := json.Marshal(map[string]any{"accessToken": token, "expires_on": time.Now().Add(time.Hour).Unix(), "tokenType": "Bearer", "tenant": contoso.TenantID})
	if err != nil {
		t.Fatal(err)
	}
	az(`echo "$@" > "` + filepath.Join(folder, "asked") + `"; cat <<'END'` + "\n" + string(answer) + "\nEND\n")
	org, err := w.client(t, graph.SignInOptions{}).Organization(t.Context())
	if err != nil || org.ID != contoso.TenantID {
		t.Fatalf("Organization() = %+v, %v", org, err)
	}
	asked, err := os.ReadFile(filepath.Join(folder, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"account get-access-token", "https://" + contoso.GraphHost, contoso.TenantID} {
		if !strings.Contains(string(asked), want) {
			t.Errorf("az was asked %q, want %q in it", asked, want)
		}
	}
}

// tokenOf signs in to the practice tenant by another way, to have a token.
func tokenOf(t *testing.T, w *world) string {
	t.Helper()
	client := w.dialer(t)
	cred, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: cloudOf(w, client), ClientID: contoso.ClientID, TenantID: contoso.TenantID, DisableInstanceDiscovery: true,
		UserPrompt: func(context.Context, azidentity.DeviceCodeMessage) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://" + contoso.GraphHost + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	return token.Token
}

// cloudOf reaches the practice tenant's sign-in host.
func cloudOf(w *world, d *netprobe.Dialer) policy.ClientOptions {
	return policy.ClientOptions{
		Cloud:     azurecloud.Configuration{ActiveDirectoryAuthorityHost: w.site.LoginURL()},
		Transport: d.HTTPClient(netprobe.ClientOptions{Follow: true}),
	}
}
