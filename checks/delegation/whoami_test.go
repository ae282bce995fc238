package delegation_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/delegation"
)

// TestWhoAmI judges what whoami prints on a German and on a Japanese Windows.
func TestWhoAmI(t *testing.T) {
	const (
		head   = "SENSEGATE-RUN 2026-11-21T14:00:00.1234567+00:00 PC17\r\n"
		german = "C:\\>echo SENSEGATE-ASK whoami alice & whoami\r\n" + head + "SENSEGATE-ASK whoami alice in CONTOSO.TEST\r\n\"contoso\\alice\",\"S-1-5-21-1-2-3-1105\"\r\n" +
			"\"Jeder\",\"Bekannte Gruppe\",\"S-1-1-0\",\"Verbindliche Gruppe, Standardm\x84\xe1ig aktiviert\"\r\n" +
			"\"NT-AUTORIT\x8eT\\Authentifizierte Benutzer\",\"Bekannte Gruppe\",\"S-1-5-11\",\"Verbindliche Gruppe\"\r\n" +
			"\"CONTOSO\\Vertrieb\",\"Gruppe\",\"S-1-5-21-1-2-3-1525\",\"Verbindliche Gruppe\"\r\nUAC 66048\r\nSENSEGATE-END\r\n"
		japanese = head + "SENSEGATE-ASK whoami alice in contoso.test\n\"contoso\\alice\",\"S-1-5-21-1-2-3-1105\"\n\"NT AUTHORITY\\Authenticated Users\",\"よく知られたグループ\",\"S-1-5-11\",\"必須グループ\"\n" +
			"\"CONTOSO\\Protected Users\",\"グループ\",\"S-1-5-21-1-2-3-525\",\"必須グループ\"\nUAC 66048\nSENSEGATE-END\n"
	)
	var proof *checks.Proof
	for _, c := range delegation.Checks(delegation.Ports{}) {
		if c.ID == "delegation.user" {
			proof = c.Proof
		}
	}
	env := checks.NewEnv(checkstest.Site(), checkstest.Now, nil)
	asked := proof.Ask(env)
	if last := asked[len(asked)-1]; len(asked) < 2 || !strings.Contains(last.Command, "whoami.exe /groups") || !strings.Contains(last.On, "alice") {
		t.Fatalf("asked %+v", asked)
	}
	tests := []struct {
		name, text string
		status     checks.Status
		cause      checks.CauseID
		line       string
		refused    string
	}{
		{"may be delegated", german, checks.Pass, "", "S-1-5-21-1-2-3-1105", ""},
		{"a protected user", japanese, checks.Fail, "delegation.user-protected", "Protected Users", ""},
		{"sensitive", strings.Replace(german, "UAC 66048", "UAC 1114624", 1), checks.Fail, "delegation.user-sensitive", "UAC 1114624", ""},
		{"somebody else", strings.Replace(german, `"contoso\alice"`, `"contoso\bob"`, 1), 0, "", "", `it is of contoso\bob`},
		{"somebody of another domain", strings.Replace(german, "CONTOSO.TEST", "FABRIKAM.TEST", 1), 0, "", "", "domain FABRIKAM.TEST"},
		{"an account of the machine", strings.Replace(german, "CONTOSO.TEST", "%USERDNSDOMAIN%", 1), 0, "", "", "and contoso.test was asked"},
		{"the quotation marks of a mail", strings.NewReplacer("\",\"", "\u201d,\u201c", "\"\r\n", "\u201d\r\n", "\n\"", "\n\u201c").Replace(german), checks.Pass, "", "S-1-5-21-1-2-3-1105", ""},
		{"groups cut out", strings.Replace(german, "S-1-5-11", "S-1-5-15", 1), 0, "", "", "not whole"},
		{"no flags", strings.Replace(german, "UAC 66048\r\n", "", 1), 0, "", "", "flags of the account"},
		{"no user", strings.Replace(german, "S-1-5-21-1-2-3-1105", "S-1-5-18", 1), 0, "", "", "does not hold the user"},
		{"cut off", strings.Replace(german, "SENSEGATE-END", "", 1), 0, "", "", "cut off"},
		{"PowerShell failed", strings.Replace(german, "UAC 66048", "    + FullyQualifiedErrorId : DirectoryServicesCOMException", 1), 0, "", "", "did not run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := proof.Judge(t.Context(), env, []string{tt.text})
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("got %v, want %q", err, tt.refused)
				}
				return
			}
			var b strings.Builder
			for _, e := range r.Evidence {
				if e.Name == checks.LineEvidence {
					b.WriteString(e.Value + "\n")
				}
			}
			said := b.String()
			if err != nil || r.Status != tt.status || r.Cause != tt.cause || !strings.Contains(said, tt.line) {
				t.Errorf("%v %s %s: %s\n%s", err, r.Status, r.Cause, r.Seen, said)
			}
		})
	}
}
