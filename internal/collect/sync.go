package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
)

func synchronisation(ctx context.Context, c *collector) (string, error) {
	i := slices.IndexFunc(c.e.Services, func(s fact.Service) bool { return s.Name == syncService })
	if i < 0 {
		return "", c.absent()
	}
	if state := c.e.Services[i].State; state != "running" {
		return "", fmt.Errorf("the service %s is %s: its scheduler answers nobody", syncService, state)
	}
	raw, err := c.Machine.Scheduler(ctx)
	if err != nil {
		return "", fmt.Errorf("running Get-ADSyncScheduler: %w", err)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return "", errors.New("running Get-ADSyncScheduler: it printed nothing")
	}
	s, err := parseScheduler(raw)
	if err != nil {
		return "", err
	}
	s.Version = c.syncVersion()
	c.e.Sync = &s
	version := s.Version
	if version == "" {
		version = "not found"
	}
	return fmt.Sprintf("cycle enabled %t, staging %t, suspended %t, version %s", s.CycleEnabled, s.Staging, s.Suspended, version), nil
}

// syncService is the synchronisation service of Entra Connect.
const syncService = "ADSync"

// syncVersion is the file version of the service's program, which is that of
// Entra Connect; empty when it cannot be read. The scheduler is worth knowing
// without it.
func (c *collector) syncVersion() string {
	s, ok, err := c.Machine.Service(syncService)
	if err != nil || !ok || s.Program == "" {
		return ""
	}
	v, err := c.Machine.Version(s.Program)
	if err != nil {
		return ""
	}
	return v
}

// parseScheduler reads Get-ADSyncScheduler | ConvertTo-Json of any PowerShell:
// times are RFC 3339 or /Date(ms)/, intervals objects or texts.
func parseScheduler(raw []byte) (fact.SyncHost, error) {
	var doc struct {
		SyncCycleEnabled, StagingModeEnabled, SchedulerSuspended, MaintenanceEnabled bool

		CurrentlyEffectiveSyncCycleInterval json.RawMessage
		NextSyncCyclePolicyType             json.RawMessage
		NextSyncCycleStartTimeInUTC         string
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fact.SyncHost{}, fmt.Errorf("reading the scheduler: %w", err)
	}
	s := fact.SyncHost{
		CycleEnabled: doc.SyncCycleEnabled, Staging: doc.StagingModeEnabled,
		Suspended: doc.SchedulerSuspended, Maintenance: doc.MaintenanceEnabled,
		Interval: interval(doc.CurrentlyEffectiveSyncCycleInterval), Next: moment(doc.NextSyncCycleStartTimeInUTC),
	}
	switch p := strings.Trim(string(doc.NextSyncCyclePolicyType), `"`); p {
	case "1", "Delta":
		s.Policy = "Delta"
	case "2", "Initial":
		s.Policy = "Initial"
	}
	return s, nil
}

func interval(raw json.RawMessage) time.Duration {
	var span struct{ TotalSeconds float64 }
	if json.Unmarshal(raw, &span) == nil && span.TotalSeconds > 0 {
		return time.Duration(span.TotalSeconds) * time.Second
	}
	var text string
	var h, m, s int
	if json.Unmarshal(raw, &text) == nil {
		if _, err := fmt.Sscanf(text, "%d:%d:%d", &h, &m, &s); err == nil {
			return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
		}
	}
	return 0
}

var dotNetDate = regexp.MustCompile(`^/Date\((-?\d+)\)/$`) //nolint:gochecknoglobals // compiled once

func moment(text string) time.Time {
	if m := dotNetDate.FindStringSubmatch(text); m != nil {
		if ms, err := strconv.ParseInt(m[1], 10, 64); err == nil {
			return time.UnixMilli(ms).UTC()
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
