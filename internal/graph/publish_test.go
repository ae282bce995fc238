package graph_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
)

func TestPublishJourney(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	writer := graph.NewWriter(c)
	app := publish(t, c)
	user, err := c.User(t.Context(), contoso.TestUser().UPN)
	if err != nil {
		t.Fatal(err)
	}
	want := fact.PublishedApp{
		ObjectID: app.ObjectID, AppID: app.AppID, ServicePrincipalID: app.ServicePrincipalID,
		Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL,
		PreAuthentication: "aadPreAuthentication", GroupID: groupID(t, c), GroupName: contoso.GroupName,
		TranslateHostHeader: true, ValidateBackendCert: true, HTTPOnlyCookie: true, SecureCookie: true,
		BackendTimeout: "default", AssignmentRequired: true,
		RedirectURIs: []string{externalURL}, IdentifierURIs: []string{"api://" + app.AppID}, HomePage: externalURL,
		SSOMode: "none", AssignedPrincipalIDs: []string{user.ID},
		Tags: []string{
			"WindowsAzureActiveDirectoryCustomSingleSignOnApplication", "WindowsAzureActiveDirectoryIntegratedApp",
			"WindowsAzureActiveDirectoryOnPremApp",
		},
	}
	if diff := cmp.Diff(want, app); diff != "" {
		t.Errorf("Publish() mismatch (-want +got):\n%s", diff)
	}
	again := publish(t, c)
	if diff := cmp.Diff(app, again); diff != "" {
		t.Errorf("publishing twice changes (-first +second):\n%s", diff)
	}
	sso := fact.SSOWish{Mode: "onPremisesKerberos", SPN: contoso.SPN, Mapping: "onPremisesUserPrincipalName"}
	if err := writer.SetSSO(t.Context(), app.ObjectID, sso); err != nil {
		t.Fatal(err)
	}
	found, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(found) != 1 {
		t.Fatalf("PublishedApps() = %+v, %v", found, err)
	}
	want.SSOMode, want.SPN, want.Mapping = sso.Mode, sso.SPN, sso.Mapping
	if diff := cmp.Diff(want, found[0]); diff != "" {
		t.Errorf("after SetSSO (-want +got):\n%s", diff)
	}
	if err := writer.SetSSO(t.Context(), app.ObjectID, fact.SSOWish{Mode: "none"}); err != nil {
		t.Fatal(err)
	}
	if err := writer.Unpublish(t.Context(), app.ObjectID); err != nil {
		t.Fatal(err)
	}
	if err := writer.Unpublish(t.Context(), app.ObjectID); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
	found, err = c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(found) != 0 {
		t.Errorf("PublishedApps() = %+v, %v, want none", found, err)
	}
}

func TestPublishedAppsByURLAlone(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	app := publish(t, c)
	tests := []struct {
		name               string
		external, internal string
		appName            string
		want               int
	}{
		{name: "by external URL", external: "https://SENSE-contoso.msappproxy.test", want: 1},
		{name: "by internal URL", internal: "https://sense.contoso.test:443/", want: 1},
		{name: "by name", appName: "qlik sense", want: 1},
		{name: "nothing fits", external: "https://other-contoso.msappproxy.test/", internal: "https://other.contoso.test/", appName: "Other", want: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.PublishedApps(t.Context(), tt.external, tt.internal, tt.appName)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != tt.want || tt.want == 1 && got[0].ObjectID != app.ObjectID {
				t.Errorf("PublishedApps() = %+v, want %d", got, tt.want)
			}
		})
	}
}

func TestPublishRefusesWhatIsNotItsOwn(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	publish(t, c)
	writer := graph.NewWriter(c)
	tests := []struct {
		name string
		wish fact.PublishWish
	}{
		{name: "the internal URL is taken", wish: fact.PublishWish{Name: "Second", ExternalURL: "https://second-contoso.msappproxy.test/", InternalURL: internalURL}},
		{name: "the name is taken", wish: fact.PublishWish{Name: contoso.AppName, ExternalURL: "https://second-contoso.msappproxy.test/", InternalURL: "https://second.contoso.test/"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := writer.Publish(t.Context(), tt.wish); kindOf(err) != fact.Conflict {
				t.Errorf("Publish() error = %v, want a conflict", err)
			}
		})
	}
}

func TestPublishCompletesWhatIsHalfMade(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	writer := graph.NewWriter(c)
	// A wish that the service refuses leaves the application half made.
	_, err := writer.Publish(t.Context(), fact.PublishWish{Name: contoso.AppName, ExternalURL: externalURL, InternalURL: "https://192.0.2.1/"})
	if kindOf(err) != fact.Refused {
		t.Fatalf("Publish() error = %v, want a refusal", err)
	}
	half, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(half) != 1 || !half[0].PublishingNotAvailable {
		t.Fatalf("PublishedApps() = %+v, %v, want one half made", half, err)
	}
	app := publish(t, c)
	if app.ObjectID != half[0].ObjectID || app.PublishingNotAvailable || !slices.Contains(app.RedirectURIs, externalURL) {
		t.Errorf("Publish() = %+v, want %s completed", app, half[0].ObjectID)
	}
}
