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

// ConnectorGroups are the tenant's groups of connectors. A tenant that never
// registered a connector has none.
func (c *Client) ConnectorGroups(ctx context.Context) ([]fact.ConnectorGroup, error) {
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

// Connectors are the registered connectors with the group each is in.
func (c *Client) Connectors(ctx context.Context) ([]fact.Connector, error) {
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
	if err != nil {
		return nil, err
	}
	out := make([]fact.Connector, len(found))
	var all errgroup.Group
	all.SetLimit(abreast)
	for i, f := range found {
		out[i] = fact.Connector{
			ID: netprobe.Clean(f.ID), Machine: netprobe.Clean(f.Machine), ExternalIP: netprobe.Clean(f.IP),
			Version: netprobe.Clean(f.Version), Active: strings.EqualFold(f.Status, "active"),
		}
		all.Go(func() error {
			type member struct {
				ID string `json:"id"`
			}
			groups, err := list[member](ctx, c.read, "reading the group of "+out[i].Machine, profilePath+"/connectors/"+url.PathEscape(f.ID)+"/memberOf", nil)
			// A connector that vanished meanwhile is in no group.
			if err != nil && !isNotFound(err) {
				return err
			}
			if len(groups) > 0 {
				out[i].GroupID = netprobe.Clean(groups[0].ID)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err //nolint:wrapcheck // our own, from the calls above
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
