package pasted_test

import (
	"strings"
	"testing"
	"time"

	"sensegate/internal/pasted"
)

const scheduler = `SENSEGATE-RUN 2026-11-21T20:00:00.1234567+01:00 SYNC01

AllowedSyncCycleInterval            : 00:30:00
CurrentlyEffectiveSyncCycleInterval : 00:30:00
CustomizedSyncCycleInterval         :
NextSyncCyclePolicyType             : Delta
NextSyncCycleStartTimeInUTC         : 21.11.2026 14:58:30
PurgeRunHistoryInterval             : 7.00:00:00
SyncCycleEnabled                    : True
MaintenanceEnabled                  : True
StagingModeEnabled                  : False
SchedulerSuspended                  : False
SyncCycleInProgress                 : False

`

const asList = `Name  : Microsoft.Synchronize.ServerConfigurationVersion
Value : 2.5.79.0

`

const asTable = `Name                                             Value
----                                             -----
Microsoft.UserSignIn.DesktopSsoEnabled           1.2.3.4
Microsoft.Synchronize.ServerConfigurationVersion 2.5.76.0
`

// TestScheduler reads what the server of Entra Connect prints.
func TestScheduler(t *testing.T) {
	tests := []struct {
		name, text string
		version    string
		staging    bool
		wrong      string
	}{
		{name: "as a list", text: scheduler + asList, version: "2.5.79.0"},
		{name: "as a table", text: scheduler + asTable, version: "2.5.76.0"},
		{name: "without the version", text: scheduler},
		{name: "another parameter's value", text: scheduler + "Name  : Microsoft.Synchronize.SynchronizationPolicy\nValue : 9.9.9.9\n"},
		{name: "in staging mode", text: strings.Replace(scheduler, "StagingModeEnabled                  : False", "StagingModeEnabled : True", 1), staging: true},
		{name: "something else", text: "SENSEGATE-RUN 2026-11-21T20:00:00+01:00 SYNC01\nhello\n", wrong: "Get-ADSyncScheduler"},
		{name: "half of it", text: "SENSEGATE-RUN 2026-11-21T20:00:00+01:00 SYNC01\nSyncCycleEnabled : True\n", wrong: "part of the output is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runs, err := pasted.OfHosts(tt.text+pasted.End+"\n", "sync01.contoso.test")
			if err != nil {
				t.Fatal(err)
			}
			s, lines, err := pasted.Scheduler(runs[0])
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("got %v, want it refused for %q", err, tt.wrong)
				}
				return
			}
			if err != nil || !s.CycleEnabled || s.Suspended || s.Staging != tt.staging || s.Version != tt.version || s.Interval != 30*time.Minute || s.Policy != "Delta" || len(lines) < 4 {
				t.Errorf("%+v, %q, %v", s, lines, err)
			}
		})
	}
}
