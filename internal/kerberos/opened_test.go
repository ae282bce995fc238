package kerberos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/lab/kdc"
)

// TestOpenTicket tries the ticket with keytabs of the service as they come.
func TestOpenTicket(t *testing.T) {
	tests := []struct {
		name  string
		entry func(*lab) kdc.KeytabEntry
		after func(*lab)
		want  fact.OpenedTicket // without the ticket itself
	}{
		{name: "of the account", want: fact.OpenedTicket{Opened: true, Client: "alice@LAB.TEST", Newest: 3, Fits: true}},
		{name: "of the name", entry: func(l *lab) kdc.KeytabEntry {
			e := entryOf(l, "qlik")
			e.Principal = webSPN
			return e
		}, want: fact.OpenedTicket{Opened: true, Client: "alice@LAB.TEST", Newest: 3, Fits: true}},
		{name: "older than the password", after: func(l *lab) {
			l.accounts.change("qlik", func(a *kdc.Account) { a.Password, a.KVNO = "Qlik-2", 4 })
		}, want: fact.OpenedTicket{Newest: 3}},
		{name: "of a mistyped password", entry: func(l *lab) kdc.KeytabEntry {
			e := entryOf(l, "qlik")
			e.Account.Password = "Qlik-l"
			return e
		}, want: fact.OpenedTicket{Newest: 3, Fits: true}},
		{name: "of another account", entry: func(l *lab) kdc.KeytabEntry { return entryOf(l, "QLIK01$") }},
		{name: "with one weak key", entry: func(l *lab) kdc.KeytabEntry {
			e := entryOf(l, "qlik")
			e.Account.ETypes = []int32{kdc.RC4}
			return e
		}, want: fact.OpenedTicket{Newest: 3}},
		{name: "with the wrong version and the right key", entry: func(l *lab) kdc.KeytabEntry {
			e := entryOf(l, "qlik")
			e.Account.KVNO = 1
			return e
		}, want: fact.OpenedTicket{Opened: true, Client: "alice@LAB.TEST", Newest: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := startLab(t)
			if tt.entry == nil {
				tt.entry = func(l *lab) kdc.KeytabEntry { return entryOf(l, "qlik") }
			}
			raw, err := kdc.Keytab(realm, time.Now(), tt.entry(l))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(l.dir, "service.keytab")
			if err := os.WriteFile(file, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			if tt.after != nil {
				tt.after(l)
			}
			got, err := l.client(t).OpenTicket(t.Context(), webSPN, `LAB\qlik`, file)
			if err != nil {
				t.Fatal(err)
			}
			if got.Opened != tt.want.Opened || got.Client != tt.want.Client || got.Newest != tt.want.Newest || got.Fits != tt.want.Fits {
				t.Errorf("got %+v", got)
			}
			weak := strings.Contains(tt.name, "weak")
			if got.Ticket.Server != webSPN || weak && strings.Join(got.Held, " ") != "rc4-hmac" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func entryOf(l *lab, sam string) kdc.KeytabEntry {
	a, _ := l.accounts.ByName(sam)
	return kdc.KeytabEntry{Account: a}
}

func TestOpenTicketRefusals(t *testing.T) {
	l := startLab(t)
	if _, err := l.client(t).OpenTicket(t.Context(), webSPN, "qlik", filepath.Join(l.dir, "none")); checks.KindOf(err) != fact.NotSignedIn || checks.CodeOf(err) != "keytab" {
		t.Errorf("no file: %v", err)
	}
	if _, err := l.client(t).OpenTicket(t.Context(), "HTTP/nobody.lab.test", "qlik", l.keytab(t, "qlik")); checks.KindOf(err) != fact.NotFound {
		t.Errorf("no such service: %v", err)
	}
}
