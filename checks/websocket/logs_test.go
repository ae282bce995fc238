package websocket_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/websocket"
	"sensegate/internal/fact"
)

type logs struct {
	found []fact.LogFinding
	err   error
}

func (l logs) ProxyLogs(context.Context, string) ([]fact.LogFinding, error) { return l.found, l.err }

// TestLogsAreEvidence shows what the proxy wrote down, beside a check that
// passes and beside one that fails: it changes neither.
func TestLogsAreEvidence(t *testing.T) {
	t.Parallel()
	at := checkstest.Now().Add(-time.Hour)
	refused := fact.LogFinding{File: "Audit.txt", Meaning: "a WebSocket was refused", Count: 3, Last: at, User: `CONTOSO\alice`, Text: "CSWSH check failed"}
	old := refused
	old.Last, old.Text = at.AddDate(0, 0, -7), "last week's"
	for _, tt := range []struct {
		name       string
		logs       logs
		say, never string
	}{
		{name: "of today", logs: logs{found: []fact.LogFinding{refused}}, say: `a WebSocket was refused (3 times, last ` + at.UTC().Format(time.RFC3339) + `, CONTOSO\alice): CSWSH check failed`},
		{name: "of last week", logs: logs{found: []fact.LogFinding{old}}, say: "none of the known phrases", never: "last week's"},
		{name: "unreadable", logs: logs{err: errors.New("no such folder")}, say: "could not be read: no such folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := checkstest.Site()
			s.Qlik.Logs = "logs"
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
				if got.Status != status || !strings.Contains(said.String(), tt.say) || tt.never != "" && strings.Contains(said.String(), tt.never) {
					t.Errorf("it is %s and says\n%s", got.Status, said.String())
				}
			}
		})
	}
}
