package entra_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sensegate/internal/directory"
	"sensegate/internal/graph"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
	"sensegate/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startLab starts a practice lab for one test.
func startLab(t *testing.T, o lab.Options) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// ignore takes device codes and shows them to nobody: the lab's people answer
// them themselves.
func ignore(context.Context, string, string, string) error { return nil }

func noSecret(string) (string, bool) { return "", false }

// open makes the adapters of a site, as the program does.
func open(_ context.Context, s site.Site) (steps.World, error) {
	d, err := netprobe.New(s)
	if err != nil {
		return steps.World{}, err
	}
	o := graph.SignInOptions{Prompt: ignore, Headless: true}
	cloud, err := graph.NewClient(s, d, o)
	if err != nil {
		return steps.World{}, err
	}
	outside, err := graph.NewOutside(s, d, o, func(ctx context.Context) (string, error) {
		apps, err := cloud.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
		if err != nil || len(apps) == 0 {
			return "", errors.Join(errors.New("nothing is published"), err)
		}
		return graph.ImpersonationScope(apps[0]), nil
	})
	if err != nil {
		return steps.World{}, err
	}
	tickets := kerberos.New(s, d, noSecret)
	ldap := directory.New(s, d, tickets, noSecret)
	repository, err := qlik.NewClient(s, d)
	if err != nil {
		return steps.World{}, err
	}
	door := qlik.NewDoor(repository, d, s)
	tickets.EndSessions(door.Leave)
	outside.EndSessions(door.Leave)
	return steps.World{
		Ports: steps.Ports{
			Graph: cloud, Front: netprobe.NewFront(d), Directory: ldap, Kerberos: tickets,
			Hosts: winhost.NewHosts(s), Outside: outside, Resolver: netprobe.NewResolver(d),
			Qlik: repository, Door: door,
		},
		Writers: &steps.Writers{
			Graph: graph.NewWriter(cloud), Directory: directory.NewWriter(ldap), Qlik: qlik.NewWriter(repository),
		},
		Close: func() error {
			// Last: what was opened elsewhere is ended through it.
			defer repository.Close()
			cloud.Close()
			outside.Close()
			return ldap.Close()
		},
	}, nil
}

// journey is one walk through the documented order.
type journey struct {
	*steps.Guide
	world steps.World
}

func begin(t *testing.T, l *lab.Lab) *journey {
	t.Helper()
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	j := &journey{}
	j.Guide, err = steps.NewGuide(t.Context(), steps.Options{
		Site: l.Site(), Order: steps.Order, Causes: causes, Clock: time.Now, Journal: session.NewMemory(time.Now),
		Open: func(ctx context.Context, s site.Site) (steps.World, error) {
			w, err := open(ctx, s)
			j.world = w
			return w, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// run checks to the end of a run.
func (j *journey) run(t *testing.T, r steps.Run) {
	t.Helper()
	for e := range r.Start(t.Context()) {
		if err := j.Observe(r.Number, e); err != nil {
			t.Fatal(err)
		}
	}
	j.End(r.Number)
}

// apply makes the changes of the present step's plan.
func (j *journey) apply(t *testing.T) []steps.Applied {
	t.Helper()
	plan, err := j.Planner()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	applied, err := plan.Apply(t.Context(), plan.Confirm(), j.Recorder(), func(int, steps.Applied, bool) {})
	if err != nil {
		t.Fatal(err)
	}
	j.Changed(plan.Step, applied)
	return applied
}
