package entra

import (
	"encoding/json"
	"slices"
	"strings"
)

// record shows the settings with the properties the lab leaves empty.
func (p *Publishing) record() record {
	r := record{}
	raw, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil { // a struct of strings and flags always makes the round trip
		return nil
	}
	r["onPremisesApplicationSegments"] = []record{}
	for _, name := range []string{
		"segmentsConfiguration", "verifiedCustomDomainCertificatesMetadata",
		"verifiedCustomDomainKeyCredential", "verifiedCustomDomainPasswordCredential",
	} {
		r[name] = nil
	}
	if p.Certificate != nil {
		r["verifiedCustomDomainCertificatesMetadata"] = p.Certificate
	}
	return r
}

// publishingToPatch is what a patch is laid over.
func (a *Application) publishingToPatch() Publishing {
	if a.Publishing != nil {
		return a.Publishing.clone()
	}
	return newPublishing()
}

// names are the properties the body mentions, in lower case.
func (c *call) names() (map[string]bool, *graphError) {
	var body map[string]json.RawMessage
	if len(c.body) == 0 {
		return nil, badRequest("Empty Payload. JSON content expected.")
	}
	if err := json.Unmarshal(c.body, &body); err != nil {
		return nil, badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	out := map[string]bool{}
	for k := range body {
		out[strings.ToLower(k)] = true
	}
	return out, nil
}

// publish gives the application settings p. The caller may still be someone
// who may write applications but not publish them.
func (c *call) publish(app *Application, p Publishing) *graphError {
	if !c.beta() {
		return badRequest("Invalid property 'onPremisesPublishing'.")
	}
	if c.who.AppOnly || !overlap(rolesProxyWrite(), c.user.Roles) {
		return denied()
	}
	if !c.st.Tenant.ProxyEnabled {
		return refused(404, "OnPremisesPublishing_NotEnabled", "OnPremisesPublishing is not enabled for this tenant.")
	}
	if len(app.IdentifierURIs) == 0 || (app.Web.HomePageURL == nil && len(app.Web.RedirectURIs) == 0) {
		return badRequest("identifierUris and the web URLs of the application must be set before onPremisesPublishing.")
	}
	if ge := p.check(c.st, app); ge != nil {
		return ge
	}
	p.ApplicationServerTimeout = strings.ToLower(p.ApplicationServerTimeout)
	if app.Publishing == nil {
		if g := c.st.DefaultGroup(); g != nil {
			app.GroupID = g.ID
		}
	}
	// The service signs users in under the external URL and registers it.
	if old := app.Publishing; old == nil || old.ExternalURL != p.ExternalURL {
		if !slices.Contains(app.Web.RedirectURIs, p.ExternalURL) {
			app.Web.RedirectURIs = append(slices.Clone(app.Web.RedirectURIs), p.ExternalURL)
		}
	}
	app.Publishing = &p
	return nil
}

// getPublishing answers 404 until the application is published.
func getPublishing(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	if app.Publishing == nil {
		return reply{}, notPublished()
	}
	return c.one(shape{
		typ: "microsoft.graph.onPremisesPublishing", set: "applications('" + app.ID + "')/onPremisesPublishing",
	}, app.Publishing.record())
}

func patchPublishing(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	p := app.publishingToPatch()
	if ge := c.decode(&p); ge != nil {
		return reply{}, ge
	}
	next := *app
	if ge := c.publish(&next, p); ge != nil {
		return reply{}, ge
	}
	*app = next
	return done()
}

func getApplicationGroup(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	if app.Publishing == nil {
		return reply{}, notPublished()
	}
	id := app.GroupID
	if app.StaleReads > 0 {
		app.StaleReads--
		id = app.StaleGroupID
	}
	g := c.st.Group(id)
	if g == nil {
		g = c.st.DefaultGroup()
	}
	if g == nil {
		return reply{}, notFound(id)
	}
	return c.one(groupShape(), groupRecord(g))
}

func putApplicationGroup(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	if app.Publishing == nil {
		return reply{}, notPublished()
	}
	id, ge := c.reference("connectorGroups")
	if ge != nil {
		return reply{}, ge
	}
	g := c.st.Group(id)
	if g == nil || !strings.EqualFold(g.ID, id) {
		return reply{}, notFound(id)
	}
	c.st.point(app, g.ID)
	return done()
}

// deleteApplicationGroup leaves the application with the default group.
func deleteApplicationGroup(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	g := c.st.DefaultGroup()
	if app.Publishing == nil || g == nil {
		return reply{}, notPublished()
	}
	c.st.point(app, g.ID)
	return done()
}

// point gives the application another group, which the next read may miss.
func (st *State) point(app *Application, groupID string) {
	if app.GroupID != groupID && st.ConsistencyReads > 0 {
		app.StaleGroupID, app.StaleReads = app.GroupID, max(1, st.GroupReadsStale)
	}
	app.GroupID = groupID
}
