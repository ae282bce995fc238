package integration_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQRSInteract changes a virtual proxy with a library that administrators of
// Qlik Sense use, and puts it back.
func TestQRSInteract(t *testing.T) {
	env := nodeEnv(t)
	l := startLab(t, "--finished")
	host, port := split(t, l.at(t, "repository"))
	script := filepath.Join("testdata", "virtualproxy.js")
	out := must(t, env, "", "node", script, host, port, l.path("qlik"), "added.example")

	var got struct {
		Version string
		Before  []string // allow list
		Stored  []string // after the change
		Stale   string   // what became of writing an outdated copy
		After   []string // put back
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if got.Version == "" {
		t.Error("the repository has no version")
	}
	if diff := cmp.Diff(append(append([]string{}, got.Before...), "added.example"), got.Stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got.Before, got.After); diff != "" {
		t.Errorf("put back (-want +got):\n%s", diff)
	}
	if got.Stale != "409" {
		t.Errorf("an outdated copy was answered with %q", got.Stale)
	}
}
