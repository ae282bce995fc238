package kdc_test

import (
	"net"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
	"sensegate/internal/lab/kdc/wire"
	"sensegate/internal/lab/krbclient"
)

// handmade builds a TGS-REQ piece by piece, so that a test can spoil one.
type handmade struct {
	body  messages.KDCReqBody
	auth  types.Authenticator
	extra types.PADataSequence
	after func(*messages.KDCReqBody) // changes the body after it was signed
}

func newHandmade(t *testing.T, c *krbclient.Client, tgt krbclient.Ticket, sname string) *handmade {
	t.Helper()
	auth, err := types.NewAuthenticator(tgt.Realm, tgt.Client)
	if err != nil {
		t.Fatal(err)
	}
	return &handmade{auth: auth, body: messages.KDCReqBody{
		KDCOptions: types.NewKrbFlags(), Realm: c.Realm, SName: types.NewPrincipalName(1, sname),
		Till: time.Now().UTC().Add(time.Hour), Nonce: 1, EType: []int32{kdc.AES256},
	}}
}

// send gives the KRB-ERROR code of the answer, zero for a ticket.
func (h *handmade) send(t *testing.T, addr string, tgt krbclient.Ticket) int32 {
	t.Helper()
	raw, err := h.body.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if h.auth.Cksum.CksumType == 0 {
		if h.auth.Cksum, err = wire.Checksum(raw, tgt.Key, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM); err != nil {
			t.Fatal(err)
		}
	}
	if h.after != nil {
		h.after(&h.body)
	}
	ap, err := messages.NewAPReq(tgt.Raw, tgt.Key, h.auth)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ap.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	req := messages.TGSReq{KDCReqFields: messages.KDCReqFields{
		PVNO: 5, MsgType: 12, ReqBody: h.body,
		PAData: append(types.PADataSequence{{PADataType: patype.PA_TGS_REQ, PADataValue: v}}, h.extra...),
	}}
	b, err := req.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return exchange(t, addr, b)
}

func exchange(t *testing.T, addr string, msg []byte) int32 {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := wire.WriteFrame(conn, msg); err != nil {
		t.Fatal(err)
	}
	b, err := wire.ReadFrame(conn, wire.MaxMessage)
	if err != nil {
		t.Fatal(err)
	}
	var e messages.KRBError
	if err := e.Unmarshal(b); err != nil {
		return 0
	}
	if e.STime.IsZero() {
		t.Error("an error without the KDC's time")
	}
	return e.ErrorCode
}

func TestSpoiltRequests(t *testing.T) {
	s := kdctest.Start(t, kdctest.Contoso(), nil)
	c := connector(s)
	tgt, err := c.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := types.PrincipalName{NameType: 1, NameString: []string{"alice"}}
	forUser := func(key []byte) types.PADataSequence {
		v, err := wire.NewPAForUser(key, name, contoso.Realm)
		if err != nil {
			t.Fatal(err)
		}
		return types.PADataSequence{{PADataType: patype.PA_FOR_USER, PADataValue: v}}
	}
	tests := []struct {
		name  string
		sname string
		spoil func(*handmade)
		want  int32
	}{
		{"nothing spoilt, no subkey", contoso.SPN, func(*handmade) {}, 0},
		{"body changed after signing", contoso.SPN, func(h *handmade) {
			h.after = func(b *messages.KDCReqBody) { b.Nonce++ }
		}, errorcode.KRB_AP_ERR_MODIFIED},
		{"unkeyed checksum", contoso.SPN, func(h *handmade) {
			h.auth.Cksum = types.Checksum{CksumType: 7, Checksum: make([]byte, 16)}
		}, errorcode.KRB_AP_ERR_INAPP_CKSUM},
		{"authenticator of another", contoso.SPN, func(h *handmade) { h.auth.CName = name }, errorcode.KRB_AP_ERR_BADMATCH},
		{"old authenticator", contoso.SPN, func(h *handmade) { h.auth.CTime = h.auth.CTime.Add(-time.Hour) }, errorcode.KRB_AP_ERR_SKEW},
		{"S4U2Self under the right key", "CONN01$", func(h *handmade) { h.extra = forUser(tgt.Key.KeyValue) }, 0},
		{"S4U2Self under another key", "CONN01$", func(h *handmade) { h.extra = forUser(make([]byte, 32)) }, errorcode.KRB_AP_ERR_INAPP_CKSUM},
		{"S4U2Self unreadable", "CONN01$", func(h *handmade) {
			h.extra = types.PADataSequence{{PADataType: patype.PA_FOR_USER, PADataValue: []byte{0x30, 0x01}}}
		}, errorcode.KRB_ERR_GENERIC},
		{"S4U2Proxy without evidence", contoso.SPN, func(h *handmade) {
			types.SetFlag(&h.body.KDCOptions, wire.CNameInAddlTkt)
		}, errorcode.KDC_ERR_BADOPTION},
		{"evidence sealed for nobody", contoso.SPN, func(h *handmade) {
			types.SetFlag(&h.body.KDCOptions, wire.CNameInAddlTkt)
			tkt := tgt.Raw
			tkt.SName = types.NewPrincipalName(1, "CONN01$")
			h.body.AdditionalTickets = []messages.Ticket{tkt}
		}, errorcode.KRB_AP_ERR_MODIFIED},
		{"user to user", contoso.SPN, func(h *handmade) { types.SetFlag(&h.body.KDCOptions, 28) }, errorcode.KDC_ERR_BADOPTION},
		{"no wish that can be met", contoso.SPN, func(h *handmade) { h.body.Till = time.Now().UTC().Add(-time.Hour) }, errorcode.KDC_ERR_NEVER_VALID},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHandmade(t, c, tgt, tt.sname)
			tt.spoil(h)
			if got := h.send(t, s.Addr(), tgt); got != tt.want {
				t.Errorf("code %d, want %d", got, tt.want)
			}
		})
	}
}

// Whatever arrives, the answer is a Kerberos error and the server lives on.
func FuzzServer(f *testing.F) {
	s := kdctest.Start(f, kdctest.Contoso(), nil)
	f.Add([]byte{})
	f.Add([]byte{0x6a, 0x03, 0x30, 0x01, 0xa1})
	f.Add([]byte{0x6c, 0x80})
	req := messages.ASReq{KDCReqFields: messages.KDCReqFields{PVNO: 5, MsgType: 10, ReqBody: messages.KDCReqBody{
		KDCOptions: types.NewKrbFlags(), Realm: contoso.Realm, CName: types.NewPrincipalName(1, "alice"),
		SName: types.NewPrincipalName(2, "krbtgt/"+contoso.Realm), Till: time.Unix(2e9, 0).UTC(), EType: []int32{18},
	}}}
	b, err := req.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, msg []byte) {
		if len(msg) > 60000 {
			return // longer than the server takes
		}
		if exchange(t, s.Addr(), msg) == 0 {
			t.Error("a ticket without a password")
		}
	})
}
