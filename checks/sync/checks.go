package sync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "sync"

// FactUser is the test user as the tenant knows it: fact.CloudUser.
const FactUser = "entra.test-user"

// FactServers are the servers of Entra Connect that feed the tenant: []string.
const FactServers = "entra.sync-servers"

// Ports are the questions of this room.
type Ports struct {
	Entra     Entra
	Directory Directory
	// Hosts may be nil: then nothing was collected.
	Hosts Host
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	return []checks.Check{
		{
			ID: "sync.on", Step: Step, Needs: []checks.ID{"site.entra"}, Provides: []string{FactServers},
			Title: "The directory is synchronised to the tenant",
			Why:   "Application proxy can only act for users that exist on both sides.",
			Docs:  "https://learn.microsoft.com/entra/identity/hybrid/connect/whatis-azure-ad-connect",
			Run:   on(p.Entra),
		},
		{
			ID: "sync.fresh", Step: Step, Needs: []checks.ID{"sync.on"},
			Title: "The last synchronisation is recent",
			Why:   "A stopped synchronisation lets both sides drift apart unseen.",
			Retry: checks.Retry{Every: 30 * time.Second, For: 35 * time.Minute, Because: "a synchronisation cycle runs every 30 minutes"},
			Run:   fresh(p.Entra, p.Hosts),
		},
		{
			ID: "sync.server", Step: Step, Needs: []checks.ID{"sync.on"},
			Title: "One server of Entra Connect exports, on schedule, and is new enough",
			Why:   "A server in staging mode brings nothing to the tenant, two that export undo each other, and versions below 2.5.79.0 are let in no more.",
			Docs:  "https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-topologies",
			Run:   server(p.Hosts),
			Proof: serverProof(p.Hosts),
		},
		{
			ID: "sync.user", Step: Step, Needs: []checks.ID{"sync.on"}, Provides: []string{FactUser},
			Title: "The test user came from the directory, is enabled and a member",
			Why:   "The connector asks for tickets in the name of the on-premises account.",
			Retry: checks.Retry{Every: 30 * time.Second, For: 35 * time.Minute, Because: "a synchronisation cycle runs every 30 minutes"},
			Run:   user(p.Entra),
		},
		{
			ID: "sync.joined", Step: Step, Needs: []checks.ID{"sync.user", "site.directory"},
			Title: "Tenant and directory mean the same person",
			Why:   "A user joined to another account would open Qlik as somebody else.",
			Run:   joined(p.Directory), Proof: joinedProof(),
		},
		{
			ID: "sync.provisioning", Step: Step, Needs: []checks.ID{"sync.user"},
			Title: "The test user was synchronised without an error",
			Why:   "Values that collide with another account are left out, and sign-in then uses a name that nobody expects.",
			Docs:  "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sync-errors",
			Run:   provisioning,
		},
		{
			ID: "sync.licence", Step: Step, Needs: []checks.ID{"sync.user", "site.licence"},
			Title: "The test user has a licence for application proxy",
			Why:   "Everybody who goes through it needs Entra ID P1 or P2.",
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-faq",
			Run:   licensed,
		},
	}
}

func on(e Entra) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "directory synchronisation switched on"
		org, err := e.Organization(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if !org.SyncEnabled {
			return checks.Failed("sync.off", expected, "the tenant "+org.Name+" is not synchronised from any directory")
		}
		return fedBy(ctx, e, checks.Passed(expected, "switched on for "+org.Name))
	}
}

// A cycle runs every 30 minutes by default; Entra itself warns after 24 hours.
const (
	defaultInterval = 30 * time.Minute
	freshWarn       = 3 * defaultInterval // three cycles missed
	freshFail       = 24 * time.Hour
)

