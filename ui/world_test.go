package ui

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// world is a small make-believe installation: what the checks of the tests ask
// and the plans of the tests change.
type world struct {
	mu    sync.Mutex
	now   time.Time
	set   map[checks.ID]bool // what has been put right
	slow  chan struct{}      // when set, checks wait for it or for their context
	asked map[checks.ID]int
	// blind is a check that cannot tell, and proof how it is proved by hand.
	blind checks.ID
	proof *checks.Proof
	// retry is how checks wait to become true.
	retry checks.Retry
	// breaks makes every plan panic.
	breaks bool
	// ways gives the finding of the name several ways to mend it.
	ways  bool
	fails error // what applying a change fails with
	// refuse is what opening the systems fails with.
	refuse error
	// desk, when set, has to know the directory's password.
	desk *Desk
}

func newWorld() *world {
	return &world{
		now: time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC),
		set: map[checks.ID]bool{}, asked: map[checks.ID]int{},
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) forward(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) is(id checks.ID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.set[id]
}

func (w *world) put(id checks.ID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		return w.fails
	}
	w.set[id] = true
	return nil
}

func (w *world) check(step checks.StepID, id, title string, needs ...checks.ID) checks.Check {
	cid := checks.ID(string(step) + "." + id)
	var proof *checks.Proof
	if cid == w.blind {
		proof = w.proof
	}
	return checks.Check{
		ID: cid, Step: step, Title: title, Needs: needs, Retry: w.retry, Proof: proof,
		Why: "Without it the following steps have nothing to stand on.",
		Run: func(ctx context.Context, _ checks.Env) checks.Result {
			w.mu.Lock()
			w.asked[cid]++
			slow := w.slow
			w.mu.Unlock()
			if slow != nil {
				select {
				case <-slow:
				case <-ctx.Done():
					return checks.Explain(ctx.Err())
				}
			}
			if w.desk != nil {
				if v, ok := w.desk.Secret("directory"); !ok || v != "correct horse" {
					return checks.CouldNotTell(checks.NoRight, title, "no password, or a wrong one")
				}
			}
			table := checks.Table{}
			if cid == "spn.owner" {
				table.Columns = []string{"name", "needed by", "held by"}
				held := map[bool]string{false: "nobody", true: `CONTOSO\qlik`}[w.is(cid)]
				verdict := map[bool]checks.Status{false: checks.Fail, true: checks.Pass}[w.is(cid)]
				table = table.Row(verdict, "HTTP/sense.contoso.test", `CONTOSO\qlik`, held).Row(checks.Pass, "HTTP/sense", "–", "–")
			}
			if cid == w.blind {
				return checks.CouldNotTell(checks.NoRight, title, "this account may not ask")
			}
			if !w.is(cid) {
				return checks.Failed(checks.CauseID(string(step)+".missing"), title, "no account in the forest holds it").With("LDAP", "servicePrincipalName: (none)").Compare(table)
			}
			return checks.Passed(title, "it is so").With("read from", "dc1.contoso.test").Compare(table)
		},
	}
}

