package sync_test

import (
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

// TestVersionBeforeItsDay only warns of a version that is still let in.
func TestVersionBeforeItsDay(t *testing.T) {
	x := healthy()
	servers(map[string]fact.SyncHost{"SYNC01": {CycleEnabled: true, Version: "2.5.76.0"}}, "SYNC01")(&x)
	early := func() time.Time { return time.Date(2026, time.September, 29, 23, 0, 0, 0, time.UTC) }
	x.age = checkstest.Now().Sub(early())
	r := room(x)
	c := r.Checks[2]
	if c.ID != "sync.server" {
		t.Fatalf("the third check is %s", c.ID)
	}
	list := []checks.Check{r.Checks[0], c}
	list[0].Needs = nil
	set, err := checks.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	causes, err := checks.NewCatalogue(r.Causes)
	if err != nil {
		t.Fatal(err)
	}
	runner := checks.Runner{Set: set, Causes: causes, Clock: early}
	got := runner.Collect(t.Context(), checks.Request{IDs: []checks.ID{"sync.on", "sync.server"}, Env: checks.NewEnv(checkstest.Site(), early, nil)})
	r.Hold(t, got["sync.server"], checkstest.Want{Status: checks.Warn, Cause: "sync.version-old", Seen: "2.5.76.0"})
}

// TestPasted proves the server by what its administrator pastes.
func TestPasted(t *testing.T) {
	service := func(state string) string {
		return checkstest.Answered("sc.exe query ADSync", "\r\nSERVICE_NAME: ADSync\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : "+state) +
			checkstest.Answered("sc.exe qc ADSync", "[SC] QueryServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: ADSync\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        START_TYPE         : 2   AUTO_START\r\n        ERROR_CONTROL      : 1   NORMAL\r\n"+
				"        BINARY_PATH_NAME   : x\r\n        LOAD_ORDER_GROUP   :\r\n        TAG                : 0\r\n        DISPLAY_NAME       : Microsoft Azure AD Sync\r\n        DEPENDENCIES       : winmgmt\r\n        SERVICE_START_NAME : CONTOSO\\ADSyncMSA$\r\n") +
			"SENSEGATE-ASK Get-ADSyncScheduler\r\n"
	}
	const refusedBy = "Get-ADSyncScheduler : Der Dienst antwortet nicht.\r\n    + FullyQualifiedErrorId : x,Microsoft.IdentityManagement.PowerShell.Cmdlet.GetADSyncScheduler\r\n"
	output := func(host, staging, suspended, version string) string {
		return checkstest.Printed(host, checkstest.Now(), service("4  RUNNING")+"SyncCycleEnabled : True\nMaintenanceEnabled : True\nStagingModeEnabled : "+staging+"\nSchedulerSuspended : "+suspended+
			"\n\nName  : Microsoft.Synchronize.ServerConfigurationVersion\nValue : "+version)
	}
	tests := []struct {
		name   string
		pastes []string
		want   checkstest.Want
		wrong  string
	}{
		{"as it should be", []string{output("SYNC01", "False", "False", "2.5.79.0")}, checkstest.Want{Status: checks.Pass}, ""},
		{"in staging mode alone", []string{output("sync01", "True", "False", "2.5.79.0"), output("SYNC02", "True", "False", "2.5.79.0")}, checkstest.Want{Status: checks.Fail, Cause: "sync.all-staging", Seen: "SYNC01, SYNC02"}, ""},
		{"suspended", []string{output("SYNC01", "False", "True", "2.5.79.0")}, checkstest.Want{Status: checks.Fail, Cause: "sync.scheduler-off", Seen: "SYNC01"}, ""},
		{"too old", []string{output("SYNC01", "False", "False", "2.4.21.0")}, checkstest.Want{Status: checks.Fail, Cause: "sync.version-old", Seen: "2.4.21.0"}, ""},
		{"of another machine", []string{output("DC1", "False", "False", "2.5.79.0")}, checkstest.Want{}, "DC1"},
		{"nonsense", []string{checkstest.Printed("SYNC01", checkstest.Now(), "hello")}, checkstest.Want{}, "does not answer sc query ADSync"},
		{"another command", []string{checkstest.Printed("SYNC01", checkstest.Now(), service("4  RUNNING")+"hello")}, checkstest.Want{}, "Get-ADSyncScheduler"},
		{"the scheduler does not answer", []string{checkstest.Printed("SYNC01", checkstest.Now(), service("4  RUNNING")+refusedBy)}, checkstest.Want{}, "did not run through on SYNC01"},
		{"the service is stopped", []string{checkstest.Printed("SYNC01", checkstest.Now(), service("1  STOPPED")+refusedBy)}, checkstest.Want{Status: checks.Fail, Cause: "sync.service-stopped", Seen: "SYNC01"}, ""},
		{"no Entra Connect", []string{checkstest.Printed("SYNC01", checkstest.Now(), checkstest.Answered("sc.exe query ADSync", "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:")+checkstest.Answered("sc.exe qc ADSync", "[SC] OpenService FAILED 1060:"))}, checkstest.Want{}, "not on SYNC01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := healthy()
			servers(nil, "SYNC01", "SYNC02")(&x)
			r := room(x)
			env := checks.NewEnv(checkstest.Site(), checkstest.Now, map[checks.ID]checks.Result{
				"sync.on": checks.Passed("on", "on").Provide(sync.FactServers, []string{"SYNC01", "SYNC02"}),
			})
			proof := r.Checks[2].Proof
			if asked := proof.Ask(env); len(asked) != 2 || asked[1].On != "SYNC02" || !strings.Contains(asked[0].Command, "Get-ADSyncScheduler") {
				t.Errorf("asked %+v", asked)
			}
			got, err := proof.Judge(t.Context(), env, tt.pastes)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("judged %+v, %v; want it refused for %q", got, err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			causes, err := checks.NewCatalogue(r.Causes)
			if err != nil {
				t.Fatal(err)
			}
			r.Hold(t, got.Stamped("sync.server", causes, checkstest.Site(), checkstest.Now()), tt.want)
			if got.Source != checks.Pasted || got.Row(checks.LineEvidence) == "" {
				t.Errorf("proved by %q, the line is %q", got.Source, got.Row(checks.LineEvidence))
			}
		})
	}
}

// TestService judges the service that the scheduler is part of: while it does
// not run, what the scheduler said before counts no more.
func TestService(t *testing.T) {
	exports, staging := fact.SyncHost{CycleEnabled: true, Interval: 30 * time.Minute, Policy: "Delta"}, fact.SyncHost{CycleEnabled: true, Staging: true}
	stopped := func(seen string) checkstest.Want {
		return checkstest.Want{Status: checks.Fail, Cause: "sync.service-stopped", Seen: seen}
	}
	tests := []struct {
		name   string
		states map[string]string
		hosts  map[string]fact.SyncHost
		named  bool // by the site alone
		want   checkstest.Want
	}{
		{"runs", map[string]string{"SYNC01": "running"}, map[string]fact.SyncHost{"SYNC01": exports}, false, checkstest.Want{Status: checks.Pass}},
		{"stopped", map[string]string{"SYNC01": "stopped"}, nil, false, stopped("SYNC01 (stopped, automatic)")},
		{"stopped since the scheduler was seen", map[string]string{"SYNC01": "stopped"}, map[string]fact.SyncHost{"SYNC01": exports}, false, stopped("SYNC01")},
		{"stopped, and the other one stands by", map[string]string{"SYNC01": "stopped", "SYNC02": "running"}, map[string]fact.SyncHost{"SYNC02": staging}, false, stopped("SYNC01")},
		{"an old one is stopped, the new one exports", map[string]string{"SYNC01": "stopped", "SYNC02": "running"}, map[string]fact.SyncHost{"SYNC02": exports}, false, checkstest.Want{Status: checks.Pass}},
		{"named by the site alone", map[string]string{"SYNC01": "stopped"}, nil, true, stopped("SYNC01")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x, s := healthy(), checkstest.Site()
			s.Sync.Servers = []string{"SYNC01"}
			if !tt.named {
				servers(nil, "SYNC01", "SYNC02")(&x)
			}
			x.hosts, x.adSync = tt.hosts, tt.states
			r := room(x)
			env := checks.NewEnv(s, checkstest.Now, map[checks.ID]checks.Result{"sync.on": checks.Passed("on", "on").Provide(sync.FactServers, serversOf(x))})
			for _, c := range r.Checks {
				if c.ID == "sync.server" {
					causes, err := checks.NewCatalogue(r.Causes)
					if err != nil {
						t.Fatal(err)
					}
					r.Hold(t, c.Run(t.Context(), env).Stamped("sync.server", causes, s, checkstest.Now()), tt.want)
				}
			}
		})
	}
}

func serversOf(x pair) []string {
	var out []string
	for _, c := range x.clients {
		out = append(out, c.Server)
	}
	return out
}
