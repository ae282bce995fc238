package graph

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// MakeGroup makes a connector group, unless one of the name exists, and waits
// until it is listed. The service answers 200 or 201, and may answer without a
// body: the list tells.
func (w *Writer) MakeGroup(ctx context.Context, name string) (fact.ConnectorGroup, error) {
	const op = "making the connector group"
	if err := w.client.person(op); err != nil {
		return fact.ConnectorGroup{}, err
	}
	find := func(ctx context.Context) (fact.ConnectorGroup, error) {
		list, err := w.client.ConnectorGroups(ctx)
		for _, g := range list {
			if strings.EqualFold(g.Name, name) {
				return g, err
			}
		}
		return fact.ConnectorGroup{}, err
	}
	g, err := find(ctx)
	if err != nil || g.ID != "" {
		return g, err
	}
	if err := w.groups.send(once(ctx), http.MethodPost, op, profilePath+"/connectorGroups", map[string]string{"name": name}, nil); err != nil {
		return g, err
	}
	err = w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		g, err = find(ctx)
		return g.ID != "", err
	})
	return g, err
}

// MoveConnector puts a connector into a group, and waits until it is read there:
// each is in exactly one.
func (w *Writer) MoveConnector(ctx context.Context, connectorID, groupID string) error {
	const op = "moving the connector to its group"
	if err := w.client.person(op); err != nil {
		return err
	}
	ref := map[string]string{"@odata.id": w.groups.base + profilePath + "/connectorGroups/" + groupID}
	path := profilePath + "/connectors/" + url.PathEscape(connectorID) + "/memberOf"
	err := w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		err := w.groups.send(ctx, http.MethodPost, op, path+"/$ref", ref, nil)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		type group struct {
			ID string `json:"id"`
		}
		in, err := list[group](ctx, w.groups, op, path, nil)
		return len(in) == 1 && strings.EqualFold(in[0].ID, groupID), err
	})
}

// DeleteGroup deletes a connector group, which must be empty. One that is gone
// already is no error.
func (w *Writer) DeleteGroup(ctx context.Context, groupID string) error {
	const op = "deleting the connector group"
	if err := w.client.person(op); err != nil {
		return err
	}
	path := profilePath + "/connectorGroups/" + url.PathEscape(netprobe.Clean(groupID))
	if err := w.groups.send(ctx, http.MethodDelete, op, path, nil, nil); err != nil && !isNotFound(err) {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		all, err := w.client.ConnectorGroups(ctx)
		for _, g := range all {
			if strings.EqualFold(g.ID, groupID) {
				return false, err
			}
		}
		return err == nil, err
	})
}