// order is ten steps, of which four can be put right by a plan.
func (w *world) order(steps.Ports) []steps.Step {
	step := func(id checks.StepID, title, short string, list ...checks.Check) steps.Step {
		return steps.Step{
			ID: id, Title: title, Short: short, Checks: list,
			What: "Kerberos finds Qlik by a name, not by an address. That name must belong to the account that runs the Qlik proxy, and to nobody else.",
			Why:  "It stands here because tickets are asked for by this name.",
			Seed: "the proxy hosts need delegation rights to the service name", SeedFrom: "Qlik community guide, Single SignOn",
			Manual: []steps.Instruction{
				{Who: checks.ADAdmin, Where: checks.PowerShell, Do: "Register the name {spn} for the account that runs Qlik.", Command: "setspn.exe -U -S {spn} {account}"},
				{Who: checks.EntraAdmin, Where: checks.Portal, Do: "Look whether the application has the name."},
			},
		}
	}
	list := []steps.Step{
		step("site", "Your site", "Your site",
			w.check("site", "facts", "The facts of the site are complete"),
			w.check("site", "clocks", "All clocks agree within five minutes", "site.facts")),
		step("sync", "Directory synchronisation", "Directory sync", w.check("sync", "on", "Synchronisation is on", "site.facts")),
		step("connector", "Connector install", "Connector", w.check("connector", "services", "The connector's services run", "site.facts")),
		step("app", "Application registration", "Application", w.check("app", "published", "The application is published", "site.facts")),
		step("allowlist", "Qlik host allow list", "Host allow list", w.check("allowlist", "entry", "The external host is in the list", "site.facts")),
		step("spn", "Service principal name", "Service name",
			w.check("spn", "account", "The account that runs Qlik exists", "site.facts"),
			w.check("spn", "owner", "The name is held by the account that runs Qlik", "spn.account"),
			w.check("spn", "unique", "No other account holds it anywhere in the forest", "spn.account"),
			w.check("spn", "aes", "The account has AES keys (RC4 tickets end in 2026)", "spn.owner")),
		step("kerberos", "Kerberos verification", "Kerberos", w.check("kerberos", "ticket", "A ticket for the name was issued", "spn.owner")),
		step("delegation", "Delegation rights", "Delegation", w.check("delegation", "list", "Each connector may delegate to the name", "kerberos.ticket")),
		step("sso", "Enable single sign-on", "Single sign-on", w.check("sso", "mode", "Integrated Windows authentication is on", "delegation.list")),
		step("verify", "Test from inside and outside", "Final test", w.check("verify", "same", "Inside and outside see the same user", "sso.mode")),
	}
	list[0].Ask = questions()
	w.plan(&list[3], "", "app.published")
	w.plan(&list[5], "qlik", "spn.owner", "spn.aes")
	w.plan(&list[7], "", "delegation.list")
	w.plan(&list[8], "")
	return list
}

func (w *world) plan(s *steps.Step, typed string, ids ...checks.ID) {
	id, title := s.ID, s.Title
	s.Plan = func(ctx context.Context, env checks.Env, wr steps.Writers) (steps.Plan, error) {
		if w.breaks {
			return brokenPlan(ctx, env, wr)
		}
		p := steps.Plan{Step: id, Title: title, Notes: []string{"Written to dc1.contoso.test and read back there; other domain controllers follow within about 15 s."}}
		for _, c := range ids {
			if w.is(c) {
				continue
			}
			after := []string{"HTTP/sense.contoso.test"}
			ch := steps.Change{
				ID: string(c), Target: `CONTOSO\qlik (CN=qlik,OU=Services,DC=contoso,DC=test)`, Field: "servicePrincipalName",
				After: after, Command: `setspn.exe -U -S HTTP/sense.contoso.test CONTOSO\qlik`, Shell: checks.Cmd,
				Affects: "users who sign in after this; tickets already issued stay valid",
				Right:   `write access to that account (you are: CONTOSO\admin, allowed)`, Undo: "removes the one value again",
				Do:     func(context.Context) error { return w.put(c) },
				Revert: func(context.Context) error { w.mu.Lock(); defer w.mu.Unlock(); delete(w.set, c); return nil },
				Read:   func(context.Context) ([]string, error) { return after, nil },
			}
			if typed != "" {
				ch.Danger, ch.Confirm = steps.Typed, typed
			}
			p.Changes = append(p.Changes, ch)
		}
		return p, nil
	}
}

func questions() []steps.Question {
	ask := func(key, label, help string, required bool, at func(*site.Site) *string, check func(string) error) steps.Question {
		return steps.Question{
			Key: key, Label: label, Help: help, Required: required, Check: check,
			Get: func(s site.Site) string { return *at(&s) },
			Set: func(s *site.Site, v string) { *at(s) = v },
		}
	}
	url := func(v string) error {
		if len(v) < 8 || v[:8] != "https://" {
			return errors.New("it has to begin with https://")
		}
		return nil
	}
	return []steps.Question{
		ask("entra.tenant", "Tenant", "The tenant's id or a verified domain, as in contoso.onmicrosoft.com.", true, func(s *site.Site) *string { return &s.Entra.Tenant }, nil),
		ask("publish.external_url", "External URL", "What users will type outside, as in https://sense-contoso.msappproxy.net/", true, func(s *site.Site) *string { return &s.Publish.ExternalURL }, url),
		ask("publish.internal_url", "Internal URL", "What users type inside, as in https://sense.contoso.com/", true, func(s *site.Site) *string { return &s.Publish.InternalURL }, url),
		ask("qlik.prefix", "Virtual proxy prefix", "Empty for the default virtual proxy.", false, func(s *site.Site) *string { return &s.Qlik.Prefix }, nil),
	}
}

