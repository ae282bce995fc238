package integration_test

import (
	"encoding/json"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
)

// state is what three systems say of themselves to other people's clients.
type state map[string]string

// read asks the directory, the repository and Graph for everything that any
// step could change.
func (l *lab) read(t *testing.T) state {
	t.Helper()
	foreign.Need(t, "the package ldap-utils", "ldapsearch")
	foreign.Need(t, "the package curl", "curl")
	s := state{}
	env := named(t, environment(t, "LDAPTLS_CACERT="+l.path("ca.pem")))
	admin := contoso.Admin()
	s["directory"] = entries(must(t, env, "", "ldapsearch", "-LLL", "-o", "ldif-wrap=no",
		"-H", "ldaps://"+net.JoinHostPort(contoso.DC, l.port(t, "ldaps")), "-x", "-D", admin.UPN, "-w", admin.Password,
		"-b", contoso.BaseDN, "(objectClass=*)", "*", "nTSecurityDescriptor"))

	env = environment(t)
	for _, kind := range []string{"virtualproxyconfig/full", "proxyservice/full"} {
		s[kind] = indented(t, must(t, env, "", "curl", l.repositoryCurl(t, kind)...))
	}
	token := l.token(t, env)
	graph := func(path string) string {
		return must(t, env, "", "curl", l.curl(t, "-g", "--fail-with-body",
			"-H", "Authorization: Bearer "+token, "https://"+contoso.GraphHost+"/beta/"+path)...)
	}
	for _, path := range []string{"applications", "servicePrincipals", "onPremisesPublishingProfiles/applicationProxy/connectorGroups"} {
		s[path] = indented(t, graph(path))
	}
	// How an application is published is told only one by one.
	var apps struct{ Value []struct{ ID string } }
	if err := json.Unmarshal([]byte(s["applications"]), &apps); err != nil {
		t.Fatal(err)
	}
	for _, app := range apps.Value {
		s["publishing of "+app.ID] = indented(t, graph("applications/"+app.ID+"?$select=id,onPremisesPublishing"))
	}
	return s
}

// token signs the administrator in with a device code; in the lab somebody
// enters it at once.
func (l *lab) token(t *testing.T, env []string) string {
	t.Helper()
	endpoint := "https://" + contoso.LoginHost + "/" + contoso.TenantID + "/oauth2/v2.0/"
	ask := func(path string, fields ...string) map[string]any {
		args := l.curl(t, "--fail-with-body")
		for _, f := range append(fields, "client_id="+contoso.ClientID) {
			args = append(args, "--data-urlencode", f)
		}
		out := must(t, env, "", "curl", append(args, endpoint+path)...)
		var answer map[string]any
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		return answer
	}
	code, _ := ask("devicecode", "scope=https://"+contoso.GraphHost+"/.default")["device_code"].(string)
	token, _ := ask("token", "grant_type=urn:ietf:params:oauth:grant-type:device_code", "device_code="+code)["access_token"].(string)
	if token == "" {
		t.Fatal("no token was given")
	}
	return token
}

// entries are a directory's in a fixed order, without what signing in moves.
func entries(ldif string) string {
	out := strings.Split(strings.TrimSpace(ldif), "\n\n")
	for i, e := range out {
		lines := slices.DeleteFunc(strings.Split(e, "\n"), func(line string) bool {
			name, _, _ := strings.Cut(line, ":")
			return slices.Contains([]string{"lastLogon", "lastLogonTimestamp", "logonCount", "badPwdCount", "badPasswordTime"}, name)
		})
		slices.Sort(lines[1:])
		out[i] = strings.Join(lines, "\n")
	}
	slices.Sort(out)
	return strings.Join(out, "\n\n")
}

func indented(t *testing.T, raw string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestNothingChanged tries what must not change anything, and asks the systems
// themselves whether it did.
func TestNothingChanged(t *testing.T) {
	l := startLab(t)
	env := environment(t)
	site := l.path("site.yaml")
	before := l.read(t)
	tests := []struct {
		name string
		args []string
		exit int
		say  string
	}{
		{name: "a step while earlier gates are closed", args: []string{"apply", "sso", "--yes"}, exit: 3, say: "nothing was changed"},
		{name: "another one", args: []string{"apply", "delegation", "--yes"}, exit: 3, say: "nothing was changed"},
		{name: "a plan that nobody confirmed", args: []string{"apply", "app"}, say: "--yes"},
		{name: "an unknown step", args: []string{"apply", "nosuch", "--yes"}, exit: 2, say: `"nosuch"`},
		{name: "the last step, which has no plan", args: []string{"apply", "verify", "--yes"}, exit: 3, say: "nothing was changed"},
		{name: "a check", args: []string{"check"}, exit: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, code := run(t, env, "", sensegate, append(tt.args, "--site", site)...)
			if code != tt.exit || !strings.Contains(out, tt.say) {
				t.Errorf("exit %d, not %d; looked for %q in\n%s", code, tt.exit, tt.say, out)
			}
			if diff := cmp.Diff(before, l.read(t)); diff != "" {
				t.Errorf("changed (-before +after):\n%s", diff)
			}
		})
	}
	// What is compared must be able to show a change, and an application that
	// exists must be as safe from a step that is not its turn.
	must(t, env, "", sensegate, "apply", "app", "--site", site, "--yes")
	published := l.read(t)
	if cmp.Equal(before, published) {
		t.Error("publishing shows in nothing that is compared")
	}
	if out, code := run(t, env, "", sensegate, "apply", "sso", "--yes", "--site", site); code != 3 {
		t.Errorf("exit %d\n%s", code, out)
	}
	if diff := cmp.Diff(published, l.read(t)); diff != "" {
		t.Errorf("changed (-before +after):\n%s", diff)
	}
}
