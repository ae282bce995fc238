package graph

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sensegate/internal/fact"
)

// Restore gives a published application back the publishing, the connector
// group and the visibility that it had, and takes the assignment from those in
// gained. Addresses that sign-ins may come back to stay: they do no harm, and
// others may have come to rely on them.
func (w *Writer) Restore(ctx context.Context, objectID string, had fact.PublishedApp, gained []string) error {
	const op = "giving the application its settings back"
	if err := w.client.person(op); err != nil {
		return err
	}
	path := "/beta/applications/" + url.PathEscape(objectID)
	body := map[string]any{"onPremisesPublishing": map[string]any{
		"externalAuthenticationType": had.PreAuthentication, "internalUrl": had.InternalURL, "externalUrl": had.ExternalURL,
		"isTranslateHostHeaderEnabled": had.TranslateHostHeader,
	}}
	if err := w.patch(ctx, op, path, body); err != nil {
		return err
	}
	var a application
	err := w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		var err error
		a, err = w.conn.application(ctx, objectID)
		p := a.Publishing
		return err == nil && p != nil && sameURL(p.ExternalURL, had.ExternalURL) && sameURL(p.InternalURL, had.InternalURL) &&
			strings.EqualFold(p.PreAuthentication, had.PreAuthentication) && p.TranslateHost == had.TranslateHostHeader, err
	})
	if err != nil {
		return err
	}
	sp, err := w.conn.principal(ctx, a.AppID)
	if err != nil {
		return err
	}
	if err := w.setGroup(ctx, a, sp, fact.PublishWish{GroupID: had.GroupID}); err != nil {
		return err
	}
	if err := w.dismiss(ctx, sp, gained); err != nil {
		return err
	}
	if had.HiddenFromUsers || !containsFold(sp.Tags, tagHidden) {
		return nil
	}
	tags := slices.DeleteFunc(slices.Clone(sp.Tags), func(t string) bool { return strings.EqualFold(t, tagHidden) })
	return w.patch(ctx, op, "/v1.0/servicePrincipals/"+url.PathEscape(sp.ID), map[string]any{"tags": tags})
}

// dismiss takes the assignments of some people and groups away.
func (w *Writer) dismiss(ctx context.Context, sp principal, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	const op = "taking the assignment back"
	type assignment struct {
		ID          string `json:"id"`
		PrincipalID string `json:"principalId"`
	}
	path := "/v1.0/servicePrincipals/" + url.PathEscape(sp.ID) + "/appRoleAssignedTo"
	found, err := list[assignment](ctx, w.conn, op, path, url.Values{"$top": {"999"}})
	if err != nil {
		return err
	}
	for _, f := range found {
		if !containsFold(ids, f.PrincipalID) {
			continue
		}
		if err := w.conn.send(ctx, http.MethodDelete, op, path+"/"+url.PathEscape(f.ID), nil, nil); err != nil && !isNotFound(err) {
			return err
		}
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		now, err := w.conn.assigned(ctx, sp.ID)
		return !slices.ContainsFunc(now, func(id string) bool { return containsFold(ids, id) }), err
	})
}
