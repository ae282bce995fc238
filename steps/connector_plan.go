package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
)

// ConnectorWriter changes which connectors are together. It is asked of the
// tenant's writer; one that does not have it leaves the step to be done by hand.
type ConnectorWriter interface {
	MakeGroup(ctx context.Context, name string) (fact.ConnectorGroup, error)
	MoveConnector(ctx context.Context, connectorID, groupID string) error
	// DeleteGroup deletes an empty group.
	DeleteGroup(ctx context.Context, groupID string) error
}

var errNoConnectorWriter = errors.New("connector groups cannot be changed from here")

// connectorPlan makes the group that the site names, and puts its hosts'
// connectors into it. Installing a connector is for people at its host.
func connectorPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		plan := Plan{Step: connector.Step, Title: "Connector install", Notes: []string{
			"Installing and registering a connector is done on its host. Here connectors that are registered are put together.",
		}}
		if _, ok := w.Graph.(ConnectorWriter); !ok {
			return plan, nil
		}
		name := env.Site.Publish.ConnectorGroup
		groups, err := p.Graph.ConnectorGroups(ctx)
		if err != nil {
			return plan, fmt.Errorf("reading the connector groups: %w", err)
		}
		list, err := p.Graph.Connectors(ctx)
		if err != nil {
			return plan, fmt.Errorf("reading the connectors: %w", err)
		}
		group, found := groupNamed(groups, name)
		if !found {
			plan.Changes = append(plan.Changes, makeGroup(p, w, name))
		}
		for _, h := range env.Site.Connector.Hosts {
			c, known := connector.Named(list, h.Name)
			if known && (!found || !strings.EqualFold(c.GroupID, group.ID)) {
				plan.Changes = append(plan.Changes, moveConnector(p, w, c, nameOf(groups, c.GroupID), name))
			}
		}
		return plan, nil
	}
}

const connectorRight = "Application Administrator; the sign-in asks for Directory.ReadWrite.All"

func makeGroup(p Ports, w Writers, name string) Change {
	made := ""
	c := Change{
		ID: "connector.group", Target: "connector groups of the tenant", Field: "group " + name, After: []string{name},
		Command: "New-EntraBetaApplicationProxyConnectorGroup -Name " + checks.Quote(name, checks.PowerShell), Shell: checks.PowerShell,
		Affects: "nobody: it is empty", Right: connectorRight, Undo: "deletes the group again, once it is empty",
		Trace: Trace{Value: name},
		Do: func(ctx context.Context) error {
			g, err := connectors(w).MakeGroup(ctx, name)
			made = g.ID
			return err
		},
		Made:    func() string { return made },
		rebuild: func(c Change) Change { return undoable(p, w, c) },
	}
	return undoable(p, w, c)
}

func moveConnector(p Ports, w Writers, c fact.Connector, from, to string) Change {
	return undoable(p, w, Change{
		ID: "connector.move", Target: c.Machine + " (connector)", Field: "connector group", Before: []string{from}, After: []string{to},
		Command: "Entra admin center > Global Secure Access > Connect > Connectors > " + c.Machine + " > Connector group > " + to, Shell: checks.Portal,
		Affects: "whoever opens an application that the group " + from + " serves: it has one connector less",
		Right:   connectorRight, Undo: "moves the connector back to " + from,
		Trace: Trace{Object: c.ID, Value: c.GroupID},
		Do: func(ctx context.Context) error {
			groups, err := p.Graph.ConnectorGroups(ctx)
			if err != nil {
				return fmt.Errorf("reading the connector groups: %w", err)
			}
			g, ok := groupNamed(groups, to)
			if !ok {
				return fmt.Errorf("moving %s: there is no connector group %s", c.Machine, to)
			}
			return connectors(w).MoveConnector(ctx, c.ID, g.ID)
		},
	})
}

// undoableConnector completes a change of connectors and their groups.
func undoableConnector(p Ports, w Writers, c *Change) {
	t := c.Trace
	if c.ID == "connector.group" {
		c.Read = func(ctx context.Context) ([]string, error) {
			groups, err := p.Graph.ConnectorGroups(ctx)
			if err != nil {
				return nil, fmt.Errorf("reading the connector groups back: %w", err)
			}
			if g, ok := groupNamed(groups, t.Value); ok {
				return []string{g.Name}, nil
			}
			return nil, nil
		}
		c.Revert = func(ctx context.Context) error { return connectors(w).DeleteGroup(ctx, t.Object) }
		return
	}
	c.Read = func(ctx context.Context) ([]string, error) {
		groups, err := p.Graph.ConnectorGroups(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the connector groups back: %w", err)
		}
		list, err := p.Graph.Connectors(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the connectors back: %w", err)
		}
		for _, k := range list {
			if strings.EqualFold(k.ID, t.Object) {
				return []string{nameOf(groups, k.GroupID)}, nil
			}
		}
		return nil, fmt.Errorf("reading %s back: the tenant does not know it any more", c.Target)
	}
	c.Revert = func(ctx context.Context) error { return connectors(w).MoveConnector(ctx, t.Object, t.Value) }
}

func groupNamed(groups []fact.ConnectorGroup, name string) (fact.ConnectorGroup, bool) {
	for _, g := range groups {
		if strings.EqualFold(g.Name, name) || g.Default && strings.EqualFold(name, "default") {
			return g, true
		}
	}
	return fact.ConnectorGroup{}, false
}

func nameOf(groups []fact.ConnectorGroup, id string) string {
	for _, g := range groups {
		if strings.EqualFold(g.ID, id) {
			return g.Name
		}
	}
	return "a group that is gone"
}

// connectors is the writer of connector groups; one that refuses where there is
// none.
func connectors(w Writers) ConnectorWriter {
	if c, ok := w.Graph.(ConnectorWriter); ok {
		return c
	}
	return noConnectorWriter{}
}

type noConnectorWriter struct{}

func (noConnectorWriter) MakeGroup(context.Context, string) (fact.ConnectorGroup, error) {
	return fact.ConnectorGroup{}, errNoConnectorWriter
}

func (noConnectorWriter) MoveConnector(context.Context, string, string) error {
	return errNoConnectorWriter
}
func (noConnectorWriter) DeleteGroup(context.Context, string) error { return errNoConnectorWriter }
