package graph

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Organization is the tenant, with the state of its directory synchronisation.
func (c *Client) Organization(ctx context.Context) (fact.Organization, error) {
	const op = "reading the tenant"
	type answer struct {
		ID       string     `json:"id"`
		Name     string     `json:"displayName"`
		Sync     *bool      `json:"onPremisesSyncEnabled"`
		LastSync *time.Time `json:"onPremisesLastSyncDateTime"`
		Domains  []struct {
			Name    string `json:"name"`
			Initial bool   `json:"isInitial"`
		} `json:"verifiedDomains"`
	}
	orgs, err := list[answer](ctx, c.read, op, "/v1.0/organization", url.Values{
		"$select": {"id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime,verifiedDomains"},
	})
	if err != nil {
		return fact.Organization{}, err
	}
	if len(orgs) == 0 {
		return fact.Organization{}, &fact.Error{Kind: fact.NotFound, System: graphSystem, Op: op, Text: "the answer holds no tenant"}
	}
	a := orgs[0]
	org := fact.Organization{ID: netprobe.Clean(a.ID), Name: netprobe.Clean(a.Name), SyncEnabled: a.Sync != nil && *a.Sync, LastSync: moment(a.LastSync)}
	for _, d := range a.Domains {
		org.VerifiedDomains = append(org.VerifiedDomains, netprobe.Clean(d.Name))
		if d.Initial {
			org.InitialDomain = netprobe.Clean(d.Name)
		}
	}
	return org, nil
}

// SignedIn is the person behind the token: who, with which permissions, in
// which directory roles. A token without a person is refused, because
// application proxy cannot be managed with one.
func (c *Client) SignedIn(ctx context.Context) (fact.SignedIn, error) {
	const op = "reading who is signed in"
	token, err := c.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: c.scopes("Directory.Read.All")})
	if err != nil {
		return fact.SignedIn{}, err
	}
	says := readClaims(token.Token)
	if says.appOnly() && c.personless() {
		return fact.SignedIn{
			ID: netprobe.Clean(says.Object), UPN: "the application " + c.site.Entra.ClientID, AppOnly: true, Scopes: cleanAll(says.Roles),
		}, nil
	}
	if says.appOnly() {
		return fact.SignedIn{}, unsupported(op, "signed in as an application; application proxy can only be managed by a person")
	}
	var me struct {
		ID   string `json:"id"`
		UPN  string `json:"userPrincipalName"`
		Name string `json:"displayName"`
	}
	if err := c.read.get(ctx, op, "/v1.0/me", url.Values{"$select": {"id,displayName,userPrincipalName"}}, &me); err != nil {
		return fact.SignedIn{}, err
	}
	who := fact.SignedIn{ID: netprobe.Clean(me.ID), UPN: netprobe.Clean(me.UPN), Name: netprobe.Clean(me.Name), Scopes: strings.Fields(netprobe.Clean(says.Scope))}
	type role struct {
		Name     string `json:"displayName"`
		Template string `json:"roleTemplateId"`
	}
	roles, err := list[role](ctx, c.read, "reading the directory roles", "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole", url.Values{
		"$select": {"displayName,roleTemplateId"},
	})
	if err != nil {
		return fact.SignedIn{}, err
	}
	for _, r := range roles {
		who.Roles = append(who.Roles, fact.Role{TemplateID: strings.ToLower(netprobe.Clean(r.Template)), Name: netprobe.Clean(r.Name)})
	}
	return who, nil
}

// Licences are the tenant's subscriptions. One that has lapsed counts nobody.
func (c *Client) Licences(ctx context.Context) ([]fact.Licence, error) {
	type sku struct {
		Part    string `json:"skuPartNumber"`
		Status  string `json:"capabilityStatus"`
		Prepaid struct {
			Enabled int `json:"enabled"`
			Warning int `json:"warning"`
		} `json:"prepaidUnits"`
		Plans []struct {
			Name   string `json:"servicePlanName"`
			Status string `json:"provisioningStatus"`
		} `json:"servicePlans"`
	}
	skus, err := list[sku](ctx, c.read, "reading the licences", "/v1.0/subscribedSkus", nil)
	if err != nil {
		return nil, err
	}
	out := make([]fact.Licence, 0, len(skus))
	for _, s := range skus {
		l := fact.Licence{SKU: netprobe.Clean(s.Part), Enabled: s.Prepaid.Enabled}
		// Warning is the grace period, in which everything still works.
		switch {
		case strings.EqualFold(s.Status, "Warning"):
			l.Enabled += s.Prepaid.Warning
		case s.Status != "" && !strings.EqualFold(s.Status, "Enabled"):
			l.Enabled = 0
		}
		for _, p := range s.Plans {
			if p.Status == "" || !strings.EqualFold(p.Status, "Disabled") {
				l.Plans = append(l.Plans, netprobe.Clean(p.Name))
			}
		}
		out = append(out, l)
	}
	return out, nil
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
