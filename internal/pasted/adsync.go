package pasted

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// syncVersion is the parameter under which Entra Connect keeps its version.
const syncVersion = "Microsoft.Synchronize.ServerConfigurationVersion"

var (
	schedulerShape = regexp.MustCompile(`^(SyncCycleEnabled|StagingModeEnabled|SchedulerSuspended|MaintenanceEnabled|CurrentlyEffectiveSyncCycleInterval|NextSyncCyclePolicyType)\s*:\s*(.*)$`)
	syncValueShape = regexp.MustCompile(`^(?:Value\s*:\s*)?(\d+\.\d+\.\d+\.\d+)$`)
	sameLineShape  = regexp.MustCompile(`\Q` + syncVersion + `\E\s+(\d+\.\d+\.\d+\.\d+)$`)
)

// ErrNoScheduler says that a paste is not what Get-ADSyncScheduler prints.
var ErrNoScheduler = errors.New("it holds nothing that Get-ADSyncScheduler prints")

// Scheduler reads Get-ADSyncScheduler, whose names and values are the same in
// every language, and the version of Entra Connect where the paste has it. The
// lines are those that convince.
func Scheduler(f Run) (s fact.SyncHost, lines []string, err error) {
	seen, named := map[string]string{}, false
	for _, line := range f.Lines {
		if m := schedulerShape.FindStringSubmatch(line); m != nil {
			seen[m[1]] = strings.TrimSpace(m[2])
			lines = append(lines, line)
			continue
		}
		switch {
		case sameLineShape.MatchString(line):
			s.Version = sameLineShape.FindStringSubmatch(line)[1]
			lines = append(lines, line)
		case strings.HasSuffix(line, syncVersion):
			named = true
			continue
		case named && syncValueShape.MatchString(line):
			s.Version = syncValueShape.FindStringSubmatch(line)[1]
			lines = append(lines, syncVersion+": "+s.Version)
		}
		named = false
	}
	if err := f.failed(); len(seen) == 0 && err != nil {
		return s, nil, err
	}
	if len(seen) == 0 {
		return s, nil, ErrNoScheduler
	}
	for name, into := range map[string]*bool{
		"SyncCycleEnabled": &s.CycleEnabled, "StagingModeEnabled": &s.Staging, "SchedulerSuspended": &s.Suspended, "MaintenanceEnabled": &s.Maintenance,
	} {
		switch strings.ToLower(seen[name]) {
		case "true":
			*into = true
		case "false":
		default:
			return s, nil, fmt.Errorf("it does not tell %s, which is True or False: part of the output is missing", name)
		}
	}
	var h, m, sec int
	if _, err := fmt.Sscanf(seen["CurrentlyEffectiveSyncCycleInterval"], "%d:%d:%d", &h, &m, &sec); err == nil {
		s.Interval = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	}
	s.Policy = seen["NextSyncCyclePolicyType"]
	return s, lines, nil
}
