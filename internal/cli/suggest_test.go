package cli

import (
	"slices"
	"testing"
	"time"

	"sensegate/internal/lab"
	"sensegate/ui"
)

// TestSuggestions asks the practice lab's systems for answers.
func TestSuggestions(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &program{Process: Process{Clock: time.Now}}
	find := p.suggestFor(ui.NewDesk(nil))
	facts := l.Site()
	for key, want := range map[string]string{
		"publish.connector_group": facts.Publish.ConnectorGroup, "publish.external_url": facts.Publish.ExternalURL,
		"publish.app_name": facts.Publish.AppName, "entra.tenant": "", "connector.hosts": "",
	} {
		list, err := find(t.Context(), facts, key)
		if err != nil || len(list) == 0 {
			t.Errorf("%s: %d found, %v", key, len(list), err)
			continue
		}
		has := want == ""
		for _, v := range list {
			has = has || v.Value == want
			if v.Value == "" || v.From == "" {
				t.Errorf("%s: %+v", key, v)
			}
		}
		if !has {
			t.Errorf("%s: %q is not among %v", key, want, list)
		}
	}
	if list, err := find(t.Context(), facts, "qlik.key"); err != nil || len(list) > 0 {
		t.Errorf("a file's name was found: %v, %v", list, err)
	}
}

// TestVirtualProxiesAreSuggested asks a site with two of them: each is an
// address to publish.
func TestVirtualProxiesAreSuggested(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Variants: []string{"prefix"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &program{Process: Process{Clock: time.Now}}
	find := p.suggestFor(ui.NewDesk(nil))
	for typed, host := range map[string]string{l.Site().Publish.InternalURL: "sense.contoso.test", "": "qlik01.contoso.test"} {
		facts := l.Site()
		facts.Publish.InternalURL = typed
		list, err := find(t.Context(), facts, "publish.internal_url")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range list {
			got = append(got, v.Value)
		}
		for _, want := range []string{"https://" + host + "/", "https://" + host + "/outside/"} {
			if !slices.Contains(got, want) {
				t.Errorf("after %q: %s is not among %v", typed, want, got)
			}
		}
	}
}
