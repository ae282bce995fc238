package graph

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// The template that custom applications are made from, by cloud.
const (
	templateGlobal = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
	templateUSGov  = "4602d0b4-76bb-404b-bca9-2652e1a39c6d"
)

// roleUser is the template's role for ordinary users.
const roleUser = "18d14569-c3bd-439b-9a66-3a2aee01d14f"

// Publish makes the enterprise application or completes a half-made one, and
// answers what is published in the end. Every step looks before it writes, so
// that a run that was broken off can be repeated.
func (w *Writer) Publish(ctx context.Context, wish fact.PublishWish) (fact.PublishedApp, error) {
	if err := w.client.person("publishing " + netprobe.Clean(wish.Name)); err != nil {
		return fact.PublishedApp{}, err
	}
	known, err := w.client.PublishedApps(ctx, wish.ExternalURL, wish.InternalURL, wish.Name)
	if err != nil {
		return fact.PublishedApp{}, err
	}
	objectID, err := choose(known, wish)
	if err != nil {
		return fact.PublishedApp{}, err
	}
	if objectID == "" {
		if objectID, err = w.make(ctx, wish.Name); err != nil {
			return fact.PublishedApp{}, err
		}
	}
	// Whoever takes a half-made one back has to know which it is.
	half := fact.PublishedApp{ObjectID: objectID}
	a, sp, err := w.appear(ctx, objectID)
	if err != nil {
		return half, err
	}
	w.keep(wish.Name, "")
	for _, step := range []func(context.Context, application, principal, fact.PublishWish) error{
		w.setURIs, w.setPublishing, w.setGroup, w.assign, w.tag,
	} {
		if err := step(ctx, a, sp, wish); err != nil {
			return half, err
		}
	}
	if a, err = w.conn.application(ctx, objectID); err != nil {
		return half, err
	}
	return w.conn.describe(ctx, a)
}

// choose picks the application to complete among those known; none means that
// one is to be made. Somebody else's application is never taken over.
func choose(known []fact.PublishedApp, wish fact.PublishWish) (objectID string, err error) {
	conflict := func(a fact.PublishedApp, text string) error {
		return &fact.Error{Kind: fact.Conflict, System: graphSystem, Op: "publishing " + netprobe.Clean(wish.Name), Text: a.Name + " (" + a.ObjectID + ") " + text}
	}
	for _, a := range known {
		if sameURL(a.ExternalURL, wish.ExternalURL) {
			objectID = a.ObjectID
		}
	}
	for _, a := range known {
		switch {
		case a.ObjectID == objectID:
		case sameURL(a.InternalURL, wish.InternalURL):
			return "", conflict(a, "already publishes "+netprobe.Clean(wish.InternalURL))
		case objectID != "":
		case !strings.EqualFold(a.Name, wish.Name):
		case !a.PublishingNotAvailable:
			return "", conflict(a, "bears the name and publishes something else")
		case !unused(a, wish):
			return "", conflict(a, "bears the name and is in use for something else")
		default:
			objectID = a.ObjectID
		}
	}
	return objectID, nil
}

// unused says that an unpublished application is as the template leaves it, or
// as an earlier attempt of ours does.
func unused(a fact.PublishedApp, wish fact.PublishWish) bool {
	for _, u := range a.RedirectURIs {
		if !sameURL(u, wish.ExternalURL) {
			return false
		}
	}
	for _, u := range a.IdentifierURIs {
		if !strings.EqualFold(u, "api://"+a.AppID) && !sameURL(u, wish.ExternalURL) {
			return false
		}
	}
	return true
}

// templateOf is the template of the cloud that an endpoint of Graph belongs to.
func templateOf(endpoint string) (string, error) {
	switch host := hostOf(endpoint); {
	case strings.HasSuffix(host, ".us"):
		return templateUSGov, nil
	case strings.HasSuffix(host, ".cn"):
		return "", unsupported("publishing an application", "application proxy in this cloud is not confirmed")
	}
	return templateGlobal, nil
}

