package krbclient_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/types"
	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
	"sensegate/internal/lab/kdc/wire"
	"sensegate/internal/lab/krbclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func connector(addr string) *krbclient.Client {
	h := contoso.Connectors()[0]
	return &krbclient.Client{KDC: addr, Realm: strings.ToLower(contoso.Realm), Account: h.Account, Password: h.Password}
}

func TestTicketFor(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	for _, user := range []string{"alice", "ALICE", "alice@contoso.test"} {
		t.Run(user, func(t *testing.T) {
			tkt, err := connector(s.Addr()).TicketFor(t.Context(), user, contoso.SPN)
			if err != nil {
				t.Fatal(err)
			}
			if tkt.Client.PrincipalNameString() != "alice" || tkt.Service.PrincipalNameString() != contoso.SPN || !tkt.Forwardable() {
				t.Errorf("%+v", tkt)
			}
			if left := time.Until(tkt.EndTime); left < 9*time.Hour || left > 11*time.Hour {
				t.Errorf("lasts %v", left)
			}
		})
	}
}

func TestKeyInPlaceOfPassword(t *testing.T) {
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	c := connector(s.Addr())
	c.Password = ""
	var salts []string
	c.Key = func(etype int32, salt string) (types.EncryptionKey, error) {
		salts = append(salts, salt)
		a, _ := d.ByName(c.Account)
		return s.Keys().Key(a, contoso.Realm, etype)
	}
	if _, err := c.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(salts) != 1 || salts[0] != "CONTOSO.TESThostconn01.contoso.test" {
		t.Errorf("salts %q", salts)
	}
}

func TestRefusalIsTyped(t *testing.T) {
	d := kdctest.Contoso()
	d.Change("CONN01$", func(a *kdc.Account) { a.DelegateTo = []string{"HTTP/other"} })
	s := kdctest.Start(t, d, nil)
	_, err := connector(s.Addr()).TicketFor(t.Context(), "alice", contoso.SPN)
	e, ok := errors.AsType[*krbclient.KDCError](err)
	if !ok || e.Code != errorcode.KDC_ERR_BADOPTION || e.NTSTATUS != wire.StatusNotFound || e.Time.IsZero() {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"alice", contoso.SPN, "STATUS_NOT_FOUND"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the text %q does not name %s", err, part)
		}
	}
}

// fake answers every connection with fixed bytes, or with silence.
func fake(t *testing.T, answer []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if answer != nil {
				_, _ = c.Write(answer)
			}
			_, _ = c.Read(make([]byte, 1<<16))
			if answer == nil {
				_, _ = c.Read(make([]byte, 1)) // until the client gives up
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
}

func TestBadServers(t *testing.T) {
	tests := []struct {
		name   string
		answer []byte
		want   error
	}{
		{"announces two gigabytes", []byte{0x7f, 0xff, 0xff, 0xff}, wire.ErrTooLong},
		{"no Kerberos at all", []byte("\x00\x00\x00\x04HTTP"), nil},
		{"silent", nil, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := connector(fake(t, tt.answer)).Login(ctx)
			if err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := connector(addr).Login(t.Context()); err == nil {
			t.Error("signed in")
		}
	})
}

func TestVerifyRefusesOtherAnswers(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	c := connector(s.Addr())
	tkt, err := c.TicketFor(t.Context(), "alice", contoso.SPN)
	if err != nil {
		t.Fatal(err)
	}
	_, verify, err := c.Negotiate(tkt, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, reply := range [][]byte{nil, []byte("NTLMSSP\x00\x02"), {0xa1, 0x07, 0x30, 0x05, 0xa0, 0x03, 0x0a, 0x01, 0x00}} {
		if err := verify(reply); !errors.Is(err, krbclient.ErrNotProven) {
			t.Errorf("% x: %v", reply, err)
		}
	}
}
