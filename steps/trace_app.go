package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/fact"
)

// undoableApp completes a change of an application. A new one is deleted, one
// that was published before gets its settings back.
func undoableApp(p Ports, w Writers, c *Change) {
	t := c.Trace
	x := publishing{wish: t.App.Wish, group: t.App.Group, user: t.App.User, also: t.App.Also}
	if c.ID == "sso.enable" {
		c.Read = func(ctx context.Context) ([]string, error) {
			a, err := tracedApp(ctx, p, t)
			if err != nil || a == nil {
				return nil, err
			}
			return describeSSO(a.SSOMode, a.SPN, a.Mapping), nil
		}
		c.Revert = func(ctx context.Context) error {
			if t.App.SSO == nil {
				return fmt.Errorf("switching single sign-on back: what it was is not on record: %w", ErrByHand)
			}
			return w.Graph.SetSSO(ctx, t.Object, *t.App.SSO)
		}
		return
	}
	c.Read = func(ctx context.Context) ([]string, error) {
		a, err := tracedApp(ctx, p, t)
		return x.describe(a), err
	}
	c.Revert = func(ctx context.Context) error {
		a, err := tracedApp(ctx, p, t)
		switch {
		case err != nil || a == nil:
			return err
		case t.App.Had == nil:
			return w.Graph.Unpublish(ctx, a.ObjectID)
		case t.App.Had.PublishingNotAvailable:
			return fmt.Errorf("unpublishing %s: %w: it was there before the wizard, unpublished; delete it in the portal if nobody needs it", a.Name, ErrByHand)
		}
		return w.Graph.Restore(ctx, a.ObjectID, *t.App.Had, x.gained(*t.App.Had))
	}
}

// gained are the people and groups that were not assigned before.
func (x publishing) gained(had fact.PublishedApp) []string {
	var out []string
	for _, id := range append([]string{x.user.ID}, x.wish.AlsoAssign...) {
		if id != "" && !slices.ContainsFunc(had.AssignedPrincipalIDs, func(v string) bool { return strings.EqualFold(v, id) }) {
			out = append(out, id)
		}
	}
	return out
}

// tracedApp is the application of a trace; nil where there is none any more.
// One whose id was never recorded is found as its plan would find it.
func tracedApp(ctx context.Context, p Ports, t Trace) (*fact.PublishedApp, error) {
	if t.Object == "" {
		return findApp(ctx, p, t.App.Wish)
	}
	list, err := p.Graph.PublishedApps(ctx, t.App.Wish.ExternalURL, t.App.Wish.InternalURL, t.App.Wish.Name)
	if err != nil {
		return nil, fmt.Errorf("reading the applications: %w", err)
	}
	for i := range list {
		if strings.EqualFold(list[i].ObjectID, t.Object) {
			return &list[i], nil
		}
	}
	return nil, nil //nolint:nilnil // no application is an ordinary answer
}
