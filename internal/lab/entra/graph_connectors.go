package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func connectorShape() shape {
	return shape{typ: "microsoft.graph.connector", set: profilesSegment + "('applicationProxy')/connectors"}
}

func groupShape() shape {
	return shape{typ: "microsoft.graph.connectorGroup", set: profilesSegment + "('applicationProxy')/connectorGroups"}
}

func connectorRecord(k *Connector) record {
	return record{
		"id": k.ID, "machineName": k.MachineName, "externalIp": k.ExternalIP, "status": k.Status, "version": k.Version,
	}
}

func groupRecord(g *ConnectorGroup) record {
	return record{
		"id": g.ID, "name": g.Name, "connectorGroupType": "applicationProxy", "isDefault": g.Default, "region": g.Region,
	}
}

func getProfile(c *call) (reply, *graphError) {
	return c.one(shape{typ: "microsoft.graph.onPremisesPublishingProfile", set: profilesSegment}, record{
		"id": "applicationProxy", "isEnabled": c.st.Tenant.ProxyEnabled, "isDefaultAccessEnabled": false,
		"hybridAgentUpdaterConfiguration": nil,
	})
}

func listConnectors(c *call) (reply, *graphError) {
	var all []record
	for i := range c.st.Connectors {
		all = append(all, connectorRecord(&c.st.Connectors[i]))
	}
	return c.list(connectorShape(), connectorRecord(&Connector{}), all)
}

// connector finds a connector by its id, never by its name.
func (c *call) connector(id string) (*Connector, *graphError) {
	k := c.st.Connector(id)
	if k == nil || !strings.EqualFold(k.ID, id) {
		return nil, notFound(id)
	}
	return k, nil
}

func (c *call) group(id string) (*ConnectorGroup, *graphError) {
	g := c.st.Group(id)
	if g == nil || !strings.EqualFold(g.ID, id) {
		return nil, notFound(id)
	}
	return g, nil
}

func getConnector(c *call) (reply, *graphError) {
	k, ge := c.connector(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	return c.one(connectorShape(), connectorRecord(k))
}

func listConnectorGroupsOf(c *call) (reply, *graphError) {
	k, ge := c.connector(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	var all []record
	if g := c.st.Group(k.GroupID); g != nil {
		all = append(all, groupRecord(g))
	}
	return c.list(groupShape(), groupRecord(&ConnectorGroup{}), all)
}

func moveConnector(c *call) (reply, *graphError) {
	k, ge := c.connector(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	id, ge := c.reference("connectorGroups")
	if ge != nil {
		return reply{}, ge
	}
	g, ge := c.group(id)
	if ge != nil {
		return reply{}, ge
	}
	k.GroupID = g.ID
	return done()
}

func listGroups(c *call) (reply, *graphError) {
	var all []record
	for i := range c.st.Groups {
		all = append(all, groupRecord(&c.st.Groups[i]))
	}
	return c.list(groupShape(), groupRecord(&ConnectorGroup{}), all)
}

// groupPatch has two properties that Graph takes and ignores.
type groupPatch struct {
	Name               *string `json:"name"`
	Region             *string `json:"region"`
	ConnectorGroupType *string `json:"connectorGroupType"`
	IsDefault          *bool   `json:"isDefault"`
}

// createGroup answers 200 as the live service does, not the documented 201.
func createGroup(c *call) (reply, *graphError) {
	var body groupPatch
	if ge := c.decode(&body); ge != nil {
		return reply{}, ge
	}
	if body.Name == nil || strings.TrimSpace(*body.Name) == "" {
		return reply{}, badRequest("A value is required for the property 'name' of resource 'ConnectorGroup'.")
	}
	if c.st.Group(*body.Name) != nil {
		return reply{}, refused(http.StatusConflict, "ConnectorGroup_NameConflict", "A connector group named '%s' exists already.", *body.Name)
	}
	g := ConnectorGroup{ID: c.st.newID("group"), Name: *body.Name, Region: "eur"}
	if body.Region != nil && *body.Region != "" {
		g.Region = *body.Region
	}
	c.st.Groups = append(c.st.Groups, g)
	return ok(groupRecord(&g))
}

func getGroup(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	return c.one(groupShape(), groupRecord(g))
}

func patchGroup(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	var body groupPatch
	if ge := c.decode(&body); ge != nil {
		return reply{}, ge
	}
	if body.Region != nil && *body.Region != g.Region && (len(c.st.Members(g.ID)) > 0 || len(c.applicationsOf(g.ID)) > 0) {
		return reply{}, badRequest("The region of a connector group can be set only while it has no connectors and no applications.")
	}
	if body.Name != nil {
		g.Name = *body.Name
	}
	if body.Region != nil {
		g.Region = *body.Region
	}
	return done()
}

func deleteGroup(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	switch {
	case g.Default:
		return reply{}, badRequest("The default connector group cannot be deleted.")
	case len(c.st.Members(g.ID)) > 0:
		return reply{}, badRequest("The connector group '%s' still holds connectors.", g.Name)
	}
	id := g.ID
	c.st.Groups = slices.DeleteFunc(c.st.Groups, func(g ConnectorGroup) bool { return g.ID == id })
	if d := c.st.DefaultGroup(); d != nil {
		for i := range c.st.Applications {
			if c.st.Applications[i].GroupID == id {
				c.st.Applications[i].GroupID = d.ID
			}
		}
	}
	return done()
}

func listGroupMembers(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	var all []record
	for _, k := range c.st.Members(g.ID) {
		all = append(all, connectorRecord(&k))
	}
	return c.list(connectorShape(), connectorRecord(&Connector{}), all)
}

func addGroupMember(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	id, ge := c.reference("connectors")
	if ge != nil {
		return reply{}, ge
	}
	k, ge := c.connector(id)
	if ge != nil {
		return reply{}, ge
	}
	k.GroupID = g.ID
	return done()
}

func (c *call) applicationsOf(groupID string) []record {
	var all []record
	for i := range c.st.Applications {
		if a := &c.st.Applications[i]; a.Publishing != nil && a.GroupID == groupID {
			all = append(all, c.applicationRecord(a))
		}
	}
	return all
}

func listGroupApplications(c *call) (reply, *graphError) {
	g, ge := c.group(c.ids[0])
	if ge != nil {
		return reply{}, ge
	}
	return c.list(applicationShape(), c.applicationRecord(&Application{}), c.applicationsOf(g.ID))
}

// reference reads the body of a $ref request: the full beta URL of an object
// of the collection.
func (c *call) reference(collection string) (string, *graphError) {
	var body struct {
		ID string `json:"@odata.id"`
	}
	if ge := c.decode(&body); ge != nil {
		return "", ge
	}
	u, err := url.Parse(body.ID)
	if err != nil || u.Scheme != "https" || !sameAudience("https://"+hostname(u.Host), graphAudience) {
		return "", badRequest("The @odata.id '%s' is not a URL of this Graph.", body.ID)
	}
	segments, ge := splitPath(u.EscapedPath())
	if ge != nil {
		return "", ge
	}
	n := len(segments)
	if n != 5 || !strings.EqualFold(strings.Join(segments[:4], "/"), "beta/"+profilesSegment+"/applicationProxy/"+collection) {
		return "", badRequest("The @odata.id '%s' does not name one of the %s.", body.ID, collection)
	}
	return segments[4], nil
}
