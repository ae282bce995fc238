package pasted

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	name = "HTTP/sense.contoso.test"
)

func TestTickets(t *testing.T) {
	const english = `
Current LogonId is 0:0x3e7

Cached Tickets: (2)

#0>     Client: alice @ CONTOSO.TEST
        Server: krbtgt/CONTOSO.TEST @ CONTOSO.TEST
        KerbTicket Encryption Type: AES-256-CTS-HMAC-SHA1-96
        Ticket Flags 0x40e10000 -> forwardable renewable initial pre_authent name_canonicalize
        Start Time: 11/21/2026 9:00:00 (local)
        Session Key Type: AES-256-CTS-HMAC-SHA1-96
        Cache Flags: 0x1 -> PRIMARY
        Kdc Called: dc1

#1>     Client: alice @ CONTOSO.TEST
        Server: HTTP/sense.contoso.test @ CONTOSO.TEST
        KerbTicket Encryption Type: RSADSI RC4-HMAC(NT)
        Ticket Flags 0x40a50000 -> forwardable renewable pre_authent ok_as_delegate name_canonicalize
        Session Key Type: AES-256-CTS-HMAC-SHA1-96
`
	const german = `
Aktuelle Anmelde-ID ist 0:0x56ba3
Zwischengespeicherte Tickets: (1)
#0>     Client: alice @ CONTOSO.TEST
        Server: HTTP/sense.contoso.test @ CONTOSO.TEST
        KerbTicket (Verschlüsselungstyp): AES-256-CTS-HMAC-SHA1-96
        Ticketkennzeichen 0x40a10000 -> forwardable renewable pre_authent name_canonicalize
`
	const japanese = `
現在のログオン ID: 0:0x56ba3
#0>     クライアント: alice @ CONTOSO.TEST
        サーバー: HTTP/sense.contoso.test @ CONTOSO.TEST
        Kerberos チケットの暗号化の種類: AES-128-CTS-HMAC-SHA1-96
        チケットのフラグ 0x40a10000 -> forwardable
`
	const mit = `Ticket cache: FILE:/tmp/krb5cc_0
Default principal: alice@CONTOSO.TEST

Valid starting     Expires            Service principal
11/21/26 12:00:00  11/21/26 22:00:00  krbtgt/CONTOSO.TEST@CONTOSO.TEST
	Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96
11/21/26 12:00:01  11/21/26 22:00:00  HTTP/sense.contoso.test@CONTOSO.TEST
	Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes128-cts-hmac-sha1-96
`
	for _, tt := range []struct {
		name, text string
		want       Ticket
	}{
		{"English", english, Ticket{"alice@CONTOSO.TEST", name + "@CONTOSO.TEST", 23, 0x40a50000}},
		{"German", german, Ticket{"alice@CONTOSO.TEST", name + "@CONTOSO.TEST", 18, 0x40a10000}},
		{"Japanese", japanese, Ticket{"alice@CONTOSO.TEST", name + "@CONTOSO.TEST", 17, 0x40a10000}},
		{"MIT", mit, Ticket{"alice@CONTOSO.TEST", name + "@CONTOSO.TEST", 17, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := HasTicket(tt.text, name)
			if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
				t.Errorf("found %t\n%s", ok, diff)
			}
		})
	}
	if _, ok := HasTicket("", name); ok {
		t.Error("a ticket was found in nothing")
	}
}

func FuzzTickets(f *testing.F) {
	f.Add("#0> Client: a @ B\n Server: c/d @ B\n AES-256-CTS 0x40a10000\n", name)
	f.Add("Default principal: a@B\n11/21/26 12:00:00  11/21/26 22:00:00  c/d@B\n", "c/d")
	f.Fuzz(func(t *testing.T, text, name string) {
		found, ok := HasTicket(text, name)
		if ok && !strings.EqualFold(strings.SplitN(found.Server, "@", 2)[0], name) {
			t.Errorf("asked for %q and found %+v", name, found)
		}
	})
}
