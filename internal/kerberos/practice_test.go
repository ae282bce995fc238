package kerberos_test

import (
	"context"
	"testing"
	"time"

	"sensegate/internal/kerberos"
	practice "sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
)

// TestPracticeLab walks a whole installation: its own KDC, front and engine.
func TestPracticeLab(t *testing.T) {
	l, err := practice.Start(t.Context(), practice.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	s := l.Site()
	dialer, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	c := kerberos.New(s, dialer, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Run("ticket", func(t *testing.T) {
		got, err := c.ServiceTicket(ctx, s.SPN())
		if err != nil || got.Client != "alice@CONTOSO.TEST" || got.EType != 18 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("session", func(t *testing.T) {
		got, err := c.Negotiate(ctx, s.Publish.InternalURL, s.SPN())
		if err != nil || got.UserID != "alice" || got.UserDirectory != contoso.NetBIOS || got.Mechanism != "spnego-kerberos" || !got.Mutual {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("engine", func(t *testing.T) {
		session, socket, err := c.NegotiatedSocket(ctx, s.Publish.InternalURL, s.Qlik.Prefix, s.SPN(), "https://"+contoso.ExternalHost)
		if err != nil || session.UserID != "alice" || !socket.Upgraded || socket.EngineVersion == "" || !socket.IdleSurvived {
			t.Errorf("got %+v, %+v, %v", session, socket, err)
		}
	})
	for _, h := range s.Connector.Hosts {
		t.Run("rehearsal of "+h.Name, func(t *testing.T) {
			got, err := c.Rehearse(ctx, h.ComputerAccount(), s.TestUser.UPN, s.SPN(), s.Publish.InternalURL)
			if err != nil || got.Stage != kerberos.StageDone || got.Session == nil || got.Session.UserID != "alice" || !got.Session.Mutual {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	t.Run("probe", func(t *testing.T) {
		got, err := c.ProbeAccount(ctx, s.ServiceAccountName())
		if err != nil || got.Code != 25 || !got.AES {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
