package graph

import (
	"context"
	"net/url"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// The service plans that allow application proxy.
const (
	planP1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
	planP2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
)

// User finds a user of the tenant by UPN or object id.
func (c *Client) User(ctx context.Context, upn string) (fact.CloudUser, error) {
	op := "reading the user " + netprobe.Clean(upn)
	var a struct {
		ID        string     `json:"id"`
		UPN       string     `json:"userPrincipalName"`
		Type      string     `json:"userType"`
		Enabled   *bool      `json:"accountEnabled"`
		Synced    *bool      `json:"onPremisesSyncEnabled"`
		LastSync  *time.Time `json:"onPremisesLastSyncDateTime"`
		SAM       string     `json:"onPremisesSamAccountName"`
		Domain    string     `json:"onPremisesDomainName"`
		OnPremUPN string     `json:"onPremisesUserPrincipalName"`
		SID       string     `json:"onPremisesSecurityIdentifier"`
		Immutable string     `json:"onPremisesImmutableId"`
		Plans     []struct {
			ID     string `json:"servicePlanId"`
			Status string `json:"capabilityStatus"`
		} `json:"assignedPlans"`
		Problems []struct {
			Category string `json:"category"`
			Property string `json:"propertyCausingError"`
			Value    string `json:"value"`
		} `json:"onPremisesProvisioningErrors"`
	}
	err := c.read.get(ctx, op, "/v1.0/users/"+url.PathEscape(upn), url.Values{"$select": {strings.Join([]string{
		"id", "userPrincipalName", "userType", "accountEnabled", "onPremisesSyncEnabled", "onPremisesLastSyncDateTime",
		"onPremisesSamAccountName", "onPremisesDomainName", "onPremisesUserPrincipalName", "onPremisesSecurityIdentifier",
		"onPremisesImmutableId", "assignedPlans", "onPremisesProvisioningErrors",
	}, ",")}}, &a)
	if err != nil {
		return fact.CloudUser{}, err
	}
	u := fact.CloudUser{
		ID: netprobe.Clean(a.ID), UPN: netprobe.Clean(a.UPN), Type: netprobe.Clean(a.Type),
		Enabled: a.Enabled != nil && *a.Enabled, Synced: a.Synced != nil && *a.Synced, LastSync: moment(a.LastSync),
		OnPremSAM: netprobe.Clean(a.SAM), OnPremDomain: netprobe.Clean(a.Domain), OnPremUPN: netprobe.Clean(a.OnPremUPN),
		OnPremSID: netprobe.Clean(a.SID), ImmutableID: netprobe.Clean(a.Immutable),
	}
	for _, p := range a.Plans {
		if (strings.EqualFold(p.ID, planP1) || strings.EqualFold(p.ID, planP2)) && strings.EqualFold(p.Status, "Enabled") {
			u.Licensed = true
		}
	}
	if len(a.Problems) > 0 {
		p := a.Problems[0]
		u.ProvisioningProblem = netprobe.Clean(strings.TrimSpace(p.Category + " " + p.Property + " " + p.Value))
	}
	return u, nil
}

// DirectGroups are the groups that a user is a member of by itself.
func (c *Client) DirectGroups(ctx context.Context, userID string) ([]fact.CloudGroup, error) {
	type member struct {
		Type string `json:"@odata.type"`
		ID   string `json:"id"`
		Name string `json:"displayName"`
	}
	found, err := list[member](ctx, c.read, "reading the user's groups", "/v1.0/users/"+url.PathEscape(userID)+"/memberOf", url.Values{"$select": {"id,displayName"}})
	if err != nil {
		return nil, err
	}
	out := make([]fact.CloudGroup, 0, len(found))
	for _, m := range found {
		// Directory roles are among them too.
		if m.Type == "" || strings.EqualFold(m.Type, "#microsoft.graph.group") {
			out = append(out, fact.CloudGroup{ID: netprobe.Clean(m.ID), Name: netprobe.Clean(m.Name)})
		}
	}
	return out, nil
}

// Principals finds who may be assigned: people by UPN, groups by name. A name
// that nobody bears is NotFound, one that several bear a Conflict.
func (c *Client) Principals(ctx context.Context, names []string) ([]fact.Principal, error) {
	out := make([]fact.Principal, 0, len(names))
	for _, name := range names {
		if strings.Contains(name, "@") {
			u, err := c.User(ctx, name)
			if err != nil {
				return nil, err
			}
			out = append(out, fact.Principal{ID: u.ID, Name: u.UPN})
			continue
		}
		type group struct {
			ID   string `json:"id"`
			Name string `json:"displayName"`
		}
		op := "looking for the group " + netprobe.Clean(name)
		found, err := list[group](ctx, c.read, op, "/v1.0/groups", url.Values{
			"$filter": {"displayName eq '" + strings.ReplaceAll(name, "'", "''") + "'"}, "$select": {"id,displayName"},
		})
		switch {
		case err != nil:
			return nil, err
		case len(found) == 0:
			return nil, &fact.Error{Kind: fact.NotFound, System: graphSystem, Op: op, Text: "no group bears that name"}
		case len(found) > 1:
			return nil, &fact.Error{Kind: fact.Conflict, System: graphSystem, Op: op, Text: "several groups bear that name"}
		}
		out = append(out, fact.Principal{ID: netprobe.Clean(found[0].ID), Name: netprobe.Clean(found[0].Name), Group: true})
	}
	return out, nil
}
