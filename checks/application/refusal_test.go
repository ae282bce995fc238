package application_test

import (
	"errors"
	"fmt"
	"testing"

	"sensegate/checks"
	"sensegate/checks/application"
	"sensegate/internal/fact"
)

type refusal struct {
	name   string
	err    fact.Error
	check  checks.ID
	cause  checks.CauseID
	status checks.Status
}

func refusals() []refusal {
	return []refusal{
		{"never readable", fact.Error{Kind: fact.TimedOut, About: fact.NotReadable}, "app.published", "app.not-readable", checks.Unknown},
		{"never shown", fact.Error{Kind: fact.TimedOut, About: fact.NotShown}, "app.published", "app.not-shown", checks.Unknown},
		{"a group never shown", fact.Error{Kind: fact.TimedOut, About: fact.GroupNotShown}, "app.group", "app.group-not-shown", checks.Unknown},
		{"429", fact.Error{Kind: fact.Unreachable, Code: "429"}, "site.entra", "site.entra-busy", checks.Unknown},
		{"429 with words", fact.Error{Kind: fact.Unreachable, Code: "Request_ThrottledTemporarily"}, "site.entra", "site.entra-busy", checks.Unknown},
		{"an internal URL that is taken", fact.Error{Kind: fact.Conflict, Code: "InternalUrl_Duplicate"}, "app.urls", "app.url-orphan", checks.Fail},
		{"an external URL that is taken", fact.Error{Kind: fact.Conflict, Code: "ExternalUrl_Duplicate"}, "app.urls", "app.url-orphan", checks.Fail},
		{"application proxy is off", fact.Error{Kind: fact.NotFound, Code: "OnPremisesPublishing_NotEnabled"}, "connector.enabled", "connector.proxy-disabled", checks.Fail},
		{"no connector ever", fact.Error{Kind: fact.NotFound, Code: "Application_NotFound"}, "connector.enabled", "connector.proxy-disabled", checks.Fail},
		{"nobody agreed", fact.Error{Kind: fact.NotSignedIn, Code: "AADSTS65001"}, "site.entra", "site.entra-consent", checks.Fail},
		{"an administrator has to agree", fact.Error{Kind: fact.NotSignedIn, Code: "AADSTS90094"}, "site.entra", "site.entra-consent", checks.Fail},
		{"403", fact.Error{Kind: fact.NoRight, Code: "Authorization_RequestDenied"}, "site.role", "site.role-not-in-force", checks.Fail},
		{"a domain that is not verified", fact.Error{Kind: fact.Refused, Code: "Request_BadRequest", Text: "verifiedCustomDomain settings are missing"}, "app.external", "app.external-unverified", checks.Fail},
	}
}

// TestRefusal says of each way to refuse a change what it means.
func TestRefusal(t *testing.T) {
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			tt.err.System = "Graph"
			id, r, ok := application.Refusal(fmt.Errorf("publishing: %w", &tt.err))
			if !ok || id != tt.check || r.Cause != tt.cause || r.Status != tt.status || r.Seen == "" || r.Expected == "" {
				t.Errorf("%v %s %s because of %s: %q, want %s %s because of %s", ok, id, r.Status, r.Cause, r.Seen, tt.check, tt.status, tt.cause)
			}
		})
	}
	for _, err := range []error{errors.New("the disk is full"), &fact.Error{Kind: fact.Unreachable, System: "Graph", Code: "502"}} {
		if id, _, ok := application.Refusal(err); ok {
			t.Errorf("%v is explained by %s", err, id)
		}
	}
}
