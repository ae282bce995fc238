package websocket_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/checks/checkstest"
	"sensegate/checks/websocket"
	"sensegate/internal/fact"
)

// logs are files with rows; since says from when on they were asked for.
type logs struct {
	found fact.ProxyLogs
	err   error
	since *time.Time
}

func (l logs) ProxyLogs(_ context.Context, _ string, since time.Time) (fact.ProxyLogs, error) {
	if l.since != nil {
		*l.since = since
	}
	return l.found, l.err
}

func refusedSocket() fact.LogFinding {
	return fact.LogFinding{
		File: "Audit.txt", Meaning: "a WebSocket was refused", Trouble: true, Count: 3, User: `CONTOSO\alice`,
		Last: checkstest.Now().Add(-time.Hour), Text: "CSWSH check failed",
	}
}

// TestLogsAreEvidence shows what the proxy wrote down beside a check that
// fails, and changes nothing of what it found.
func TestLogsAreEvidence(t *testing.T) {
	t.Parallel()
	at := checkstest.Now().Add(-time.Hour)
	for _, tt := range []struct {
		name string
		logs logs
		path string
		say  string
	}{
		{
			name: "of today", path: "logs", logs: logs{found: fact.ProxyLogs{Sources: []string{"Audit.txt"}, Findings: []fact.LogFinding{refusedSocket()}}},
			say: `a WebSocket was refused (3 times, last ` + at.UTC().Format(time.RFC3339) + `, CONTOSO\alice): CSWSH check failed`,
		},
		{name: "nothing", path: "logs", logs: logs{found: fact.ProxyLogs{Sources: []string{"Audit.txt"}}}, say: "none of the known phrases"},
		{name: "unreadable", path: "logs", logs: logs{err: errors.New("no such folder")}, say: "could not be read: no such folder"},
		{name: "none at hand"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := checkstest.Site()
			s.Qlik.Logs = tt.path
			for _, status := range []checks.Status{checks.Pass, checks.Fail} {
				w := healthy()
				if status == checks.Fail {
					w.insideWeb = fact.SocketProbe{Status: 403, OwnOrigin: 101, CSRF: true}
				}
				r := checkstest.Room{Checks: websocket.Checks(websocket.Ports{Tickets: w, Outside: w, Logs: tt.logs}), Causes: websocket.Causes()}
				got := r.Ask(t, "verify.websocket-inside", s, facts(w))
				var said strings.Builder
				for _, e := range got.Evidence {
					said.WriteString(e.Name + ": " + e.Value + "\n")
				}
				spoke := strings.Contains(said.String(), "proxy's log")
				if got.Status != status || !strings.Contains(said.String(), tt.say) && status == checks.Fail || spoke != (status == checks.Fail && tt.say != "") {
					t.Errorf("it is %s and says\n%s", got.Status, said.String())
				}
			}
		})
	}
}

// TestTurnedAway judges the logs by themselves: they warn, and gate nothing.
func TestTurnedAway(t *testing.T) {
	t.Parallel()
	const s, p, w = checks.Skipped, checks.Pass, checks.Warn
	read := []string{"Audit.txt"}
	kerberos := fact.LogFinding{File: "Audit.txt", Meaning: "somebody signed in with Kerberos", Count: 1}
	day, changed := checkstest.Now().Add(-24*time.Hour), checkstest.Now().Add(-time.Hour)
	for _, tt := range []struct {
		name      string
		logs      websocket.Logs
		path      string
		simulated bool
		modified  time.Time
		want      checkstest.Want
		since     time.Time
	}{
		{name: "nobody reads them", want: checkstest.Want{Status: s, Seen: "not at hand"}},
		{name: "none given", logs: logs{}, want: checkstest.Want{Status: s, Seen: "qlik.logs"}, since: day},
		{name: "this machine's are not the lab's", logs: logs{found: fact.ProxyLogs{Sources: read, Findings: []fact.LogFinding{refusedSocket()}}}, simulated: true, want: checkstest.Want{Status: s, Seen: "not at hand"}},
		{name: "no such folder", logs: logs{err: errors.New("no such folder")}, path: "x", want: checkstest.Want{Status: w, Cause: "verify.logs-unreadable", Seen: "no such folder"}, since: day},
		{name: "an empty folder", logs: logs{}, path: "x", want: checkstest.Want{Status: w, Cause: "verify.logs-unreadable", Seen: "no log at x"}, since: day},
		{name: "quiet", logs: logs{found: fact.ProxyLogs{Sources: read}}, path: "x", want: checkstest.Want{Status: p, Seen: "nobody"}, since: day},
		{name: "sign-ins alone", logs: logs{found: fact.ProxyLogs{Sources: read, Findings: []fact.LogFinding{kerberos}}}, path: "x", want: checkstest.Want{Status: p, Seen: "nobody"}, since: day},
		{
			name: "refusals", logs: logs{found: fact.ProxyLogs{Sources: read, Findings: []fact.LogFinding{kerberos, refusedSocket()}}}, path: "x",
			want: checkstest.Want{Status: w, Cause: "verify.turned-away", Seen: "3 times, a WebSocket was refused"}, since: day,
		},
		{name: "changed an hour ago", logs: logs{found: fact.ProxyLogs{Sources: read}}, path: "x", modified: changed, want: checkstest.Want{Status: p}, since: changed},
		{name: "changed last week", logs: logs{found: fact.ProxyLogs{Sources: read}}, path: "x", modified: day.AddDate(0, 0, -6), want: checkstest.Want{Status: p}, since: day},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var since time.Time
			if l, ok := tt.logs.(logs); ok {
				l.since = &since
				tt.logs = l
			}
			st := checkstest.Site()
			st.Qlik.Logs, st.Simulated = tt.path, tt.simulated
			ways := healthy()
			known := facts(ways)
			known[allowlist.FactVirtualProxy] = fact.VirtualProxy{EngineNodes: 1, Modified: tt.modified}
			r := checkstest.Room{Checks: websocket.Checks(websocket.Ports{Tickets: ways, Outside: ways, Logs: tt.logs}), Causes: websocket.Causes()}
			r.Hold(t, r.Ask(t, "verify.logs", st, known), tt.want)
			if !since.Equal(tt.since) {
				t.Errorf("asked since %s, want %s", since, tt.since)
			}
		})
	}
}
