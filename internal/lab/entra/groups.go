package entra

import (
	"slices"
	"strings"
)

// DirectoryGroup is a security group of the tenant.
type DirectoryGroup struct {
	ID, Name string
	// Members are object ids of users and of other groups.
	Members []string
}

// DirectoryGroup finds a group by object id or name; nil when there is none.
func (st *State) DirectoryGroup(key string) *DirectoryGroup {
	for i := range st.DirectoryGroups {
		if g := &st.DirectoryGroups[i]; strings.EqualFold(g.ID, key) || strings.EqualFold(g.Name, key) {
			return g
		}
	}
	return nil
}

// directGroups are the groups that name the user itself.
func (st *State) directGroups(userID string) []DirectoryGroup {
	var out []DirectoryGroup
	for _, g := range st.DirectoryGroups {
		if slices.ContainsFunc(g.Members, func(m string) bool { return strings.EqualFold(m, userID) }) {
			out = append(out, g)
		}
	}
	return out
}

// mayOpen says whether the user holds a role of the enterprise application, by
// itself or as a direct member of a group: nested groups are not followed.
func (st *State) mayOpen(p *ServicePrincipal, userID string) bool {
	return p.Assigned(userID) || slices.ContainsFunc(st.directGroups(userID), func(g DirectoryGroup) bool { return p.Assigned(g.ID) })
}

// assignedUsers are the object ids of everybody who may open it.
func (st *State) assignedUsers(p *ServicePrincipal) []string {
	var out []string
	for _, a := range p.Assignments {
		if g := st.DirectoryGroup(a.PrincipalID); g != nil {
			out = append(out, g.Members...)
			continue
		}
		out = append(out, a.PrincipalID)
	}
	return out
}

func groupMemberRecord(g DirectoryGroup) record {
	return record{
		"@odata.type": "#microsoft.graph.group", "id": g.ID, "displayName": g.Name, "securityEnabled": true, "deletedDateTime": nil,
	}
}

// listMemberOf lists the groups and roles that a user is a direct member of.
func listMemberOf(c *call) (reply, *graphError) {
	u := c.st.User(c.ids[0])
	if u == nil {
		return reply{}, notFound(c.ids[0])
	}
	var all []record
	for _, g := range c.st.directGroups(u.ID) {
		all = append(all, groupMemberRecord(g))
	}
	for _, id := range u.Roles {
		all = append(all, roleRecord(id))
	}
	return c.list(shape{typ: "microsoft.graph.directoryObject", set: "directoryObjects"}, groupMemberRecord(DirectoryGroup{}), all)
}

// listDirectoryGroups lists the groups of the tenant.
func listDirectoryGroups(c *call) (reply, *graphError) {
	all := make([]record, 0, len(c.st.DirectoryGroups))
	for _, g := range c.st.DirectoryGroups {
		all = append(all, groupMemberRecord(g))
	}
	return c.list(shape{typ: "microsoft.graph.group", set: "groups"}, groupMemberRecord(DirectoryGroup{}), all)
}
