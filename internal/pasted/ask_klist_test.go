package pasted_test

import (
	"strings"
	"testing"

	"sensegate/internal/pasted"
)

// What klist get prints in three languages, asked on a machine of the domain.
const (
	headPC       = "SENSEGATE-RUN 2026-11-21T20:00:00.1234567+01:00 PC17\r\n"
	klistEnglish = headPC + "SENSEGATE-ASK klist.exe get HTTP/sense.contoso.test\r\n\r\nCurrent LogonId is 0:0x56ba3\r\nA ticket to HTTP/sense.contoso.test has been retrieved successfully.\r\n\r\nCached Tickets: (2)\r\n\r\n" +
		"#0>\tClient: alice @ CONTOSO.TEST\r\n\tServer: krbtgt/CONTOSO.TEST @ CONTOSO.TEST\r\n\tKerbTicket Encryption Type: AES-256-CTS-HMAC-SHA1-96\r\n\tTicket Flags 0x40e10000 -> forwardable renewable initial pre_authent name_canonicalize\r\n\tSession Key Type: AES-256-CTS-HMAC-SHA1-96\r\n\tCache Flags: 0x1 -> PRIMARY\r\n\tKdc Called: dc1\r\n\r\n" +
		"#1>\tClient: alice @ CONTOSO.TEST\r\n\tServer: HTTP/sense.contoso.test @ CONTOSO.TEST\r\n\tKerbTicket Encryption Type: AES-256-CTS-HMAC-SHA1-96\r\n\tTicket Flags 0x40a10000 -> forwardable renewable pre_authent name_canonicalize\r\n\tSession Key Type: AES-256-CTS-HMAC-SHA1-96\r\n\tCache Flags: 0\r\n\tKdc Called: dc1\r\nSENSEGATE-END\r\n"
	klistGerman = headPC + "SENSEGATE-ASK klist.exe get HTTP/sense.contoso.test\nAktuelle Anmelde-ID ist 0:0x56ba3\nEin Ticket für HTTP/sense.contoso.test wurde erfolgreich abgerufen.\n\nZwischengespeicherte Tickets: (1)\n\n" +
		"#0>     Client: alice @ CONTOSO.TEST\n        Server: HTTP/sense.contoso.test @ CONTOSO.TEST\n        KerbTicket (Verschlüsselungstyp): RSADSI RC4-HMAC(NT)\n        Ticketkennzeichen 0x40a50000 -> forwardable renewable pre_authent ok_as_delegate name_canonicalize\nSENSEGATE-END\n"
	klistJapanese = headPC + "SENSEGATE-ASK klist.exe get HTTP/sense.contoso.test\n現在のログオン ID: 0:0x56ba3\nLsaCallAuthenticationPackage API の呼び出し中にエラーが発生しました (GetTicket 補助状態): 0x6fb\n\nklist は 0xc000018b/-1073741429 で失敗しました\nSENSEGATE-END\n"
)

func TestReadKlist(t *testing.T) {
	const realm = "CONTOSO.TEST"
	k, err := pasted.ReadKlist(klistEnglish, spn, realm)
	if err != nil || !k.Found || k.Host != "PC17" || k.Ticket.EType != 18 || k.Ticket.Client != "alice@CONTOSO.TEST" || !strings.Contains(k.Line, spn) || strings.Join(k.FlagNames(), " ") != "forwardable renewable pre_authent name_canonicalize" {
		t.Errorf("%+v, %v", k, err)
	}
	if k, err := pasted.ReadKlist(klistGerman, "http/SENSE.contoso.test", realm); err != nil || k.EncryptionName() != "rc4-hmac" {
		t.Errorf("%+v, %v", k, err)
	}
	if k, err := pasted.ReadKlist(klistJapanese, spn, realm); err != nil || k.Found || k.Code != "0xc000018b" || k.Line == "" {
		t.Errorf("%+v, %v", k, err)
	}
	without := strings.Replace(klistGerman, "Server: HTTP/sense", "Server: HTTP/other", 1)
	if k, err := pasted.ReadKlist(without, spn, realm); err != nil || k.Found || k.Others != 1 {
		t.Errorf("%+v, %v", k, err)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"another name", strings.ReplaceAll(klistEnglish, "klist.exe get HTTP/sense.", "klist.exe get HTTP/other."), "HTTP/sense.contoso.test was asked"},
		{"another tool", german, "asked was klist get"},
		{"another realm", strings.ReplaceAll(klistGerman, "CONTOSO.TEST", "FABRIKAM.TEST"), "FABRIKAM.TEST"},
		{"neither tickets nor a failure", headPC + "SENSEGATE-ASK klist get HTTP/sense.contoso.test\n\"klist.exe\" ist falsch geschrieben\nSENSEGATE-END\n", "falsch geschrieben"},
		{"the encryption is gone", strings.Replace(klistGerman, "RSADSI RC4-HMAC(NT)", "", 1), "encrypted"},
		{"cut off", strings.Replace(klistEnglish, pasted.End, "", 1), "cut off"},
	} {
		if _, err := pasted.ReadKlist(tt.text, spn, realm); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
