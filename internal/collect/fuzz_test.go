package collect

import (
	"strings"
	"testing"
)

// FuzzReadings gives any bytes to what reads other programs' files and answers:
// the scheduler's JSON, the ends of logs, events.
func FuzzReadings(f *testing.F) {
	f.Add([]byte(`{"SyncCycleEnabled":true,"CurrentlyEffectiveSyncCycleInterval":{"TotalSeconds":1800},"NextSyncCyclePolicyType":1,"NextSyncCycleStartTimeInUTC":"/Date(1795262400000)/"}`))
	f.Add([]byte(`{"CurrentlyEffectiveSyncCycleInterval":"00:30:00","NextSyncCyclePolicyType":"Delta","NextSyncCycleStartTimeInUTC":"2026-11-21T12:00:00Z"}`))
	f.Add([]byte("quiet\r\nerror Authorization: Negotiate YIIabcdefghijklmnopqrstuvwxyz\r\n"))
	f.Add([]byte("error N\x13egotiate YIIabcdefghijklmnop")) // once got past what takes tokens out
	f.Add([]byte("\xff\xfee\x00r\x00r\x00o\x00r\x00"))
	f.Add([]byte(`<Event xmlns="x"><System><EventID>1000</EventID><TimeCreated SystemTime="2026-11-21T10:00:00Z"/></System><EventData><Data>User: a</Data></EventData></Event>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := parseScheduler(raw); err == nil && (s.Interval < 0 || s.Policy != "" && s.Policy != "Delta" && s.Policy != "Initial") {
			t.Errorf("a scheduler that cannot be: %+v", s)
		}
		for _, line := range matching(raw, troubled) {
			if strings.ContainsAny(line, "\x1b\r\n\x00") || strings.Contains(line, "Negotiate YIIabcdefghijklmnop") {
				t.Errorf("this must not leave the machine: %q", line)
			}
		}
		if e, err := parseEvent(string(raw)); err == nil && strings.ContainsAny(e.Text+e.User+e.SPN+e.Backend+e.Transaction+e.Channel, "\x1b\x00") {
			t.Errorf("control characters in %+v", e)
		}
	})
}
