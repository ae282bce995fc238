package qlik

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// write answers POST, PUT and DELETE on entities. The lock must be held.
func (s *Server) write(k kind, c call) (answer, error) {
	if !slices.Contains(strings.Fields(k.writes), c.method) {
		return answer{}, refuse(405, "%s is not possible on %s", c.method, k.path)
	}
	if !s.state.Admin(c.who.directory, c.who.user) || s.state.Faults.ReadOnly {
		return answer{}, refuse(403, "Forbidden")
	}
	stored := k.entities(&s.state)
	if c.method == http.MethodPost {
		if len(c.path) != 1 {
			return answer{}, refuse(405, "POST is not possible on %s", strings.Join(c.path, "/"))
		}
		return s.create(k, c, stored)
	}
	if len(c.path) != 2 {
		return answer{}, refuse(400, "An identifier is needed")
	}
	i := slices.IndexFunc(*stored, func(e Entity) bool { return strings.EqualFold(e.ID(), c.path[1]) })
	if i < 0 {
		return answer{}, refuse(404, "The resource was not found")
	}
	if c.method == http.MethodDelete {
		return s.remove(k, stored, i)
	}
	return s.replace(k, c, stored, i)
}

func (s *Server) create(k kind, c call, stored *[]Entity) (answer, error) {
	body, err := decode(c.body)
	if err != nil {
		return answer{}, refuse(400, "The body cannot be read: %v", err)
	}
	if err := k.check(&s.state, nil, body); err != nil {
		return answer{}, err
	}
	now := stamp(s.opt.Clock())
	e := k.defaults().with(body).with(Entity{
		"id": uuid.NewString(), "createdDate": now, "modifiedDate": now,
		"modifiedByUserName": c.who.String(), "schemaPath": k.schema, "privileges": nil,
	})
	if k.path == "virtualproxyconfig" {
		e.Set("defaultVirtualProxy", false)
	}
	*stored = append(*stored, e)
	return answer{http.StatusCreated, k.full(&s.state, e)}, nil
}

func (s *Server) replace(k kind, c call, stored *[]Entity, i int) (answer, error) {
	old := (*stored)[i]
	if s.state.Faults.Conflicts > 0 {
		s.state.Faults.Conflicts--
		old.Set("modifiedDate", s.after(old))
		old.Set("modifiedByUserName", `CONTOSO\qadmin`)
		if _, has := old["windowsAuthenticationEnabledDevicePattern"]; has && s.state.Faults.Rivals {
			old.Set("windowsAuthenticationEnabledDevicePattern", "Form")
		}
	}
	body, err := decode(c.body)
	if err != nil {
		return answer{}, refuse(400, "The body cannot be read: %v", err)
	}
	if !strings.EqualFold(body.ID(), old.ID()) {
		return answer{}, refuse(400, "The id of the body is not that of the address")
	}
	read, err := time.Parse(time.RFC3339, body.Text("modifiedDate"))
	if err != nil {
		return answer{}, refuse(400, "modifiedDate is required")
	}
	// Dates of the future pass, as with the real one.
	if have, err := time.Parse(time.RFC3339, old.Text("modifiedDate")); err == nil && have.After(read) {
		return answer{}, refuse(409, "The resource was modified by %s after it was read", old.Text("modifiedByUserName"))
	}
	if k.check != nil {
		if err := k.check(&s.state, old, body); err != nil {
			return answer{}, err
		}
	}
	e := k.defaults().with(body).with(Entity{
		"id": old.ID(), "createdDate": old["createdDate"], "schemaPath": old["schemaPath"],
		"modifiedDate": s.after(old), "modifiedByUserName": c.who.String(), "privileges": nil,
	})
	if k.path == "virtualproxyconfig" {
		e["defaultVirtualProxy"] = old["defaultVirtualProxy"]
	}
	(*stored)[i] = e
	switch {
	case k.affects != nil:
		s.reload(k.affects(&s.state, e))
	case !s.state.Faults.Deaf && len(s.reloads) == 0:
		s.live = s.state.build()
	}
	return answer{http.StatusOK, k.full(&s.state, e)}, nil
}

func (s *Server) remove(k kind, stored *[]Entity, i int) (answer, error) {
	e := (*stored)[i]
	if e.Flag("defaultVirtualProxy") || k.path == "contentlibrary" && e.Text("name") == "Default" {
		return answer{}, refuse(400, "The default one cannot be deleted")
	}
	var hosts []string
	if k.affects != nil {
		hosts = k.affects(&s.state, e)
	}
	*stored = slices.Delete(*stored, i, i+1)
	for _, p := range s.state.ProxyServices {
		left := slices.DeleteFunc(p.Objects("settings", "virtualProxies"), func(r Entity) bool { return r.ID() == e.ID() })
		p.Object("settings").Set("virtualProxies", left)
	}
	s.reload(hosts)
	return answer{status: http.StatusNoContent}, nil
}

// after is a date later than that of the last change, however coarse the
// clock.
func (s *Server) after(e Entity) string {
	now := s.opt.Clock()
	if last, err := time.Parse(time.RFC3339, e.Text("modifiedDate")); err == nil && !now.Truncate(time.Millisecond).After(last) {
		now = last.Add(time.Millisecond)
	}
	return stamp(now)
}