// instantiate makes the application from the template. It is not repeated
// after an answer that leaves open whether it was made.
func (w *Writer) instantiate(ctx context.Context, name string) (objectID string, err error) {
	template, err := templateOf(w.client.endpoint())
	if err != nil {
		return "", err
	}
	var made struct {
		Application struct {
			ID string `json:"id"`
		} `json:"application"`
	}
	const op = "making the enterprise application"
	err = w.conn.send(once(ctx), http.MethodPost, op, "/v1.0/applicationTemplates/"+template+"/instantiate", map[string]string{"displayName": name}, &made)
	if err != nil {
		return "", err
	}
	if made.Application.ID == "" {
		return "", &fact.Error{Kind: fact.Unsupported, System: graphSystem, Op: op, Text: "the answer names no application"}
	}
	return made.Application.ID, nil
}

// appear waits until both objects can be read.
func (w *Writer) appear(ctx context.Context, objectID string) (a application, sp principal, err error) {
	err = w.settle(ctx, "waiting for the application to appear", func(ctx context.Context) (bool, error) {
		var err error
		if a, err = w.conn.application(ctx, objectID); err != nil {
			return false, err
		}
		sp, err = w.conn.principal(ctx, a.AppID)
		return err == nil, err
	})
	return a, sp, err
}

// setURIs gives the application its names and the address that Entra comes
// back to; publishing is refused before that.
func (w *Writer) setURIs(ctx context.Context, a application, _ principal, wish fact.PublishWish) error {
	redirects := slices.Clone(a.Web.RedirectURIs)
	if !slices.Contains(redirects, wish.ExternalURL) {
		redirects = append(redirects, wish.ExternalURL)
	}
	identifiers := a.IdentifierURIs
	if len(identifiers) == 0 {
		identifiers = []string{"api://" + a.AppID}
	}
	home := a.Web.HomePage
	if hostOf(home) != hostOf(wish.ExternalURL) {
		home = wish.ExternalURL
	}
	if len(a.IdentifierURIs) > 0 && len(redirects) == len(a.Web.RedirectURIs) && home == a.Web.HomePage {
		return nil
	}
	body := map[string]any{
		"identifierUris": identifiers,
		"web": map[string]any{
			"redirectUris": redirects, "homePageUrl": home,
			"logoutUrl":             strings.TrimRight(wish.ExternalURL, "/") + "/?appproxy=logout",
			"implicitGrantSettings": map[string]bool{"enableIdTokenIssuance": true, "enableAccessTokenIssuance": false},
		},
	}
	const op = "setting the application's addresses"
	path := "/v1.0/applications/" + url.PathEscape(a.ID)
	if err := w.patch(ctx, op, path, body); err != nil {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		var now application
		err := w.conn.get(ctx, op, path, url.Values{"$select": {appFields}}, &now)
		return slices.Contains(now.Web.RedirectURIs, wish.ExternalURL) && len(now.IdentifierURIs) > 0, err
	})
}

// setPublishing publishes. Of an application that is published already only
// what must be so is changed: the rest is the administrator's choice.
func (w *Writer) setPublishing(ctx context.Context, a application, _ principal, wish fact.PublishWish) error {
	required := map[string]any{
		"externalAuthenticationType": "aadPreAuthentication",
		"internalUrl":                wish.InternalURL,
		"externalUrl":                wish.ExternalURL,
		// The back end then sees its own host name and its host check passes.
		"isTranslateHostHeaderEnabled": true,
	}
	if p := a.Publishing; p != nil {
		if ready(p, wish) {
			return nil
		}
	} else {
		maps.Copy(required, map[string]any{
			"isTranslateLinksInBodyEnabled":         false, // Qlik's pages are made by scripts
			"isHttpOnlyCookieEnabled":               true,
			"isSecureCookieEnabled":                 true,
			"isPersistentCookieEnabled":             false,
			"isBackendCertificateValidationEnabled": true,
			"applicationServerTimeout":              "default",
			"isOnPremPublishingEnabled":             true,
		})
	}
	const op = "publishing the application"
	if err := w.patch(ctx, op, "/beta/applications/"+url.PathEscape(a.ID), map[string]any{"onPremisesPublishing": required}); err != nil {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		now, err := w.conn.application(ctx, a.ID)
		return err == nil && now.Publishing != nil && ready(now.Publishing, wish), err
	})
}

