package graph

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"sensegate/internal/fact"
)

// Writer changes the tenant, with permissions of its own that are asked for at
// the first change.
type Writer struct {
	client *Client
	conn   connection // may do all that publishing takes
	// settings may change an application and no more.
	settings connection
	// groups may change connector groups.
	groups connection

	mu sync.Mutex
	// made are applications that were made and could not be read yet, by name: a
	// second attempt waits for them and makes no second one.
	made map[string]string
}

// NewWriter makes a Writer that signs in as the client does.
func NewWriter(c *Client) *Writer {
	return &Writer{
		client: c, made: map[string]string{},
		// The connector group asks for Directory, the assignment for AppRoleAssignment.
		conn:     c.connect("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.ReadWrite.All"),
		settings: c.connect("Application.ReadWrite.All"),
		groups:   c.connect("Directory.ReadWrite.All"),
	}
}

// Unpublish deletes the application and its service principal. One that is
// gone already is no error.
func (w *Writer) Unpublish(ctx context.Context, objectID string) error {
	if err := w.client.person("deleting the application"); err != nil {
		return err
	}
	var a application
	path := "/v1.0/applications/" + url.PathEscape(objectID)
	err := w.settings.get(ctx, "reading the application", path, url.Values{"$select": {appFields}}, &a)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	// The enterprise application first: what is published hangs on it.
	if sp, err := w.settings.principal(ctx, a.AppID); err == nil {
		err := w.settings.send(ctx, http.MethodDelete, "deleting the enterprise application", "/v1.0/servicePrincipals/"+url.PathEscape(sp.ID), nil, nil)
		if err != nil && !isNotFound(err) {
			return err
		}
	} else if !isNotFound(err) {
		return err
	}
	err = w.settings.send(ctx, http.MethodDelete, "deleting the application", path, nil, nil)
	if err != nil && !isNotFound(err) {
		return err
	}
	return w.settle(ctx, "waiting until the application is gone", func(ctx context.Context) (bool, error) {
		err := w.settings.get(ctx, "reading the application", path, url.Values{"$select": {"id"}}, nil)
		if isNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// SetSSO sets or clears single sign-on and reads it back.
func (w *Writer) SetSSO(ctx context.Context, objectID string, wish fact.SSOWish) error {
	const op = "setting single sign-on"
	if err := w.client.person(op); err != nil {
		return err
	}
	settings := map[string]any{"singleSignOnMode": "none"}
	if wish.Mode != "" && !strings.EqualFold(wish.Mode, "none") {
		settings["singleSignOnMode"] = wish.Mode
		// The service refuses one of the two without the other.
		settings["kerberosSignOnSettings"] = map[string]string{
			"kerberosServicePrincipalName":       wish.SPN,
			"kerberosSignOnMappingAttributeType": wish.Mapping,
		}
	}
	body := map[string]any{"onPremisesPublishing": map[string]any{"singleSignOnSettings": settings}}
	if err := w.settings.send(ctx, http.MethodPatch, op, "/beta/applications/"+url.PathEscape(objectID), body, nil); err != nil {
		return err
	}
	return w.settle(ctx, "waiting for single sign-on to be stored", func(ctx context.Context) (bool, error) {
		a, err := w.settings.application(ctx, objectID)
		if err != nil || a.Publishing == nil {
			return false, err
		}
		now := a.fact()
		if settings["singleSignOnMode"] == "none" {
			return now.SSOMode == "none", nil
		}
		return strings.EqualFold(now.SSOMode, wish.Mode) && strings.EqualFold(now.SPN, wish.SPN) && strings.EqualFold(now.Mapping, wish.Mapping), nil
	})
}
