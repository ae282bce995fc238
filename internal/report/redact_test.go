package report_test

import (
	"strings"
	"testing"
	"unicode"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/internal/site"
)

func fabrikam() site.Site {
	s := site.Site{Name: "fabrikam-prod"}
	s.Entra.Tenant = "0b9f9c0e-1f2d-4c3b-8a7e-6d5c4b3a2f10"
	s.Publish = site.Publish{AppName: "Fabrikam Analytics", ExternalURL: "https://sense-fabrikam.msappproxy.net/", InternalURL: "https://sense.corp.fabrikam.com/", ConnectorGroup: "Default"}
	s.Qlik = site.Qlik{Repository: "https://qs01.corp.fabrikam.com:4242", ServiceAccount: `FABCORP\svc-qlik`, Key: "/srv/keys/client_key.pem"}
	s.Directory = site.Directory{Domain: "corp.fabrikam.com", Server: "ldaps://dc7.corp.fabrikam.com:636", User: `FABCORP\jdoe`}
	s.Connector.Hosts = []site.ConnectorHost{{Name: "gate1.corp.fabrikam.com"}}
	s.TestUser.UPN = "mia@fabrikam.com"
	return s
}

// said is a document in which one finding says something.
func said(texts ...string) report.Document {
	d := report.Document{Schema: report.DocumentSchema, Title: "t", Steps: []report.DocumentStep{{ID: "spn", Title: "Service principal name", Gate: "closed"}}}
	c := report.DocumentCheck{Check: report.Check{ID: "spn.owner", Status: checks.Fail}}
	for _, v := range texts {
		c.Evidence = append(c.Evidence, checks.Evidence{Name: "said", Value: v})
	}
	d.Steps[0].Checks = []report.DocumentCheck{c}
	return d
}

func redacted(t *testing.T, s site.Site, texts ...string) []string {
	t.Helper()
	d, err := report.Redact(said(texts...), s)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Redacted {
		t.Error("it does not say that it is redacted")
	}
	var out []string
	for _, e := range d.Steps[0].Checks[0].Evidence {
		out = append(out, e.Value)
	}
	return out
}

// TestRedactKeepsTheShape replaces names and leaves what a reader needs: the
// same name is the same placeholder in every form, and words stay words.
func TestRedactKeepsTheShape(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a host and its port", "https://sense.corp.fabrikam.com:443/hub", "https://host-6.domain-1:443/hub"},
		{"the same host alone", "asked sense.corp.fabrikam.com", "asked host-6.domain-1"},
		{"a service name", "HTTP/sense.corp.fabrikam.com is missing", "HTTP/host-6.domain-1 is missing"},
		{"the external host keeps its cloud", "sense-fabrikam.msappproxy.net", "host-1.msappproxy.net"},
		{"an account and its bare name", `FABCORP\svc-qlik, that is svc-qlik`, `DOMAIN-3\user-2, that is user-2`},
		{"a computer account", "GATE1$ and gate1", "host-5$ and host-5"},
		{"a distinguished name", "CN=svc-qlik,OU=Payroll,DC=corp,DC=fabrikam,DC=com", "CN=user-2,OU=org-3,DC=domain-1"},
		{"a sign-in name", "mia@fabrikam.com", "user-1@domain-2"},
		{"an identifier", "0B9F9C0E-1F2D-4C3B-8A7E-6D5C4B3A2F10 and 11111111-2222-3333-4444-555555555555", "tenant-1 and guid-1"},
		{"a security identifier", "S-1-5-21-1-2-3-1104 but S-1-5-32-544", "sid-1 but S-1-5-32-544"},
		{"addresses", "10.1.2.3:636, fe80::1%eth0, 14:02:00, ::1", "ip-1:636, ip-2, 14:02:00, ip-3"},
		{"a program's words", "[Convert]::FromBase64String of site.yaml; see spn.owner", "[Convert]::FromBase64String of site.yaml; see spn.owner"},
		{"a stranger's host", "certificate for www.wingtip.org", "certificate for host-6"},
		{"Microsoft's hosts", "login.microsoftonline.com and https://learn.microsoft.com/entra", "login.microsoftonline.com and https://learn.microsoft.com/entra"},
		{"the trade's words", "Qlik's own administrator uses the proxy of the service", "Qlik's own administrator uses the proxy of the service"},
		{"a key of the registry", `HKLM\SOFTWARE\Microsoft`, `HKLM\SOFTWARE\Microsoft`},
		{"the organisation within a word", "fabrikamadmins", "org-1admins"},
		{"where a key lies", "reading /srv/keys/client_key.pem", "reading folder-1/client_key.pem"},
		{"a home", `C:\Users\mia\client.pem`, `C:\Users\user-1\client.pem`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := redacted(t, fabrikam(), tt.in)[0]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestRedactLearnsFromElsewhere knows a bare name from a text where its form
// leaves no doubt.
func TestRedactLearnsFromElsewhere(t *testing.T) {
	got := redacted(t, fabrikam(), "held by oldsvc too", `FABCORP\oldsvc holds it`, "oldsvc@fabrikam.com", "CN=Olaf Svensson,OU=People,DC=corp,DC=fabrikam,DC=com", "Olaf Svensson signed in")
	for _, text := range got {
		for _, bad := range []string{"oldsvc", "Olaf", "Svensson", "People"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q in %q", bad, text)
			}
		}
	}
	who := strings.Fields(got[0])[2]
	if !strings.HasSuffix(strings.Fields(got[1])[0], `\`+who) || !strings.HasPrefix(got[2], who+"@") {
		t.Errorf("one name, several placeholders: %q", got)
	}
}

// TestRedactCounts is what the reader is told.
func TestRedactCounts(t *testing.T) {
	d, err := report.Redact(said("10.1.2.3 and 10.1.2.3 and 10.9.9.9"), site.Site{})
	if err != nil || len(d.Replaced) != 1 || d.Replaced[0] != (report.Replaced{Kind: "addresses (IP)", Names: 2, Times: 3}) {
		t.Errorf("%+v, %v", d.Replaced, err)
	}
	if d, err := report.Redact(said("nothing"), site.Site{}); err != nil || len(d.Replaced) != 0 {
		t.Errorf("%+v, %v", d.Replaced, err)
	}
}

// FuzzRedact holds for any text: what is known of the site does not stay, and
// no mark of the replacing is left.
func FuzzRedact(f *testing.F) {
	for _, v := range []string{"", `FABCORP\svc-qlik`, "sense.corp.fabrikam.com", "mia@fabrikam.com", "a\x00b", "\ue000\ue001", "İfabrikam", hostile} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		in := checks.Neutral(v + " fabrikam " + v)
		got := redacted(t, fabrikam(), in)[0]
		if strings.ContainsRune(got, '\ue000') || strings.ContainsRune(got, '\ue001') {
			t.Errorf("a mark is left of %q: %q", in, got)
		}
		if low := strings.ToLower(in); len(low) == len(in) && strings.Contains(strings.ToLower(got), "fabrikam") {
			t.Errorf("%q became %q", in, got)
		}
		for _, c := range got {
			if unicode.IsControl(c) {
				t.Errorf("%U in %q", c, got)
			}
		}
	})
}
