package graph

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// asApplication makes the credential of an application without a person.
func asApplication(s site.Site, o SignInOptions, client azcore.ClientOptions, mode string) (azcore.TokenCredential, error) {
	if s.Entra.ClientID == "" {
		return nil, errors.New("entra.client_id names no application to sign in as")
	}
	if mode == BySecret {
		secret := ""
		if o.Secret != nil {
			secret, _ = o.Secret(secretName)
		}
		if secret == "" {
			return nil, errors.New("there is no secret in " + secretName)
		}
		return azidentity.NewClientSecretCredential(s.Entra.Tenant, s.Entra.ClientID, secret, &azidentity.ClientSecretCredentialOptions{ //nolint:wrapcheck // the caller says what it was doing
			ClientOptions: client, DisableInstanceDiscovery: s.Entra.DisableInstanceDiscovery,
		})
	}
	raw, err := os.ReadFile(s.Entra.Certificate)
	if err != nil {
		return nil, fmt.Errorf("reading the application's certificate: %w", err)
	}
	certs, key, err := azidentity.ParseCertificates(raw, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the application's certificate %s: %w", s.Entra.Certificate, err)
	}
	return azidentity.NewClientCertificateCredential(s.Entra.Tenant, s.Entra.ClientID, certs, key, &azidentity.ClientCertificateCredentialOptions{ //nolint:wrapcheck // the caller says what it was doing
		ClientOptions: client, DisableInstanceDiscovery: s.Entra.DisableInstanceDiscovery,
	})
}

// personless says that the client signs in as an application.
func (c *Client) personless() bool {
	return c.site.Entra.SignIn == ByCertificate || c.site.Entra.SignIn == BySecret
}

// person refuses what Graph documents for people only, before it is asked.
func (c *Client) person(op string) error {
	if !c.personless() {
		return nil
	}
	return unsupported(op, "Microsoft documents this call for people only, and an application is signed in; sign in as an Application Administrator (entra.sign_in: browser or device-code)")
}

// describe completes what is known of an application; its connector group is
// for people only.
func (c *Client) describe(ctx context.Context, a application) (fact.PublishedApp, error) {
	if !c.personless() || a.Publishing == nil {
		return c.read.describe(ctx, a)
	}
	published := *a.Publishing
	a.Publishing = nil
	out, err := c.read.describe(ctx, a)
	if err != nil {
		return fact.PublishedApp{}, err
	}
	a.Publishing = &published
	whole := a.fact()
	whole.ServicePrincipalID, whole.AssignmentRequired, whole.HiddenFromUsers = out.ServicePrincipalID, out.AssignmentRequired, out.HiddenFromUsers
	whole.Tags, whole.AssignedPrincipalIDs = out.Tags, out.AssignedPrincipalIDs
	return whole, nil
}
