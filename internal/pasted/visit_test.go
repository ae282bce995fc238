package pasted_test

import (
	"strings"
	"testing"

	"sensegate/internal/pasted"
)

// What curl says of a visit to Qlik's front with a ticket, cut as the command
// cuts it.
const visitOfAlice = `PS C:\Users\alice> "SENSEGATE-RUN $(Get-Date -Format o) $(hostname)"; 'SENSEGATE-ASK curl https://sense.contoso.test/'; curl.exe -sSvL …
SENSEGATE-RUN 2026-11-21T20:00:00.1234567+01:00 PC17
SENSEGATE-ASK curl https://sense.contoso.test/
* Connected to sense.contoso.test (10.1.2.3) port 443 (#0)
* Server auth using Negotiate with user ''
> GET /hub/ HTTP/1.1
> Host: sense.contoso.test
> User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)
< HTTP/1.1 302 Authenticate at this location
< Location: https://sense.contoso.test/internal_windows_authentication/?targetId=7
> GET /internal_windows_authentication/?targetId=7 HTTP/1.1
> Host: sense.contoso.test
> Authorization: Negotiate YIICWAYGKwYBBQUCoIICTDCCAkigDTALBgkqhkiG9xIBAgKiggI1BIICMWCCAi0GCSqGSIb3EgECAgEAboICHDCCAhigAwIBBaEDAgEOogcDBQAgAAAAo4IBL2GCASswggEnoAMCAQWhDhsMQ09OVE9TTy5URVNU
< HTTP/1.1 302 Found
< Set-Cookie: 
< WWW-Authenticate: Negotiate oYG3MIG0oAMKAQChCwYJKoZIhvcSAQICooGfBIGcYIGZBgkqhkiG9xIBAgICAG+BiTCBhqADAgEFoQMCAQ+iejB4oAMCARKicQRvYtuCMM9qhJok3cdnLKPzE4yvWmK91WwNHpGjU6gz7hGx1IfDW9ybvmoHyn4d
< Location: https://sense.contoso.test/hub/?qlikTicket=
> GET /hub/?qlikTicket= HTTP/1.1
> Host: sense.contoso.test
> Cookie: 
< HTTP/1.1 200 OK
> GET /qps/user HTTP/1.1
> Host: sense.contoso.test
> Cookie: 
< HTTP/1.1 200 OK
{"session":"active","userDirectory":"CONTOSO","userId":"alice","userName":"Alice Example"}
SENSEGATE-END
`

// The first message of NTLM: bare, inside of SPNEGO's first message, and of a
// further one.
const (
	ntlmBare  = "TlRMTVNTUAABAAAAF4II4gAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw=="
	ntlmFirst = "YEgGBisGAQUFAqA+MDygDjAMBgorBgEEAYI3AgIKoioEKE5UTE1TU1AAAQAAABeCCOIAAAAAAAAAAAAAAAAAAAAABgIAAAAAAA8="
	ntlmLater = "oTMwMaADCgEBoioEKE5UTE1TU1AAAQAAABeCCOIAAAAAAAAAAAAAAAAAAAAABgIAAAAAAA8="
	ticketRaw = "YIICLQYJKoZIhvcSAQICAQBuggIcMIICGKADAgEFoQMCAQ6iBwMFACAAAACjggEvYYIBKzCCASegAwIBBaEOGwxDT05UT1NPLlRFU1Q"
)

func TestReadVisit(t *testing.T) {
	const host = "sense.contoso.test"
	v, err := pasted.ReadVisit(visitOfAlice, "SENSE.contoso.test")
	if err != nil || v.Mechanism != "spnego-kerberos" || !v.Mutual || v.Refused || v.Status != 200 || v.User != "alice" || v.Directory != "CONTOSO" || len(v.Lines) != 2 || len(v.Hops) != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	_, token, _ := strings.Cut(visitOfAlice, "> Authorization: Negotiate ")
	token, _, _ = strings.Cut(token, "\n")
	for with, want := range map[string]string{ntlmBare: "ntlm", ntlmFirst: "ntlm", ntlmLater: "ntlm", ticketRaw: "kerberos", "AAAAAAAAAAAAAAAAAAAAAAAA": "none"} {
		if v, err := pasted.ReadVisit(strings.Replace(visitOfAlice, token, with, 1), host); err != nil || v.Mechanism != want {
			t.Errorf("%s: %s, %v; want %s", with, v.Mechanism, err, want)
		}
	}
	refused, _, _ := strings.Cut(visitOfAlice, "< HTTP/1.1 302 Found")
	refused += "< HTTP/1.1 401 Unauthorized\n< WWW-Authenticate: Negotiate\n< WWW-Authenticate: NTLM\nSENSEGATE-END\n"
	if v, err := pasted.ReadVisit(refused, host); err != nil || !v.Refused || v.User != "" || v.Mutual || strings.Join(v.Schemes, " ") != "Negotiate NTLM" {
		t.Errorf("refused: %+v, %v", v, err)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"another host", strings.ReplaceAll(visitOfAlice, "Host: sense.", "Host: other."), "other.contoso.test"},
		{"another tool", german, "asked was curl"},
		{"no curl there", headPC + "SENSEGATE-ASK curl https://sense.contoso.test/\ncurl.exe: kein Befehl\nSENSEGATE-END\n", "kein Befehl"},
		{"cut off", strings.Replace(visitOfAlice, pasted.End, "", 1), "cut off"},
		{"a whole ticket", strings.Replace(visitOfAlice, token, token+strings.Repeat("A", 400), 1), "whole ticket"},
		{"a session", strings.Replace(visitOfAlice, "Cookie: \n", "Cookie: X-Qlik-Session=0d4cb8d2-f85f\n", 1), "cookie of a session"},
		{"a ticket of Qlik's", strings.Replace(visitOfAlice, "qlikTicket=\n", "qlikTicket=abcdefgh\n", 1), "cookie of a session"},
	} {
		if _, err := pasted.ReadVisit(tt.text, host); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func FuzzVisit(f *testing.F) {
	f.Add(visitOfAlice)
	f.Add(headPC + "SENSEGATE-ASK curl x\n> Authorization: Negotiate " + ntlmFirst + "\n< HTTP/1.1 401 x\nSENSEGATE-END")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := pasted.ReadVisit(text, "sense.contoso.test")
		if err == nil && v.Status == 0 {
			t.Errorf("no answer was read: %+v", v)
		}
	})
}
