package directory_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	practice "sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/netprobe"
)

// TestPracticeLab asks a whole installation, signed in with the keytab that
// its site names.
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
	c := directory.New(s, dialer, kerberos.New(s, dialer, nil), nil)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := t.Context()
	if root, err := c.RootDSE(ctx); err != nil || root.BoundAs != `CONTOSO\admin` {
		t.Errorf("got %+v, %v", root, err)
	}
	holders, err := c.Holders(ctx, s.SPN())
	if err != nil || len(holders) != 1 || holders[0].SAM != s.ServiceAccountName() {
		t.Errorf("got %+v, %v", holders, err)
	}
	for _, h := range s.Connector.Hosts {
		a, err := c.Account(ctx, h.ComputerAccount())
		if err != nil || !a.Computer || !a.ProtocolTransition() || len(a.DelegateTo) == 0 {
			t.Errorf("got %+v, %v", a, err)
		}
	}
}

// middle is a box between us and the domain controller that can drop
// connections, as firewalls do.
type middle struct {
	addr string
	mu   sync.Mutex
	open []net.Conn
	// cut says, before each answer is passed on, whether to drop the
	// connection instead.
	cut func() bool
	// spoil changes an answer on the way.
	spoil func([]byte)
}

func between(t *testing.T, to string) *middle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &middle{addr: l.Addr().String(), cut: func() bool { return false }}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			m.mu.Lock()
			m.open = append(m.open, in, out)
			m.mu.Unlock()
			wg.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
			wg.Go(func() { m.answers(in, out) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); m.dropAll(); wg.Wait() })
	return m
}

func (m *middle) answers(in, out net.Conn) {
	defer func() { _ = in.Close(); _ = out.Close() }()
	b := make([]byte, 32<<10)
	for {
		n, err := out.Read(b)
		if err != nil {
			return
		}
		m.mu.Lock()
		cut := m.cut()
		if m.spoil != nil {
			m.spoil(b[:n])
		}
		m.mu.Unlock()
		if cut {
			return
		}
		if _, err := in.Write(b[:n]); err != nil {
			return
		}
	}
}

func (m *middle) dropAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.open {
		_ = c.Close()
	}
	m.open = nil
}

func TestLostConnections(t *testing.T) {
	d := start(t)
	box := between(t, d.ldap.AddrLDAPS())
	d.site.Pins[0].Address = box.addr
	c := d.client(t)
	w := directory.NewWriter(c)
	ctx := t.Context()
	t.Run("between two questions", func(t *testing.T) {
		for range 3 {
			if _, err := c.Account(ctx, "alice"); err != nil {
				t.Fatal(err)
			}
			box.dropAll()
		}
	})
	t.Run("before a write", func(t *testing.T) {
		box.dropAll()
		if err := w.AddSPN(ctx, qlikDN, "HTTP/before"); err != nil {
			t.Error(err)
		}
	})
	t.Run("while the write is answered", func(t *testing.T) {
		once := true
		box.mu.Lock()
		box.cut = func() bool {
			done := false
			for _, v := range d.store.Values("qlik", "servicePrincipalName") {
				done = done || v == contoso.SPN
			}
			if done && once {
				once = false
				return true
			}
			return false
		}
		box.mu.Unlock()
		if err := w.AddSPN(ctx, qlikDN, contoso.SPN); err != nil {
			t.Errorf("the change was made, and yet: %v", err)
		}
		box.mu.Lock()
		defer box.mu.Unlock()
		if once {
			t.Error("the connection was not cut")
		}
	})
}

func TestManyValues(t *testing.T) {
	d := start(t)
	var many []string
	for i := range 1700 {
		many = append(many, fmt.Sprintf("HTTP/host%d.contoso.test", i))
	}
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(tx.Set("qlik", "servicePrincipalName", many...), tx.Set("CONN01$", "msDS-AllowedToDelegateTo", many...))
	})
	c := d.client(t)
	for _, name := range []string{"qlik", "CONN01$"} {
		a, err := c.Account(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if n := max(len(a.SPNs), len(a.DelegateTo)); n != len(many) {
			t.Errorf("%s: %d values, want %d", name, n, len(many))
		}
	}
	found, err := c.Holders(t.Context(), "HTTP/host1650.contoso.test")
	if err != nil || len(found) != 1 || found[0].SAM != "qlik" {
		t.Errorf("got %d, %v", len(found), err)
	}
	if err := directory.NewWriter(c).AddSPN(t.Context(), qlikDN, "HTTP/one.more"); err != nil {
		t.Error(err)
	}
}
