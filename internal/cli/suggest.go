package cli

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"sensegate/internal/site"
	"sensegate/ui"
)

// suggestFor finds answers to a question in the systems of a site, read only;
// nil where nothing could be found.
func (p *program) suggestFor(desk *ui.Desk) func(context.Context, site.Site, string) ([]ui.Suggestion, error) {
	return func(ctx context.Context, s site.Site, key string) ([]ui.Suggestion, error) {
		o := p.opener(false)
		o.secrets, o.prompt = desk.Secret, desk.Tell
		if s.Simulated {
			o.prompt = answeredByItself
		}
		w, err := o.open(ctx, s)
		if err != nil {
			return nil, err
		}
		defer func() { _ = w.Close() }() // only read from
		var out []ui.Suggestion
		put := func(value, from string) {
			if value != "" && !slices.ContainsFunc(out, func(v ui.Suggestion) bool { return v.Value == value }) {
				out = append(out, ui.Suggestion{Value: value, From: from})
			}
		}
		switch key {
		case "publish.connector_group":
			groups, err := w.Graph.ConnectorGroups(ctx)
			if err != nil {
				return nil, fmt.Errorf("asking Entra for its connector groups: %w", err)
			}
			for _, g := range groups {
				put(g.Name, "connector group in Entra, region "+g.Region)
			}
		case "connector.hosts":
			list, err := w.Graph.Connectors(ctx)
			if err != nil {
				return nil, fmt.Errorf("asking Entra for its connectors: %w", err)
			}
			for _, c := range list {
				put(c.Machine, "connector in Entra, version "+c.Version)
			}
		case "publish.external_url", "publish.internal_url", "publish.app_name":
			apps, err := w.Graph.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
			if err != nil && (key != "publish.internal_url" || s.Qlik.Repository == "") {
				return nil, fmt.Errorf("asking Entra for published applications: %w", err)
			}
			for _, a := range apps {
				value := map[string]string{"publish.external_url": a.ExternalURL, "publish.internal_url": a.InternalURL, "publish.app_name": a.Name}[key]
				put(value, "application "+a.Name+" in Entra")
			}
		case "entra.tenant":
			org, err := w.Graph.Organization(ctx)
			if err != nil {
				return nil, fmt.Errorf("asking Entra for the tenant: %w", err)
			}
			put(org.ID, "the id of the tenant "+org.Name)
			for _, d := range org.VerifiedDomains {
				put(d, "verified domain of the tenant "+org.Name)
			}
		}
		if err := discover(ctx, w, s, key, put); err != nil && len(out) == 0 {
			return nil, err
		}
		if key == "publish.internal_url" && s.Qlik.Repository != "" {
			list, err := w.Qlik.VirtualProxies(ctx)
			if err != nil && len(out) == 0 {
				return nil, fmt.Errorf("asking the Qlik repository for its virtual proxies: %w", err)
			}
			for _, v := range list {
				put(addressOf(s, v.Prefix), "virtual proxy "+v.Description)
			}
		}
		return out, nil
	}
}

// addressOf is where a virtual proxy is opened on the LAN: under the host that
// people type already, or that of the repository where none was given yet.
func addressOf(s site.Site, prefix string) string {
	u, err := url.Parse(s.Publish.InternalURL)
	if err != nil || u.Host == "" {
		if u, err = url.Parse(s.Qlik.Repository); err != nil {
			return ""
		}
		u.Scheme, u.Host = "https", u.Hostname()
	}
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	if prefix != "" {
		at.Path = "/" + prefix + "/"
	}
	return at.String()
}
