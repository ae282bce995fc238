package steps_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sensegate/internal/site"
	"sensegate/steps"
)

// completeSite is a site that leaves no placeholder empty.
func completeSite() site.Site {
	return site.Site{
		Name:  "contoso",
		Entra: site.Entra{Tenant: "contoso.onmicrosoft.com"},
		Publish: site.Publish{
			AppName: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/",
			InternalURL: "https://sense.contoso.test/", ConnectorGroup: "Qlik",
		},
		Qlik:      site.Qlik{Repository: "https://qlik01.contoso.test:4242", Certificate: "client.pem", Key: "key.pem", Root: "root.pem", ServiceAccount: `CONTOSO\svc-qlik`},
		Directory: site.Directory{Domain: "contoso.test", User: `CONTOSO\admin`},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}, {Name: "conn02.contoso.test"}}},
		TestUser:  site.TestUser{UPN: "alice@contoso.test"},
	}
}

// placeholders are the names in braces that nothing filled.
func placeholders(text string) []string {
	return regexp.MustCompile(`\{[a-z]+(-[a-z]+)*\}`).FindAllString(text, -1)
}

func TestQuestions(t *testing.T) {
	missing := map[string]bool{}
	for _, p := range (site.Site{}).Problems() {
		missing[p.Path] = p.Missing
	}
	asked := map[string]bool{}
	for _, q := range steps.Questions() {
		t.Run(q.Key, func(t *testing.T) {
			if asked[q.Key] {
				t.Error("asked twice")
			}
			asked[q.Key] = true
			if q.Label == "" || q.Help == "" || q.Get == nil || q.Set == nil {
				t.Fatal("label, help, get and set are all needed")
			}
			if q.Required != missing[q.Key] && !owed(q.Key) {
				t.Errorf("required is %v, but an empty site misses it: %v", q.Required, missing[q.Key])
			}
			example := exampleOf(q)
			if q.Check != nil {
				if err := q.Check(example); err != nil {
					t.Errorf("its own example %q is refused: %v", example, err)
				}
				if err := q.Check("no good at all /\\@"); err == nil {
					t.Error("accepts anything")
				} else if !strings.Contains(err.Error(), "no good") && q.Key != "connector.hosts" {
					t.Errorf("the refusal does not name the value: %v", err)
				}
			}
			s := completeSite()
			q.Set(&s, example)
			if got := q.Get(s); got != example {
				t.Errorf("set to %q, reads %q", example, got)
			}
			s = completeSite()
			q.Set(&s, q.Get(completeSite()))
			if diff := cmp.Diff(completeSite(), s); diff != "" {
				t.Error("answering what is there changes it:", diff)
			}
		})
	}
	for path, none := range missing {
		if none && !asked[path] {
			t.Errorf("%s is missing in an empty site and nobody asks for it", path)
		}
	}
}

// owed says whether another answer tells if this one is needed: a folder or a
// .pfx file holds the key too, and the way through the proxy needs none of them.
func owed(key string) bool {
	return slices.Contains([]string{"qlik.certificate", "qlik.key", "qlik.root"}, key)
}

// exampleOf is the answer that the help suggests, or the first word of it.
func exampleOf(q steps.Question) string {
	if _, after, ok := strings.Cut(q.Help, "Example: "); ok {
		return after
	}
	if q.Key == "entra.sign_in" {
		return "browser"
	}
	return "folder/client.pem"
}

func TestAnswersAreKept(t *testing.T) {
	questions := steps.Questions()
	rapid.Check(t, func(t *rapid.T) {
		s := site.Site{}
		given := map[string]string{}
		for range rapid.IntRange(1, 20).Draw(t, "answers") {
			q := rapid.SampledFrom(questions).Draw(t, "question")
			v := rapid.StringMatching(`[A-Za-z0-9.:/@\\-]{0,12}`).Draw(t, "answer")
			if q.Key == "entra.remember" {
				v = rapid.SampledFrom([]string{"yes", ""}).Draw(t, "yes or no")
			}
			blanks := rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "blanks")
			q.Set(&s, blanks+v+blanks)
			given[q.Key] = v
		}
		for _, q := range questions {
			if got := q.Get(s); got != given[q.Key] {
				t.Fatalf("%s was answered %q, reads %q", q.Key, given[q.Key], got)
			}
		}
	})
}

// TestHosts keeps what is known of hosts that stay, whatever the separator.
func TestHosts(t *testing.T) {
	known := site.ConnectorHost{Name: "CONN01.contoso.test", Account: "C1$", Keytab: "c1.keytab"}
	tests := []struct {
		name, answer string
		want         []site.ConnectorHost
	}{
		{"commas", "conn01.contoso.test, conn02.contoso.test", []site.ConnectorHost{known, {Name: "conn02.contoso.test"}}},
		{"semicolons and blanks", " conn02.contoso.test;conn01.contoso.test ", []site.ConnectorHost{{Name: "conn02.contoso.test"}, known}},
		{"one leaves", "conn02.contoso.test", []site.ConnectorHost{{Name: "conn02.contoso.test"}}},
		{"none", " , ", []site.ConnectorHost{}},
	}
	for _, q := range steps.Questions() {
		if q.Key != "connector.hosts" {
			continue
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s := site.Site{Connector: site.Connector{Hosts: []site.ConnectorHost{known}}}
				before := s
				q.Set(&s, tt.answer)
				if diff := cmp.Diff(tt.want, s.Connector.Hosts); diff != "" {
					t.Error(diff)
				}
				if before.Connector.Hosts[0] != known {
					t.Error("another copy of the site was changed")
				}
			})
		}
		if err := q.Check("conn01.contoso.test, conn 02"); err == nil {
			t.Error("accepts a host without a domain")
		}
	}
}

// TestPrefixFollowsTheURL types an address below a virtual proxy into the form.
func TestPrefixFollowsTheURL(t *testing.T) {
	s := completeSite()
	for _, q := range steps.Questions() {
		if q.Key == "publish.internal_url" {
			q.Set(&s, " https://sense.contoso.test/outside/ ")
		}
	}
	if s.Qlik.Prefix != "outside" || s.Publish.InternalURL != "https://sense.contoso.test/outside/" {
		t.Errorf("the prefix is %q of %q", s.Qlik.Prefix, s.Publish.InternalURL)
	}
}
