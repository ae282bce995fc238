package graph

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"sensegate/internal/fact"
)

// maxReads bounds how many applications are read in search of a clash, twenty
// with a request. Beyond it Graph itself refuses the second use of an URL.
const maxReads = 4000

// PublishedApps lists every application that is published under the external
// or the internal URL, or that bears the name.
//
// No filter of Graph reaches the URLs. So the likely ones are asked for first:
// those of the name, and published ones whose reply addresses show the
// external host. Only when none of them holds both URLs, which nobody else can
// hold then, the applications of the connector groups are gone through.
func (c *Client) PublishedApps(ctx context.Context, externalURL, internalURL, name string) ([]fact.PublishedApp, error) {
	s := search{n: c.read, external: externalURL, internal: internalURL, name: name, seen: map[string]bool{}, listed: map[string]application{}}
	likely, err := s.likely(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.consider(ctx, likely); err != nil {
		return nil, err
	}
	// An application that signed in by itself may not ask for connector groups.
	if !s.settled() && !c.personless() && (externalURL != "" || internalURL != "") {
		rest, err := s.grouped(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.consider(ctx, rest); err != nil {
			return nil, err
		}
	}
	out := make([]fact.PublishedApp, 0, len(s.hits))
	for _, a := range s.hits {
		app, err := c.describe(ctx, a)
		if err != nil {
			return nil, err
		}
		out = append(out, app)
	}
	return out, nil
}

// search is one question of PublishedApps.
type search struct {
	n                        connection
	external, internal, name string
	seen                     map[string]bool
	listed                   map[string]application // as the lists show them
	hits                     []application
}

// settled says that one hit holds both URLs.
func (s *search) settled() bool {
	return slices.ContainsFunc(s.hits, func(a application) bool {
		return a.Publishing != nil && sameURL(a.Publishing.ExternalURL, s.external) && sameURL(a.Publishing.InternalURL, s.internal)
	})
}

// likely are the applications of the name, and those tagged as published that
// answer at the external host.
func (s *search) likely(ctx context.Context) ([]string, error) {
	var ids []string
	byFilter := func(op, filter string) error {
		found, err := list[application](ctx, s.n, op, "/beta/applications", url.Values{"$filter": {filter}, "$select": {appFields}})
		for _, a := range found {
			ids = append(ids, a.ID)
			s.listed[a.ID] = a
		}
		return err
	}
	if s.name != "" {
		if err := byFilter("looking for the application by name", "displayName eq "+quote(s.name)); err != nil {
			return nil, err
		}
	}
	host := hostOf(s.external)
	if host == "" {
		return ids, nil
	}
	type tagged struct {
		AppID     string   `json:"appId"`
		Home      string   `json:"homepage"`
		ReplyURLs []string `json:"replyUrls"`
	}
	published, err := list[tagged](ctx, s.n, "looking for published applications", "/beta/servicePrincipals", url.Values{
		"$filter": {"tags/any(t:t eq " + quote(tagOnPremApp) + ")"}, "$select": {"id,appId,displayName,homepage,replyUrls"}, "$top": {"999"},
	})
	if err != nil {
		return nil, err
	}
	for _, p := range published {
		if slices.ContainsFunc(append(p.ReplyURLs, p.Home), func(u string) bool { return hostOf(u) == host }) {
			if err := byFilter("looking for the application by id", "appId eq "+quote(p.AppID)); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// grouped are the applications of all connector groups.
func (s *search) grouped(ctx context.Context) ([]string, error) {
	type group struct {
		ID string `json:"id"`
	}
	groups, err := list[group](ctx, s.n, "reading the connector groups", profilePath+"/connectorGroups", nil)
	if neverRegistered(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, g := range groups {
		apps, err := list[application](ctx, s.n, "reading the applications of a connector group", profilePath+"/connectorGroups/"+url.PathEscape(g.ID)+"/applications", nil)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		for _, a := range apps {
			ids = append(ids, a.ID)
		}
	}
	return ids, nil
}

// consider reads applications that were not read yet and keeps those that are
// asked for.
func (s *search) consider(ctx context.Context, ids []string) error {
	fresh := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" && !s.seen[id] && len(s.seen) < maxReads {
			s.seen[id] = true
			fresh = append(fresh, id)
		}
	}
	read, err := s.n.applications(ctx, fresh)
	if err != nil {
		return err
	}
	for i, a := range read {
		if a.ID == "" {
			// In a list, and not there when it is asked for by itself: not on every
			// replica yet. It bears our name, so it counts.
			if a = s.listed[fresh[i]]; !strings.EqualFold(a.Name, s.name) {
				continue
			}
			a.unread = true
		}
		if a.ID != "" && s.wanted(a) {
			s.hits = append(s.hits, a)
		}
	}
	return nil
}

func (s *search) wanted(a application) bool {
	if s.name != "" && strings.EqualFold(a.Name, s.name) {
		return true
	}
	p := a.Publishing
	return p != nil && (sameURL(p.ExternalURL, s.external) || sameURL(p.InternalURL, s.internal))
}

// sameURL compares as the service does: scheme and host without case, the
// scheme's own port and the final slash left out.
func sameURL(a, b string) bool {
	ca, cb := canonical(a), canonical(b)
	return ca != "" && ca == cb
}

func canonical(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	if port := u.Port(); port != "" && (scheme != "https" || port != "443") && (scheme != "http" || port != "80") {
		host += ":" + port
	}
	return scheme + "://" + host + "/" + strings.Trim(u.Path, "/")
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
