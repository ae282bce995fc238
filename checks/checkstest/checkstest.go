// Package checkstest asks one check of a room as the runner would, and holds
// what it finds to what every result owes its reader.
package checkstest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// Room is what a test asks: the room's declarations, its causes, and those of
// other rooms that it names as well.
type Room struct {
	Checks []checks.Check
	Causes []checks.Cause
	Others []checks.Cause
}

// Want is what a check must find. Seen is part of what it says it saw.
type Want struct {
	Status checks.Status
	Cause  checks.CauseID
	Reason checks.Reason
	Seen   string
}

// Now is the moment at which checks are asked.
func Now() time.Time { return time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC) }

// Site is a site with every fact that a check may ask for.
func Site() site.Site {
	return site.Site{
		Name:  "contoso",
		Entra: site.Entra{Tenant: "contoso.onmicrosoft.com"},
		Publish: site.Publish{
			AppName: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/",
			InternalURL: "https://sense.contoso.test/", ConnectorGroup: "Qlik",
		},
		Qlik: site.Qlik{
			Repository: "https://qlik01.contoso.test:4242", Certificate: "client.pem", Key: "client_key.pem", Root: "root.pem",
			ServiceAccount: `CONTOSO\svc-qlik`,
		},
		Directory: site.Directory{Domain: "contoso.test", User: `CONTOSO\admin`},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}, {Name: "conn02.contoso.test"}}},
		TestUser:  site.TestUser{UPN: "alice@contoso.test"},
	}
}

// Ask runs one check alone, with facts as the checks before it provide them.
func (r Room) Ask(t *testing.T, id checks.ID, s site.Site, facts map[string]any) checks.Result {
	t.Helper()
	list := slices.Clone(r.Checks)
	list = slices.DeleteFunc(list, func(c checks.Check) bool { return c.ID != id })
	if len(list) != 1 {
		t.Fatalf("the room has %d checks %s", len(list), id)
	}
	list[0].Needs = nil
	set, err := checks.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	causes, err := checks.NewCatalogue(r.Causes, r.Others)
	if err != nil {
		t.Fatal(err)
	}
	given := checks.Passed("so", "so")
	for key, v := range facts {
		given = given.Provide(key, v)
	}
	env := checks.NewEnv(s, Now, nil)
	runner := checks.Runner{Set: set, Causes: causes, Clock: Now}
	return runner.Collect(t.Context(), checks.Request{IDs: []checks.ID{id}, Env: env, Prior: map[checks.ID]checks.Result{"given": given}})[id]
}

// Hold compares a result with what was wanted, and with what every result
// owes: words for what was expected and seen, a remedy for what is wrong, and no
// placeholder left open.
func (r Room) Hold(t *testing.T, got checks.Result, want Want) {
	t.Helper()
	if got.Status != want.Status || got.Cause != want.Cause || got.Reason != want.Reason || !strings.Contains(got.Seen, want.Seen) {
		t.Errorf("%s %s %q, seen %q (%s)\nwant %s %s %q, seen %q",
			got.Status, got.Cause, got.Reason, got.Seen, got.Expected, want.Status, want.Cause, want.Reason, want.Seen)
	}
	for _, err := range r.owed(got) {
		t.Error(err)
	}
}

// left finds a placeholder that nobody filled.
var left = regexp.MustCompile(`\{[a-z]+(-[a-z]+)*\}`)

func (r Room) owed(got checks.Result) (problems []error) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if got.Seen == "" || got.Expected == "" && got.Status != checks.Skipped {
		wrong("expected %q, seen %q: both need words", got.Expected, got.Seen)
	}
	blames := got.Status == checks.Fail || got.Status == checks.Warn
	// What is unknown may be explained too; whoever passes has nothing to explain.
	explained := got.Cause != "" && (blames || got.Status == checks.Unknown)
	if blames && !explained || !explained && got.Cause != "" || (got.Status == checks.Unknown) != (got.Reason != "") {
		wrong("%s with the cause %q and the reason %q", got.Status, got.Cause, got.Reason)
	}
	if !explained {
		return problems
	}
	causes := slices.Concat(r.Causes, r.Others)
	i := slices.IndexFunc(causes, func(c checks.Cause) bool { return c.ID == got.Cause })
	if i < 0 || len(got.Remedies) == 0 {
		wrong("the cause %s has %d remedies", got.Cause, len(got.Remedies))
		return problems
	}
	texts := []string{checks.Fill(causes[i].Because, got.Vars(), checks.NoShell)}
	for _, m := range got.Remedies {
		texts = append(texts, m.Text, m.Command)
	}
	for _, text := range texts {
		if open := left.FindString(text); open != "" {
			wrong("%s: nobody filled %s in %q", got.Cause, open, text)
		}
	}
	return problems
}

// Covered fails for causes of the room that no row of a table wanted.
func (r Room) Covered(t *testing.T, wanted []checks.CauseID) {
	t.Helper()
	for _, c := range r.Causes {
		if !slices.Contains(wanted, c.ID) {
			t.Errorf("no row of the table ends with the cause %s", c.ID)
		}
	}
}

// Silence is one way in which a system gives no answer.
type Silence struct {
	Name   string
	Err    error
	Reason checks.Reason
}

// Silences are all of them: none may ever be read as the customer's fault.
func Silences() []Silence {
	of := func(name string, kind fact.ErrorKind, reason checks.Reason) Silence {
		return Silence{Name: name, Err: &fact.Error{Kind: kind, System: "the system", Op: "asking", Code: "X1"}, Reason: reason}
	}
	return []Silence{
		of("no right", fact.NoRight, checks.NoRight), of("not signed in", fact.NotSignedIn, checks.NoRight),
		of("unreachable", fact.Unreachable, checks.Unreachable), of("untrusted", fact.Untrusted, checks.Unreachable),
		of("timed out", fact.TimedOut, checks.TimedOut), of("unsupported", fact.Unsupported, checks.Unsupported),
		of("not found", fact.NotFound, checks.Unexplained), of("conflict", fact.Conflict, checks.Unexplained),
		of("refused", fact.Refused, checks.Unexplained), of("unclassified", fact.Unclassified, checks.Unexplained),
		{Name: "an error of no system", Err: errors.New("strange"), Reason: checks.Unexplained},
	}
}
