package graph

import (
	"context"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const (
	profilePath = "/beta/onPremisesPublishingProfiles/applicationProxy"
	// abreast is how many questions of one kind are asked at a time.
	abreast = 6
)

// ProxyEnabled says whether application proxy is switched on in the tenant.
func (c *Client) ProxyEnabled(ctx context.Context) (bool, error) {
	if err := c.person("reading whether application proxy is enabled"); err != nil {
		return false, err
	}
	var profile struct {
		Enabled *bool `json:"isEnabled"`
	}
	err := c.read.get(ctx, "reading whether application proxy is enabled", profilePath, nil, &profile)
	if neverRegistered(err) {
		return false, nil
	}
	// A profile that does not say is no proof that it is off.
	return err == nil && (profile.Enabled == nil || *profile.Enabled), err
}

// ConnectorGroups are the tenant's groups of connectors. A tenant that never
// registered a connector has none.
func (c *Client) ConnectorGroups(ctx context.Context) ([]fact.ConnectorGroup, error) {
	if err := c.person("reading the connector groups"); err != nil {
		return nil, err
	}
	type group struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Region  string `json:"region"`
		Default bool   `json:"isDefault"`
	}
	groups, err := list[group](ctx, c.read, "reading the connector groups", profilePath+"/connectorGroups", nil)
	if neverRegistered(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]fact.ConnectorGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, fact.ConnectorGroup{ID: netprobe.Clean(g.ID), Name: netprobe.Clean(g.Name), Region: netprobe.Clean(g.Region), Default: g.Default})
	}
	return out, nil
}

// Connectors are the registered connectors with the group each is in. The
// groups are asked for their members: there are fewer of them.
func (c *Client) Connectors(ctx context.Context) ([]fact.Connector, error) {
	if err := c.person("reading the connectors"); err != nil {
		return nil, err
	}
	type connector struct {
		ID      string `json:"id"`
		Machine string `json:"machineName"`
		IP      string `json:"externalIp"`
		Status  string `json:"status"`
		Version string `json:"version"`
	}
	found, err := list[connector](ctx, c.read, "reading the connectors", profilePath+"/connectors", nil)
	if neverRegistered(err) {
		return nil, nil
	}
	if err != nil || len(found) == 0 {
		return nil, err
	}
	groups, err := c.ConnectorGroups(ctx)
	if err != nil {
		return nil, err
	}
	members := make([][]connector, len(groups))
	all, gctx := errgroup.WithContext(ctx)
	all.SetLimit(abreast)
	for i, g := range groups {
		all.Go(func() (err error) {
			members[i], err = list[connector](gctx, c.read, "reading the members of "+g.Name, profilePath+"/connectorGroups/"+url.PathEscape(g.ID)+"/members", nil)
			if isNotFound(err) {
				return nil // a group that vanished meanwhile has no members
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err //nolint:wrapcheck // our own, from the calls above
	}
	groupOf := map[string]string{}
	for i, g := range groups {
		for _, m := range members[i] {
			groupOf[m.ID] = g.ID
		}
	}
	out := make([]fact.Connector, 0, len(found))
	for _, f := range found {
		out = append(out, fact.Connector{
			ID: netprobe.Clean(f.ID), Machine: netprobe.Clean(f.Machine), ExternalIP: netprobe.Clean(f.IP),
			Version: netprobe.Clean(f.Version), Active: strings.EqualFold(f.Status, "active"), GroupID: groupOf[f.ID],
		})
	}
	return out, nil
}

// neverRegistered recognises the answers of a tenant in which application
// proxy was never switched on: that happens with the first connector.
func neverRegistered(err error) bool {
	switch codeOf(err) {
	case "Application_NotFound", "OnPremisesPublishing_NotEnabled":
		return true
	}
	return false
}
