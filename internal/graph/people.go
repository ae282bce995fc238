package graph

import (
	"context"
	"net/url"

	"sensegate/internal/netprobe"
)

// Person is a user of the tenant as a list shows them.
type Person struct{ UPN, Name string }

// somePeople is how many are read: enough to choose from, whatever the tenant.
const somePeople = "50"

// SyncedPeople are some of the users that come from a directory, who are those
// that single sign-on can be tried with.
func (c *Client) SyncedPeople(ctx context.Context) ([]Person, error) {
	var page struct {
		Value []struct {
			UPN     string `json:"userPrincipalName"`
			Name    string `json:"displayName"`
			Enabled *bool  `json:"accountEnabled"`
			Synced  *bool  `json:"onPremisesSyncEnabled"`
		} `json:"value"`
	}
	err := c.read.get(ctx, "listing synchronised users", "/v1.0/users", url.Values{
		"$filter": {"onPremisesSyncEnabled eq true"}, "$top": {somePeople},
		"$select": {"userPrincipalName,displayName,accountEnabled,onPremisesSyncEnabled"},
	}, &page)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(page.Value))
	for _, u := range page.Value {
		if u.Synced != nil && *u.Synced && (u.Enabled == nil || *u.Enabled) {
			out = append(out, Person{UPN: netprobe.Clean(u.UPN), Name: netprobe.Clean(u.Name)})
		}
	}
	return out, nil
}
