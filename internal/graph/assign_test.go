package graph_test

import (
	"slices"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// Groups are assigned as users are, and only once.
func TestGroupsAreAssignedToo(t *testing.T) {
	w := newWorld(t)
	const id = "5d0f7f0e-93d5-4a55-8f0b-1d3c1a2b4c01"
	w.tenant.Update(func(s *entra.State) {
		s.DirectoryGroups = append(s.DirectoryGroups, entra.DirectoryGroup{ID: id, Name: "Reader's Qlik"})
	})
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	list, err := c.Principals(t.Context(), []string{"Reader's Qlik", contoso.TestUser().UPN})
	if err != nil || len(list) != 2 || list[0] != (fact.Principal{ID: id, Name: "Reader's Qlik", Group: true}) || list[1].Group || list[1].Name != contoso.TestUser().UPN {
		t.Fatalf("Principals() = %+v, %v", list, err)
	}
	if _, err := c.Principals(t.Context(), []string{"Nobody"}); kindOf(err) != fact.NotFound {
		t.Errorf("Principals() of a name that nobody bears: %v", err)
	}
	w.tenant.Update(func(s *entra.State) {
		s.DirectoryGroups = append(s.DirectoryGroups, entra.DirectoryGroup{ID: "5d0f7f0e-93d5-4a55-8f0b-1d3c1a2b4c02", Name: "Twins"}, entra.DirectoryGroup{ID: "5d0f7f0e-93d5-4a55-8f0b-1d3c1a2b4c03", Name: "Twins"})
	})
	if _, err := c.Principals(t.Context(), []string{"Twins"}); kindOf(err) != fact.Conflict {
		t.Errorf("Principals() of a name that two bear: %v", err)
	}
	for range 2 {
		app, err := graph.NewWriter(c).Publish(t.Context(), fact.PublishWish{
			Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL, GroupID: groupID(t, c),
			AssignUserID: list[1].ID, AlsoAssign: []string{id},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Sorted(slices.Values(app.AssignedPrincipalIDs))
		if want := slices.Sorted(slices.Values([]string{id, list[1].ID})); !slices.Equal(got, want) {
			t.Errorf("assigned %v, want %v", got, want)
		}
	}
}