func ready(p *publishing, wish fact.PublishWish) bool {
	return sameURL(p.ExternalURL, wish.ExternalURL) && sameURL(p.InternalURL, wish.InternalURL) &&
		p.PreAuthentication == "aadPreAuthentication" && p.TranslateHost
}

// setGroup points the application at its connectors. The old group may show
// for a while after the change.
func (w *Writer) setGroup(ctx context.Context, a application, _ principal, wish fact.PublishWish) error {
	if wish.GroupID == "" {
		return nil
	}
	const op = "assigning the connector group"
	now, _, err := w.conn.group(ctx, a.ID)
	if err != nil || strings.EqualFold(now, wish.GroupID) {
		return err
	}
	ref := map[string]string{"@odata.id": w.conn.base + profilePath + "/connectorGroups/" + wish.GroupID}
	err = w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		err := w.conn.send(ctx, http.MethodPut, op, "/beta/applications/"+url.PathEscape(a.ID)+"/connectorGroup/$ref", ref, nil)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	err = w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		now, _, err := w.conn.group(ctx, a.ID)
		return strings.EqualFold(now, wish.GroupID), err
	})
	if e, ok := errors.AsType[*fact.Error](err); ok && e.About == fact.NotShown {
		e.About = fact.GroupNotShown
	}
	return err
}

// assign gives the test user, and whoever else is wished, the application's
// role for users.
func (w *Writer) assign(ctx context.Context, _ application, sp principal, wish fact.PublishWish) error {
	for _, id := range append([]string{wish.AssignUserID}, wish.AlsoAssign...) {
		if id == "" {
			continue
		}
		if err := w.assignOne(ctx, sp, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) assignOne(ctx context.Context, sp principal, id string) error {
	const op = "assigning a user or group"
	now, err := w.conn.assigned(ctx, sp.ID)
	if err != nil || containsFold(now, id) {
		return err
	}
	body := map[string]string{"principalId": id, "resourceId": sp.ID, "appRoleId": userRole(sp.AppRoles)}
	err = w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		err := w.conn.send(ctx, http.MethodPost, op, "/v1.0/servicePrincipals/"+url.PathEscape(sp.ID)+"/appRoleAssignedTo", body, nil)
		if alreadyAssigned(err) {
			return true, nil
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		now, err := w.conn.assigned(ctx, sp.ID)
		return containsFold(now, id), err
	})
}

// tag marks the enterprise application as one of application proxy, where the
// service has not done so itself, and hides it where that is wished. Tags are
// replaced as a whole.
func (w *Writer) tag(ctx context.Context, a application, _ principal, wish fact.PublishWish) error {
	sp, err := w.conn.principal(ctx, a.AppID)
	if err != nil {
		return err
	}
	tags := slices.Clone(sp.Tags)
	for _, want := range []string{tagOnPremApp, tagHidden} {
		if !containsFold(tags, want) && (want != tagHidden || wish.Hidden) {
			tags = append(tags, want)
		}
	}
	if len(tags) == len(sp.Tags) {
		return nil
	}
	const op = "marking the enterprise application"
	if err := w.patch(ctx, op, "/v1.0/servicePrincipals/"+url.PathEscape(sp.ID), map[string]any{"tags": tags}); err != nil {
		return err
	}
	return w.settle(ctx, op, func(ctx context.Context) (bool, error) {
		now, err := w.conn.principal(ctx, a.AppID)
		return len(now.Tags) >= len(tags), err
	})
}
