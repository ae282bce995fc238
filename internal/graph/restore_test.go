package graph_test

import (
	"slices"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// An application that a plan completed gets back what it had, and keeps whom
// it had.
func TestRestore(t *testing.T) {
	w := newWorld(t)
	const id = "5d0f7f0e-93d5-4a55-8f0b-1d3c1a2b4c01"
	w.tenant.Update(func(s *entra.State) {
		s.DirectoryGroups = append(s.DirectoryGroups, entra.DirectoryGroup{ID: id, Name: "Readers"})
	})
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	people, err := c.Principals(t.Context(), []string{contoso.TestUser().UPN})
	if err != nil {
		t.Fatal(err)
	}
	writer := graph.NewWriter(c)
	wish := fact.PublishWish{Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL, GroupID: groupID(t, c), AssignUserID: people[0].ID}
	had, err := writer.Publish(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	had.InternalURL = "https://old.contoso.test/"
	if err := writer.Restore(t.Context(), had.ObjectID, had, nil); err != nil {
		t.Fatal("setting the scene:", err)
	}
	wish.Hidden, wish.AlsoAssign = true, []string{id}
	after, err := writer.Publish(t.Context(), wish)
	if err != nil || !after.HiddenFromUsers || len(after.AssignedPrincipalIDs) != 2 || after.InternalURL != internalURL {
		t.Fatalf("published again: %+v, %v", after, err)
	}
	if err := writer.Restore(t.Context(), had.ObjectID, had, []string{id}); err != nil {
		t.Fatal(err)
	}
	list, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d applications, %v", len(list), err)
	}
	now := list[0]
	if now.InternalURL != had.InternalURL || now.HiddenFromUsers || !slices.Equal(now.AssignedPrincipalIDs, []string{people[0].ID}) || now.GroupID != had.GroupID {
		t.Errorf("restored: %+v", now)
	}
}