// interval is how often the servers of Entra Connect run a cycle, the longest of
// those that were collected; zero where nothing was.
func interval(ctx context.Context, env checks.Env, hosts Host) time.Duration {
	var longest time.Duration
	for _, name := range serversOf(env) {
		if hosts == nil {
			break
		}
		if ev, err := hosts.Host(ctx, name); err == nil && ev.Sync != nil && connector.Unusable(env, ev, fact.SectionSync) == "" {
			longest = max(longest, ev.Sync.Interval)
		}
	}
	return longest
}

func span(d time.Duration) string {
	if d < 3*time.Hour {
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

func fresh(e Entra, hosts Host) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		every, late := defaultInterval, freshWarn
		if told := interval(ctx, env, hosts); told > every {
			// A schedule of one's own: three cycles missed are a sign, as with the
			// ordinary one.
			every, late = told, min(3*told, freshFail)
		}
		expected := fmt.Sprintf("within the last %s: a cycle runs every %d minutes", span(late), int(every.Minutes()))
		org, err := e.Organization(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if org.LastSync.IsZero() {
			return checks.Failed("sync.stale", expected, "never")
		}
		age := env.Clock().Sub(org.LastSync)
		seen := ago(age)
		var r checks.Result
		switch {
		case age > freshFail:
			r = checks.Failed("sync.stale", expected, seen)
		case age > late:
			r = checks.Warned("sync.stale", expected, seen)
		default:
			r = checks.Passed(expected, seen)
		}
		return r.With("last cycle", org.LastSync.UTC().Format(time.RFC3339))
	}
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

func user(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		upn := env.Site.TestUser.UPN
		expected := upn + " is a synchronised, enabled member"
		u, err := e.User(ctx, upn)
		if checks.KindOf(err) == fact.NotFound {
			return checks.Failed("sync.user-missing", expected, "the tenant has no user "+upn)
		}
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		switch {
		case !u.Synced:
			return checks.Failed("sync.user-cloud-only", expected, upn+" exists only in the cloud")
		case !u.Enabled:
			return checks.Failed("sync.user-disabled", expected, upn+" is disabled in the tenant")
		case u.Type == "Guest":
			return checks.Failed("sync.user-guest", expected, upn+" is a guest")
		}
		return checks.Passed(expected, "synchronised from "+u.OnPremDomain+`\`+u.OnPremSAM).
			With("object id", u.ID).With("on-premises SID", u.OnPremSID).
			Provide(FactUser, u)
	}
}

func joined(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		u, _ := checks.Known[fact.CloudUser](env, FactUser)
		sam := env.Site.SAM()
		expected := "the tenant's " + u.UPN + " is the directory's " + sam
		a, err := d.Account(ctx, sam)
		if checks.KindOf(err) == fact.NotFound {
			return checks.Failed("sync.not-joined", expected, "the directory has no account "+sam)
		}
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if u.OnPremSID != "" && !strings.EqualFold(u.OnPremSID, a.SID) {
			return checks.Failed("sync.not-joined", expected, "the tenant has the SID of another account").
				With("SID in the tenant", u.OnPremSID).With("SID in the directory", a.SID)
		}
		if u.OnPremSAM != "" && !strings.EqualFold(u.OnPremSAM, a.SAM) {
			return checks.Failed("sync.not-joined", expected, "the tenant's user came from "+u.OnPremSAM)
		}
		if u.OnPremSID == "" && u.OnPremSAM == "" {
			return checks.CouldNotTell(checks.Unexplained, expected, "the tenant tells neither SID nor name of the account behind it")
		}
		r := checks.Passed(expected, "the same account")
		if u.OnPremUPN != "" && a.UPN != "" && !strings.EqualFold(u.OnPremUPN, a.UPN) {
			r = checks.Warned("sync.renamed", expected, "the same account; the directory calls it "+a.UPN+" by now, the tenant still "+u.OnPremUPN)
		}
		return r.With("distinguished name", a.DN).With("SID", a.SID).With("signs in to the tenant as", u.UPN).
			With("signs in to the directory as", a.UPN)
	}
}