func (w *world) causes() checks.Catalogue {
	cat := checks.Catalogue{}
	for _, s := range []string{"site", "sync", "connector", "app", "allowlist", "spn", "kerberos", "delegation", "sso", "verify"} {
		id := checks.CauseID(s + ".missing")
		cat[id] = checks.Cause{
			ID: id, Title: "not registered",
			Because: "it was never registered; browsers then fall back to NTLM, which the proxy cannot pass on",
			Fixes: []checks.Fix{{
				Who: checks.ADAdmin, Text: "register {spn} for {account-name}",
				Command: "setspn.exe -U -S {spn} {account}", Shell: checks.Cmd,
			}},
		}
	}
	return cat
}

func fakeSite() site.Site {
	s := site.Site{Name: "contoso", Simulated: true}
	s.Entra.Tenant = "contoso.onmicrosoft.com"
	s.Publish = site.Publish{AppName: "Qlik", ExternalURL: "https://sense-contoso.msappproxy.net/", InternalURL: "https://sense.contoso.test/", ConnectorGroup: "Qlik"}
	s.Qlik.ServiceAccount = `CONTOSO\qlik`
	s.TestUser.UPN = "ada@contoso.test"
	s.Pins = []site.Pin{{Name: "sense.contoso.test:443", Address: "127.0.0.1:4443"}}
	return s
}

// nowhere is a journal that keeps nothing, or fails.
type nowhere struct{ err error }

func (n nowhere) Intend(checks.StepID, steps.Change) error   { return n.err }
func (n nowhere) Outcome(checks.StepID, steps.Applied) error { return n.err }
func (n nowhere) Answered(site.Site) error                   { return n.err }
func (n nowhere) Finished(checks.Result) error               { return n.err }
func (n nowhere) Moved(checks.StepID) error                  { return n.err }

// healthy puts right everything that no plan can.
func (w *world) healthy() *world {
	for _, id := range []checks.ID{
		"site.facts", "site.clocks", "sync.on", "connector.services", "allowlist.entry", "spn.account", "spn.unique",
		"kerberos.ticket", "sso.mode", "verify.same",
	} {
		w.set[id] = true
	}
	return w
}

func (w *world) journey(tb testing.TB, s site.Site) Journey {
	tb.Helper()
	return w.journeyIn(tb.Context(), tb, s)
}

func (w *world) journeyIn(ctx context.Context, tb testing.TB, s site.Site) Journey {
	tb.Helper()
	g := w.guide(ctx, tb, s, w.clock)
	return Journey{Guide: g, Store: "", Resume: "sensegate demo", Simulated: s.Simulated, Close: g.Close}
}

// guideWith is a guide with a clock of its own.
func (w *world) guideWith(tb testing.TB, clock func() time.Time) *steps.Guide {
	tb.Helper()
	return w.guide(tb.Context(), tb, fakeSite(), clock)
}

func (w *world) guide(ctx context.Context, tb testing.TB, s site.Site, clock func() time.Time) *steps.Guide {
	tb.Helper()
	causes := w.causes()
	if w.ways {
		causes = twoWays(w)
	}
	g, err := steps.NewGuide(ctx, steps.Options{
		Site: s, Order: w.order, Causes: causes, Clock: clock, Journal: nowhere{},
		Open: func(context.Context, site.Site) (steps.World, error) {
			return steps.World{Writers: &steps.Writers{}}, w.refuse
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// replay is the start of a run whose events are given.
func replay(list ...checks.Event) func(context.Context) <-chan checks.Event {
	return func(context.Context) <-chan checks.Event {
		out := make(chan checks.Event, len(list))
		for _, e := range list {
			out <- e
		}
		close(out)
		return out
	}
}

// retrying is a check that is asked again until 14:03:00.
func retrying(id checks.ID) checks.Event {
	at := time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)
	return checks.Event{
		Kind: checks.Retrying, ID: id, Next: at.Add(5 * time.Second), Deadline: at.Add(time.Minute),
		Because: "domain controllers copy this within 15 s", Result: checks.Failed("site.missing", "held", "nobody"),
	}
}
