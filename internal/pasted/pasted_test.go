package pasted

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	qlikDN  = "CN=Qlik Dienste,OU=Server,DC=contoso,DC=test"
	otherDN = "CN=svc-intranet,CN=Users,DC=contoso,DC=test"
	name    = "HTTP/sense.contoso.test"
)

func TestJudgeName(t *testing.T) {
	tests := []struct {
		name, text string
		want       Verdict
	}{
		{"-Q, English", "Checking domain DC=contoso,DC=test\r\n" + qlikDN + "\r\n\tHTTP/sense.contoso.test\r\n\tHTTP/sense\r\n\r\nExisting SPN found!\r\n", Right},
		{"-Q, German", "Domäne DC=contoso,DC=test wird überprüft\r\n" + qlikDN + "\r\n        http/SENSE.contoso.test\r\n\r\nVorhandener SPN wurde gefunden.\r\n", Right},
		{"-Q, Japanese", "ドメイン DC=contoso,DC=test を確認しています\r\n" + otherDN + "\r\n\tHTTP/sense.contoso.test\r\n\r\n既存の SPN が見つかりました。\r\n", Elsewhere},
		{"-Q, nobody", "Checking domain DC=contoso,DC=test\r\n\r\nNo such SPN found.\r\n", Nobody},
		{"-Q -F, two", "Checking forest DC=contoso,DC=test\n" + qlikDN + "\n\tHTTP/sense.contoso.test\n" + otherDN + "\n\tHTTP/sense.contoso.test\n\nExisting SPN found!\n", Doubled},
		{"-L, French", "Noms ServicePrincipalName inscrits pour " + qlikDN + " :\n\tHTTP/sense.contoso.test\n\tHTTP/sense\n", Right},
		{"-L, without it", "Registered ServicePrincipalNames for " + qlikDN + ":\n\tHTTP/qlik01.contoso.test\n", Nobody},
		{"-X, English", "Processing entry 0\nHTTP/sense.contoso.test is registered on these accounts:\n\t" + qlikDN + "\n\t" + otherDN + "\n\nfound 1 group of duplicate SPNs.\n", Doubled},
		{"-X, German", "Eintrag 0 wird verarbeitet\nHTTP/sense.contoso.test ist für diese Konten registriert:\n\t" + qlikDN + "\n\t" + otherDN + "\n\n1 Gruppe von doppelten SPNs gefunden.\n", Doubled},
		{"something else", "Good morning", Unread},
		{"nothing", "", Unread},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, owners := JudgeName(tt.text, name, qlikDN); got != tt.want {
				t.Errorf("got %q, %v", got, owners)
			}
		})
	}
}

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

func FuzzPasted(f *testing.F) {
	f.Add("Checking domain DC=contoso,DC=test\n"+qlikDN+"\n\tHTTP/x\n", name)
	f.Add("#0> Client: a @ B\n Server: c/d @ B\n AES-256-CTS 0x40a10000\n", name)
	f.Fuzz(func(t *testing.T, text, name string) {
		verdict, owners := JudgeName(text, name, "")
		if (verdict == Right || verdict == Doubled) != (len(owners) > 0) {
			t.Errorf("%q with owners %v", verdict, owners)
		}
		_ = Tickets(text)
	})
}
