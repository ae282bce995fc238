package kerberos

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// answering is a KDC that gives every request the same answer; the channel
// tells how many came.
func answering(t *testing.T, answer func(net.Conn)) (addr string, requests func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	count := make(chan int, 1)
	count <- 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			count <- <-count + 1
			answer(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String(), func() int { n := <-count; count <- n; return n }
}

func clientFor(t *testing.T, kdc string, secrets Secrets) *Client {
	t.Helper()
	s := site.Site{Directory: site.Directory{Domain: "lab.test"}, Kerberos: site.Kerberos{KDC: kdc, User: "alice"}}
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return New(s, d, secrets)
}

func swallow(c net.Conn) {
	var n [4]byte
	if _, err := io.ReadFull(c, n[:]); err == nil {
		_, _ = io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(n[:])))
	}
}

func krbError(t *testing.T, code int32, edata []byte) []byte {
	t.Helper()
	e := messages.NewKRBError(krbtgt("LAB.TEST"), "LAB.TEST", code, "told so")
	e.EData = edata
	raw, err := e.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(raw))), raw...)
}

// Trap 12: a length field is not to be believed.
func TestTrapLengthField(t *testing.T) {
	tests := []struct {
		name  string
		frame []byte
		want  error
	}{
		{"four gigabytes", []byte{0xff, 0xff, 0xff, 0xff}, errMessageSize},
		{"one beyond the cap", []byte{0x00, 0x10, 0x00, 0x01}, errMessageSize},
		{"nothing", []byte{0, 0, 0, 0}, errMessageSize},
		{"less than announced", []byte{0, 0, 0, 9, 1, 2}, io.ErrUnexpectedEOF},
		{"no length", []byte{0, 0}, io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readFrame(bytes.NewReader(tt.frame)); !errors.Is(err, tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Traps 4 and 10: codes stay visible to errors.As, and the context ends a wait.
func TestTrapHiddenCodes(t *testing.T) {
	edata := unhex(t, "3015a103020103a20e040c720200c00000000001000000")
	addr, _ := answering(t, func(c net.Conn) { swallow(c); _, _ = c.Write(krbError(t, 13, edata)) })
	c := clientFor(t, addr, func(string) (string, bool) { return "secret", true })
	_, err := c.ServiceTicket(t.Context(), "HTTP/x")
	var f *fact.Error
	var k *KDCError
	if !errors.As(err, &f) || f.System != "KDC" || f.Code != "KDC_ERR_BADOPTION" || f.Kind != fact.Refused {
		t.Fatalf("got %v", err)
	}
	if !errors.As(err, &k) || k.Code != 13 || k.NTStatus != 0xC0000272 || k.Text != "told so" || k.Time.IsZero() {
		t.Errorf("got %+v", k)
	}
}

func TestTrapNoContext(t *testing.T) {
	hang := make(chan struct{})
	addr, _ := answering(t, func(net.Conn) { <-hang })
	t.Cleanup(func() { close(hang) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := clientFor(t, addr, nil).ProbeAccount(ctx, "alice")
	var f *fact.Error
	if !errors.As(err, &f) || f.Kind != fact.TimedOut {
		t.Errorf("got %v", err)
	}
	if time.Since(start) > 5*time.Second {
		t.Error("the context did not end the wait")
	}
}

// Trap 8: one wrong password costs one bad-password count, however many checks
// ask at once or again.
func TestTrapDoubleBadPassword(t *testing.T) {
	addr, requests := answering(t, func(c net.Conn) { swallow(c); _, _ = c.Write(krbError(t, 24, nil)) })
	password := "wrong"
	c := clientFor(t, addr, func(string) (string, bool) { return password, true })
	errs := make(chan error)
	for range 4 {
		go func() { _, err := c.ServiceTicket(t.Context(), "HTTP/x"); errs <- err }()
	}
	for range 4 {
		var f *fact.Error
		if err := <-errs; !errors.As(err, &f) || f.Kind != fact.NotSignedIn || f.Code != "KDC_ERR_PREAUTH_FAILED" {
			t.Errorf("got %v", err)
		}
	}
	if n := requests(); n != 1 {
		t.Fatalf("%d requests, want 1", n)
	}
	password = "another"
	_, _ = c.ServiceTicket(t.Context(), "HTTP/x")
	c.Forget()
	_, _ = c.ServiceTicket(t.Context(), "HTTP/x")
	now := c.now()
	c.now = func() time.Time { return now.Add(observation + time.Second) }
	_, _ = c.ServiceTicket(t.Context(), "HTTP/x")
	if n := requests(); n != 4 {
		t.Errorf("%d requests, want 4: a new secret, Forget and time allow one each", n)
	}
}

// Traps 1, 5 and 7: no FAST padata, AES alone is offered, and the first request
// proves nothing.
func TestTrapFAST(t *testing.T) {
	c := clientFor(t, "127.0.0.1:1", nil)
	req, err := c.asRequest(credential{name: "alice"}.principal(), "LAB.TEST", krbtgt("LAB.TEST"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := req.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var back messages.ASReq
	if err := back.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	if len(back.PAData) != 0 {
		t.Errorf("padata %v", back.PAData)
	}
	if e := back.ReqBody.EType; len(e) != 2 || e[0] != 18 || e[1] != 17 {
		t.Errorf("etypes %v", e)
	}
}

// Traps 2 and 3: the realm is upper case, a UPN is an enterprise name and a
// DOMAIN\name is the account alone.
func TestTrapRealmAndNames(t *testing.T) {
	tests := []struct {
		name, user string
		kind       int32
		want       string
	}{
		{"account", "alice", 1, "alice"},
		{"with its domain", `LAB\alice`, 1, "alice"},
		{"UPN", "alice@lab.test", enterprise, "alice@lab.test"},
		{"computer", "CONN01$", 1, "CONN01$"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := withPassword(tt.user, "LAB.TEST", "x").principal()
			if p.NameType != tt.kind || len(p.NameString) != 1 || p.NameString[0] != tt.want {
				t.Errorf("got %+v", p)
			}
		})
	}
	if got := (site.Site{Directory: site.Directory{Domain: "lab.test"}}).Realm(); got != "LAB.TEST" {
		t.Errorf("realm %s", got)
	}
}

// Trap 6 and hostile parameters: RC4 is never derived, and a KDC cannot ask for
// hours of work.
func TestTrapWeakKeys(t *testing.T) {
	cred := withPassword("alice", "LAB.TEST", "pässword")
	tests := []struct {
		name string
		info etypeInfo
		want string
	}{
		{"RC4", etypeInfo{etype: 23}, "rc4-hmac"},
		{"a billion iterations", etypeInfo{etype: 18, params: []byte{0x40, 0, 0, 0}}, "iterations"},
		{"no iterations", etypeInfo{etype: 18, params: []byte{0, 0, 0, 0}}, "iterations"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := cred.key(tt.info); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if key, _, err := cred.key(etypeInfo{etype: 18, salt: "LAB.TESTalice", salted: true, params: []byte{0, 0, 16, 0}}); err != nil || len(key.KeyValue) != 32 {
		t.Errorf("got %v, %v", key, err)
	}
}

func TestDecryptRefusesShortMessages(t *testing.T) {
	key := types.EncryptionKey{KeyType: 18, KeyValue: make([]byte, 32)}
	for n := range 40 {
		if _, err := decrypt(types.EncryptedData{EType: 18, Cipher: make([]byte, n)}, key, 3); err == nil {
			t.Errorf("%d bytes were opened", n)
		}
	}
	if _, err := decrypt(types.EncryptedData{EType: 17, Cipher: make([]byte, 64)}, key, 3); err == nil {
		t.Error("another encryption type was opened")
	}
}

// The keytab reader gives up by panic on some broken files.
func TestTrapBrokenKeytab(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kt")
	for _, content := range []string{"", "\x05", "\x05\x02\x00\x00\x00\x04\x00\x01\x00\xff", "\x05\x02\x7f\xff\xff\xff", "\x05\x02\x80\x00\x00\x00\x00\x00"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cred, err := withKeytab("alice", "LAB.TEST", path)
		if err != nil {
			continue
		}
		if _, _, err := cred.key(etypeInfo{etype: 18}); err == nil {
			t.Errorf("%q gave a key", content)
		}
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct {
		name string
		site site.Site
		want string
	}{
		{"own KDC", site.Site{Kerberos: site.Kerberos{KDC: "dc1.lab.test:1088", Realm: "lab.test"}}, "dc1.lab.test:1088"},
		{"own KDC without a port", site.Site{Kerberos: site.Kerberos{KDC: "dc1.lab.test", Realm: "lab.test"}}, "dc1.lab.test:88"},
		{"the directory's controller", site.Site{Directory: site.Directory{Domain: "lab.test", Server: "ldaps://dc2.lab.test:636"}}, "dc2.lab.test:88"},
		{"an IPv6 controller", site.Site{Directory: site.Directory{Domain: "lab.test", Server: "ldaps://[fd00::1]:636/"}}, "[fd00::1]:88"},
		{"DNS", site.Site{Directory: site.Directory{Domain: "lab.test"}}, "dc3.lab.test:88"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := New(tt.site, nil, nil)
			c.srv = func(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
				if service != "kerberos" || proto != "tcp" || name != "lab.test" {
					t.Errorf("asked for %s %s %s", service, proto, name)
				}
				return "", []*net.SRV{{Target: "dc3.lab.test.", Port: 88}}, nil
			}
			got, err := c.kdcs(t.Context(), "LAB.TEST")
			if err != nil || len(got) != 1 || got[0] != tt.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func FuzzKeytab(f *testing.F) {
	kt := keytab.New()
	if err := kt.AddEntry("alice", "LAB.TEST", "x", time.Unix(1800000000, 0), 3, 18); err != nil {
		f.Fatal(err)
	}
	whole, err := kt.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-7])
	f.Add([]byte("\x05\x02\x80\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		kt, err := readKeytab(raw)
		if err != nil {
			return
		}
		cred := credential{name: "alice", realm: "LAB.TEST", keytab: kt}
		if key, _, err := cred.key(etypeInfo{etype: 18}); err == nil && key.KeyType != 18 {
			t.Errorf("a key of type %d was taken", key.KeyType)
		}
		_, _ = cred.etypes()
	})
}
