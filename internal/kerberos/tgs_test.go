package kerberos

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
)

// scripted answers a TGS-REQ with a ticket for whatever server and client the
// script names; session is the key that the reply is sealed with.
type scripted struct {
	session types.EncryptionKey
	reply   func(req messages.TGSReq) (server, client types.PrincipalName, nonce int)
}

func (s scripted) answer(conn net.Conn) {
	var n [4]byte
	if _, err := io.ReadFull(conn, n[:]); err != nil {
		return
	}
	raw := make([]byte, binary.BigEndian.Uint32(n[:]))
	var req messages.TGSReq
	if _, err := io.ReadFull(conn, raw); err != nil || req.Unmarshal(raw) != nil {
		return
	}
	server, client, nonce := s.reply(req)
	now := time.Now().UTC().Truncate(time.Second)
	part := messages.EncKDCRepPart{
		Key: s.session, LastReqs: []messages.LastReq{{LRValue: now}}, Nonce: nonce,
		Flags: types.NewKrbFlags(), AuthTime: now, EndTime: now.Add(time.Hour), SRealm: req.ReqBody.Realm, SName: server,
	}
	plain, err := part.Marshal()
	if err != nil {
		return
	}
	sealed, err := encrypt(plain, s.session, usageTGSReply, 0)
	if err != nil {
		return
	}
	rep := messages.TGSRep{KDCRepFields: messages.KDCRepFields{
		PVNO: 5, MsgType: 13, CRealm: "LAB.TEST", CName: client, EncPart: sealed,
		Ticket: messages.Ticket{TktVNO: 5, Realm: req.ReqBody.Realm, SName: server, EncPart: types.EncryptedData{EType: 18, KVNO: 2, Cipher: []byte("opaque")}},
	}}
	out, err := rep.Marshal()
	if err != nil {
		return
	}
	_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(out))), out...))
}

func TestTGSReplies(t *testing.T) {
	session := types.EncryptionKey{KeyType: etypeAES256, KeyValue: bytes.Repeat([]byte{7}, 32)}
	alice := types.PrincipalName{NameType: 1, NameString: []string{"alice"}}
	mallory := types.PrincipalName{NameType: 1, NameString: []string{"mallory"}}
	type reply = func(messages.TGSReq) (types.PrincipalName, types.PrincipalName, int)
	elsewhere := func(next map[string]string) reply {
		return func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			if realm, ok := next[req.ReqBody.Realm]; ok {
				return krbtgt(realm), alice, req.ReqBody.Nonce
			}
			return req.ReqBody.SName, alice, req.ReqBody.Nonce
		}
	}
	tests := []struct {
		name     string
		reply    reply
		onBehalf bool
		realm    string
		err      string
	}{
		{"the ticket", elsewhere(nil), false, "LAB.TEST", ""},
		{"two domains away", elsewhere(map[string]string{"LAB.TEST": "MID.TEST", "MID.TEST": "FAR.TEST"}), false, "FAR.TEST", ""},
		{"in a circle", elsewhere(map[string]string{"LAB.TEST": "MID.TEST", "MID.TEST": "LAB.TEST"}), false, "", "circle"},
		{"without end", func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			return krbtgt("X" + req.ReqBody.Realm), alice, req.ReqBody.Nonce
		}, false, "", "too many referrals"},
		{"delegation across domains", elsewhere(map[string]string{"LAB.TEST": "FAR.TEST"}), true, "", "across domains"},
		{"of another request", func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			return req.ReqBody.SName, alice, req.ReqBody.Nonce ^ 1
		}, false, "", "another request"},
		{"for somebody else", func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			return req.ReqBody.SName, mallory, req.ReqBody.Nonce
		}, false, "", "another account"},
		// Trap 16: what the stock exchange refuses is what S4U replies look like.
		{"on behalf of somebody", func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			return req.ReqBody.SName, mallory, req.ReqBody.Nonce
		}, true, "LAB.TEST", ""},
		{"without a name", func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
			return types.PrincipalName{NameType: 2, NameString: []string{}}, alice, req.ReqBody.Nonce
		}, false, "", "lacks a name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr, _ := answering(t, scripted{session: session, reply: tt.reply}.answer)
			c := clientFor(t, addr, nil)
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				t.Fatal(err)
			}
			number, err := net.LookupPort("tcp", port)
			if err != nil {
				t.Fatal(err)
			}
			c.srv = func(context.Context, string, string, string) (string, []*net.SRV, error) {
				return "", []*net.SRV{{Target: host, Port: uint16(number)}}, nil
			}
			tgt := ticket{raw: messages.Ticket{TktVNO: 5, Realm: "LAB.TEST", SName: krbtgt("LAB.TEST"), EncPart: types.EncryptedData{EType: 18, Cipher: []byte("tgt")}}, key: session, client: alice, crealm: "LAB.TEST"}
			name, _ := service("HTTP/sense.lab.test")
			got, err := c.serviceTicket(t.Context(), tgt, wish{server: name, realm: "LAB.TEST", onBehalf: tt.onBehalf})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || got.raw.Realm != tt.realm {
				t.Errorf("got %+v, %v", got.raw, err)
			}
		})
	}
}

func TestS4UWithoutSupport(t *testing.T) {
	session := types.EncryptionKey{KeyType: etypeAES256, KeyValue: bytes.Repeat([]byte{7}, 32)}
	computer := types.PrincipalName{NameType: 1, NameString: []string{"CONN01$"}}
	addr, _ := answering(t, scripted{session: session, reply: func(req messages.TGSReq) (types.PrincipalName, types.PrincipalName, int) {
		return req.ReqBody.SName, computer, req.ReqBody.Nonce
	}}.answer)
	c := clientFor(t, addr, nil)
	tgt := ticket{raw: messages.Ticket{TktVNO: 5, Realm: "LAB.TEST", SName: krbtgt("LAB.TEST"), EncPart: types.EncryptedData{EType: 18, Cipher: []byte("tgt")}}, key: session, client: computer, crealm: "LAB.TEST"}
	_, err := c.s4u2self(t.Context(), tgt, "alice@lab.test")
	var f *fact.Error
	if !errors.Is(err, errNoS4U) || !errors.As(wrap("x", err, false), &f) || f.Kind != fact.Unsupported {
		t.Errorf("got %v", err)
	}
}
