package site

import "testing"

func TestPublishedPrefix(t *testing.T) {
	for url, want := range map[string]string{
		"https://sense.contoso.com/": "", "https://sense.contoso.com": "", "https://sense.contoso.com/hub/": "",
		"https://sense.contoso.com/outside/": "outside", "https://sense.contoso.com/outside/hub/my/work": "outside",
		"https://sense.contoso.com/a/b/": "a/b", "https://sense.contoso.com/Sense/app/x": "", "::": "",
	} {
		s := Site{Publish: Publish{InternalURL: url}}
		s.settle()
		if s.Qlik.Prefix != want {
			t.Errorf("%s: got %q, want %q", url, s.Qlik.Prefix, want)
		}
	}
	given := Site{Publish: Publish{InternalURL: "https://sense.contoso.com/outside/"}, Qlik: Qlik{Prefix: "other"}}
	given.settle()
	if given.Qlik.Prefix != "other" {
		t.Errorf("a prefix that was given became %q", given.Qlik.Prefix)
	}
}

func TestSetInternalURL(t *testing.T) {
	t.Parallel()
	var s Site
	for _, step := range []struct{ url, want string }{
		{"https://sense.contoso.com/outside/", "outside"},
		{"https://sense.contoso.com/", ""},
		{"https://sense.contoso.com/a/b/hub/", "a/b"},
	} {
		if s.SetInternalURL(step.url); s.Qlik.Prefix != step.want || s.Publish.InternalURL != step.url {
			t.Errorf("%s: prefix %q, want %q", step.url, s.Qlik.Prefix, step.want)
		}
	}
	s.Qlik.Prefix = "given"
	if s.SetInternalURL("https://sense.contoso.com/x/"); s.Qlik.Prefix != "given" {
		t.Errorf("a prefix that was given became %q", s.Qlik.Prefix)
	}
}

func TestCheckVia(t *testing.T) {
	t.Parallel()
	for v, good := range map[string]bool{"direct": true, "proxy": true, "through": false, "PROXY": false} {
		if err := CheckVia(v); (err == nil) != good {
			t.Errorf("CheckVia(%q) = %v", v, err)
		}
	}
}
