package qlik_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/foreign"
	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
)

// TestRepoAPI reads and changes a site of two nodes with a library that other
// people wrote for the repository.
func TestRepoAPI(t *testing.T) {
	dir := foreign.Modules(t, "qlik-repo-api")
	w := start(t, lab.Options{Variants: []string{"multi-node"}})
	const added = "added.example"
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "repoapi.mjs"),
		dir, w.at(t, contoso.QlikNode+":4242"), filepath.Join(w.lab.Dir(), "qlik"), contoso.QlikNode, added)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Build          string
		Kerberos       []bool
		Nodes          []string
		Before, Stored []string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	slices.Sort(got.Nodes)
	if diff := cmp.Diff([]string{"qlik01.contoso.test", "qlik02.contoso.test"}, got.Nodes); diff != "" {
		t.Errorf("nodes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]bool{true, true}, got.Kerberos); diff != "" || got.Build == "" {
		t.Errorf("build %q, Kerberos (-want +got)\n%s", got.Build, diff)
	}
	if diff := cmp.Diff(append(slices.Clone(got.Before), added), got.Stored); diff != "" {
		t.Errorf("stored (-want +got)\n%s", diff)
	}
}
