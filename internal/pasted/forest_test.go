package pasted_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

const (
	head    = "SENSEGATE-RUN 2026-11-21T20:00:00.1234567+01:00 DC1\r\n"
	domain  = "contoso.test"
	spn     = "HTTP/sense.contoso.test"
	qlikDN  = "CN=Qlik Dienste,OU=Server,DC=contoso,DC=test"
	otherDN = "CN=svc-intranet,CN=Users,DC=contoso,DC=test"
)

func now() time.Time { return time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC) }

// at is an output of some minute of that hour.
func at(minute int, text string) string {
	return strings.Replace(text, "T20:00:00", fmt.Sprintf("T20:%02d:00", minute), 1)
}

func read(t *testing.T, texts ...string) *pasted.Forest {
	t.Helper()
	f, err := pasted.ReadForest(domain, now(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func kind(err error) fact.ErrorKind { return checks.KindOf(err) }

func sams(list []fact.Account) string {
	var out []string
	for _, a := range list {
		out = append(out, a.SAM)
	}
	return strings.Join(out, " ")
}

// What setspn prints in some languages, with what stands around it when the
// command and its output are copied from a window.
const (
	german = "C:\\Users\\admin>powershell -NoProfile -Command \"'SENSEGATE-RUN '+(Get-Date -Format o)+' '+(hostname)\" & echo SENSEGATE-ASK setspn.exe -F -Q HTTP/sense.contoso.test & setspn.exe -F -Q HTTP/sense.contoso.test & echo SENSEGATE-END\r\n" +
		head + "SENSEGATE-ASK setspn -F -Q HTTP/sense.contoso.test \r\nGesamtstruktur DC=contoso,DC=test wird überprüft\r\n" + qlikDN + "\r\n\tHTTP/sense.contoso.test\r\n\tHTTP/sense\r\n\r\nVorhandener SPN wurde gefunden.\r\nSENSEGATE-END\r\n\r\nC:\\Users\\admin>"
	japanese   = head + "SENSEGATE-ASK setspn.exe -F -Q \"HTTP/*\"\nフォレスト DC=contoso,DC=test を確認しています\n" + otherDN + "\n        HTTP/s\u0435nse.contoso.test\n" + qlikDN + "\n        HTTP/sense.contoso.test\n\n既存の SPN が見つかりました。\nSENSEGATE-END\n"
	french     = head + "SENSEGATE-ASK setspn -F -Q HTTP/sense.contoso.test\nVérification de la forêt DC=contoso,DC=test\n\nCe nom principal de service est introuvable.\nSENSEGATE-END\n"
	frenchList = head + "SENSEGATE-ASK setspn -L CONTOSO\\svc-qlik\nNoms ServicePrincipalName inscrits pour " + qlikDN + " :\n\tHTTP/sense.contoso.test\n\tHTTP/sense\nSENSEGATE-END\n"
	doubled    = head + "SENSEGATE-ASK setspn -F -X\nChecking forest DC=contoso,DC=test\nOperation will be performed forestwide, it might take a while.\nProcessing entry 0\nHTTP/sense.contoso.test is registered on these accounts:\n\t" + qlikDN + "\n\t" + otherDN + "\n\nkadmin/changepw is registered on these accounts:\n\tCN=krbtgt,CN=Users,DC=contoso,DC=test\n\tCN=krbtgt,CN=Users,DC=emea,DC=contoso,DC=test\n\nfound 2 group of duplicate SPNs.\nSENSEGATE-END\n"
	clean      = head + "SENSEGATE-ASK setspn -F -X\nGesamtstruktur DC=contoso,DC=test wird überprüft\nDieser Vorgang wird für die gesamte Gesamtstruktur ausgeführt.\nEintrag 0 wird verarbeitet\n\n0 Gruppe von doppelten SPNs gefunden.\nSENSEGATE-END\n"
)

func TestHolders(t *testing.T) {
	for _, tt := range []struct {
		name, text, spn, want string
	}{
		{"one, German", german, spn, "Qlik Dienste"},
		{"in another case", german, "http/SENSE.contoso.test", "Qlik Dienste"},
		{"of the whole class, Japanese", japanese, spn, "Qlik Dienste"},
		{"another of the class", japanese, "HTTP/other.contoso.test", ""},
		{"nobody, French", french, spn, ""},
		{"what one account holds, French", frenchList, spn, "Qlik Dienste"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := read(t, tt.text)
			got, err := f.Holders(t.Context(), tt.spn)
			if err != nil || sams(got) != tt.want || f.Latest() != nil || len(f.Lines()) != 1 {
				t.Errorf("%q, %v, %v, %q", sams(got), err, f.Latest(), f.Lines())
			}
		})
	}
}

func TestSimilar(t *testing.T) {
	got, err := read(t, japanese).Similar(t.Context(), spn)
	if err != nil || sams(got) != "svc-intranet Qlik Dienste" {
		t.Errorf("%q, %v", sams(got), err)
	}
	// One name alone does not show what looks like it.
	f := read(t, german)
	if _, err := f.Similar(t.Context(), spn); kind(err) != fact.Unsupported || checks.CodeOf(err) != pasted.CodeNotPasted {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"setspn -F -Q HTTP/*"}, f.Missing()); diff != "" {
		t.Error(diff)
	}
}

func TestAudit(t *testing.T) {
	got, err := read(t, doubled).Audit(t.Context())
	want := fact.SPNAudit{Doubled: 1, Groups: []fact.SPNGroup{{Name: spn, Holders: []string{qlikDN, otherDN}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := read(t, clean).Audit(t.Context()); err != nil || got.Doubled != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	short := strings.Replace(doubled, "HTTP/sense.contoso.test is registered on these accounts:\n", "", 1)
	if _, err := read(t, short).Audit(t.Context()); checks.CodeOf(err) != "not-whole" {
		t.Errorf("a group is missing: %v", err)
	}
}

// account is what PowerShell prints of one; the window was too narrow for it.
const account = head + "SENSEGATE-ASK Get-ADObject CONN01$ in contoso.test\r\nfound 1\r\n\r\n\r\n" +
	"distinguishedName                  : CN=CONN01,OU=Servers,DC=contoso,DC=test\r\nobjectClass                        : computer\r\n" +
	"sAMAccountName                     : CONN01$\r\nuserPrincipalName                  : \r\nobjectSid                          : S-1-5-21-1-2-3-1105\r\n" +
	"userAccountControl                 : 16781312\r\nmsDS-User-Account-Control-Computed : 0\r\naccountExpires                     : 9223372036854775807\r\n" +
	"pwdLastSet                         : 134082432000000000\r\nmsDS-SupportedEncryptionTypes      : 28\r\n" +
	"servicePrincipalName               : {HOST/CONN01, HOST/conn01.contoso.test,\r\n                                     RestrictedKrbHost/CONN01}\r\n" +
	"dNSHostName                        : conn01.contoso.test\r\nmsDS-AllowedToDelegateTo           : {HTTP/sense.contoso.test}\r\n" +
	"tokenGroups                        : {S-1-5-21-1-2-3-515, S-1-5-32-560}\r\n" +
	"actOnBehalf                        : O:BAG:DUD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;S-1-5-21-1-2-3-1106)(D;;CC;;;S-1-5-21-1-2-3-1107)(A;;CC;;;WD)\r\n\r\n\r\nSENSEGATE-END\r\n"

func TestAccount(t *testing.T) {
	want := fact.Account{
		DN: "CN=CONN01,OU=Servers,DC=contoso,DC=test", SAM: "CONN01$", SID: "S-1-5-21-1-2-3-1105", Domain: domain, Computer: true,
		PasswordSet: time.Date(2025, 11, 22, 0, 0, 0, 0, time.UTC), SPNs: []string{"HOST/CONN01", "HOST/conn01.contoso.test", "RestrictedKrbHost/CONN01"},
		EncTypes: 28, UAC: 16781312, DNSHostName: "conn01.contoso.test", DelegateTo: []string{spn},
		ActOnBehalf: []string{"S-1-5-21-1-2-3-1106", "S-1-1-0"}, Groups: []string{"S-1-5-21-1-2-3-515", "S-1-5-32-560"},
	}
	f := read(t, account)
	got, err := f.Account(t.Context(), `CONTOSO\conn01$`)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	if !got.ProtocolTransition() || len(f.Lines()) != 2 {
		t.Errorf("%q", f.Lines())
	}
	nobody := head + "SENSEGATE-ASK Get-ADObject svc-qlik in contoso.test\nfound 0\nSENSEGATE-END\n"
	if _, err := read(t, nobody).Account(t.Context(), "svc-qlik"); kind(err) != fact.NotFound {
		t.Errorf("nobody: %v", err)
	}
	expired := strings.Replace(account, "9223372036854775807", "133000000000000000", 1)
	if a, err := read(t, expired).Account(t.Context(), "CONN01$"); err != nil || !a.Expired {
		t.Errorf("expired: %+v, %v", a, err)
	}
	for what, text := range map[string]string{
		"userAccountControl": strings.Replace(account, "userAccountControl  ", "somethingElse       ", 1),
		"whole":              strings.Replace(account, "{HTTP/sense.contoso.test}", "{HTTP/a, HTTP/b, HTTP/c, HTTP/d...}", 1),
		"sAMAccountName":     strings.Replace(account, ": CONN01$", ": CONN09$", 1),
		"distinguishedName":  strings.Replace(account, "distinguishedName  ", "x                  ", 1),
	} {
		if _, err := read(t, text).Account(t.Context(), "CONN01$"); checks.CodeOf(err) != "not-whole" || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOtherObjects(t *testing.T) {
	const readers = head + "SENSEGATE-ASK Get-ADGroup S-1-5-32-554 in contoso.test\nfound 1\nCN=S-1-5-11,CN=ForeignSecurityPrincipals,DC=contoso,DC=test\nSENSEGATE-END\n"
	if got, err := read(t, readers).GroupReaders(t.Context()); err != nil || !got.Everybody || !got.Seen {
		t.Errorf("%+v, %v", got, err)
	}
	emptied := strings.Replace(readers, "S-1-5-11,", "svc-scan,", 1)
	if got, err := read(t, emptied).GroupReaders(t.Context()); err != nil || got.Everybody || got.Group != "S-1-5-32-560" {
		t.Errorf("%+v, %v", got, err)
	}
	const root = head + "SENSEGATE-ASK Get-ADRootDSE\n\ndefaultNamingContext : DC=contoso,DC=test\ndnsHostName          : dc1.contoso.test\nSENSEGATE-END\n"
	if got, err := read(t, root).RootDSE(t.Context()); err != nil || got.Host != "dc1.contoso.test" || got.Realm != "CONTOSO.TEST" {
		t.Errorf("%+v, %v", got, err)
	}
	const named = head + "SENSEGATE-ASK setspn -F -Q HOST/dc1.contoso.test\nChecking forest DC=contoso,DC=test\nCN=DC1,OU=Domain Controllers,DC=contoso,DC=test\n\tHOST/dc1.contoso.test\n\nExisting SPN found!\nSENSEGATE-END\n"
	if got, err := read(t, named).Named(t.Context(), "dc1.contoso.test"); err != nil || len(got) != 1 || !got[0].DomainController() {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := read(t, named).Mappings(t.Context()); err != nil || len(got) != 53 {
		t.Errorf("%d classes, %v", len(got), err)
	}
}

// TestRefused is every kind of paste that proves nothing, and why.
func TestRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", " \r\n", "empty"},
		{"nonsense", "Guten Morgen", pasted.Head},
		{"output without its question", head + "SENSEGATE-END\nChecking domain DC=contoso,DC=test\n" + qlikDN + "\n\tHTTP/sense.contoso.test\n", pasted.Ask},
		{"the command alone", "C:\\>echo SENSEGATE-ASK setspn -F -Q x & echo SENSEGATE-END\n", pasted.Head},
		{"cut off", strings.Replace(german, "SENSEGATE-END\r\n\r\nC:\\Users\\admin>", "", 1), "cut off"},
		{"another customer's forest", strings.ReplaceAll(french, "DC=contoso,", "DC=fabrikam,"), "fabrikam.test"},
		{"no setspn there", head + "SENSEGATE-ASK setspn -F -Q HTTP/x\nDer Befehl \"setspn.exe\" ist entweder falsch geschrieben oder konnte nicht gefunden werden.\nSENSEGATE-END\n", "falsch geschrieben"},
		{"setspn said nothing", head + "SENSEGATE-ASK setspn -F -Q HTTP/x\nSENSEGATE-END\n", "nothing"},
		{"no module for PowerShell", head + "Get-ADDomain : Die Benennung wurde nicht erkannt.\n    + FullyQualifiedErrorId : CommandNotFoundException\nSENSEGATE-ASK Get-ADObject qlik in \nfound 0\nSENSEGATE-END\n", "RSAT-AD-PowerShell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := pasted.ReadForest(domain, now(), []string{tt.text}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
			// An earlier one that is unsound stands in nobody's way.
			if f, err := pasted.ReadForest(domain, now(), []string{tt.text, german}); err != nil || f.Latest() == nil {
				t.Errorf("with a sound one after it: %v", err)
			}
		})
	}
}

// TestOtherQuestion is output that is sound and answers something else.
func TestOtherQuestion(t *testing.T) {
	for name, text := range map[string]string{
		"another name":    strings.ReplaceAll(german, "HTTP/sense.", "HTTP/other."),
		"the domain only": strings.ReplaceAll(german, "-F -Q", "-Q"),
		"another tool":    account,
		"-L without it":   strings.ReplaceAll(frenchList, "HTTP/sense.contoso.test", "HTTP/qlik01.contoso.test"),
	} {
		f := read(t, text)
		if _, err := f.Holders(t.Context(), spn); checks.CodeOf(err) != pasted.CodeNotPasted {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.Latest(); err == nil || !strings.Contains(err.Error(), "asked was setspn -F -Q "+spn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := read(t, strings.ReplaceAll(account, "in contoso.test", "in fabrikam.test"))
	if _, err := other.Account(t.Context(), "CONN01$"); checks.CodeOf(err) != pasted.CodeNotPasted {
		t.Errorf("another domain: %v", err)
	}
}

// TestEncodings reads what files of Windows hold, and bytes of old code pages.
func TestEncodings(t *testing.T) {
	units := utf16.Encode([]rune(german))
	little, big := []byte{0xff, 0xfe}, []byte{0xfe, 0xff}
	for _, u := range units {
		little = binary.LittleEndian.AppendUint16(little, u)
		big = binary.BigEndian.AppendUint16(big, u)
	}
	// Code page 850 has ü at 0x81, Shift-JIS writes two bytes for each sign.
	old := strings.ReplaceAll(german, "ü", "\x81")
	shift := strings.ReplaceAll(japanese, "フォレスト", "\x83t\x83H\x83\x8c\x83X\x83g")
	for name, text := range map[string]string{
		"UTF-16": string(little), "UTF-16, big end first": string(big), "UTF-16 without a mark": string(little[2:]),
		"code page 850": old, "Shift-JIS": shift, "UTF-8 with a mark": "\ufeff" + german, "bare carriage returns": strings.ReplaceAll(german, "\r\n", "\r"),
	} {
		f, err := pasted.ReadForest(domain, now(), []string{text})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := f.Holders(t.Context(), spn); err != nil || len(got) != 1 || got[0].DN != qlikDN {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzForest(f *testing.F) {
	for _, text := range []string{
		german, japanese, french, doubled, clean, account, head + "SENSEGATE-ASK whoami HTTP/sense.contoso.test in contoso.test\n\"c\\HTTP/sense.contoso.test\",\"S-1-5-21-1\"\n\"a\",\"b\",\"S-1-5-11\",\"c\"\nUAC 512\nSENSEGATE-END",
		head + "SENSEGATE-ASK setspn -F -Q ****a*b\nDC=contoso\nSENSEGATE-END",
	} {
		f.Add(text, spn)
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		forest, err := pasted.ReadForest(domain, now(), []string{text})
		if err != nil {
			return
		}
		ctx := t.Context()
		holders, err := forest.Holders(ctx, name)
		if err != nil && checks.KindOf(err) != fact.Unsupported {
			t.Errorf("%v", err)
		}
		for _, h := range holders {
			if h.DN == "" {
				t.Errorf("a holder without a name: %+v", h)
			}
		}
		_, _ = forest.Similar(ctx, name)
		_, _ = forest.Named(ctx, name)
		_, _ = forest.Audit(ctx)
		_, _ = forest.Account(ctx, name)
		_, _ = forest.GroupReaders(ctx)
		if _, err := forest.RootDSE(ctx); err != nil && errors.Is(err, pasted.ErrEmpty) {
			t.Error(err)
		}
		_, _ = pasted.ReadKlist(text, name, "CONTOSO.TEST")
		if list, err := pasted.Answers(text); err == nil {
			for _, a := range list {
				if who, lines, err := pasted.WhoAmI(a, name, domain); err == nil && (who.SID == "" || len(lines) < 2) {
					t.Errorf("somebody by %q: %+v", lines, who)
				}
			}
		}
	})
}

// TestLaterAnswers mends what was pasted before: what was printed last counts,
// in whatever order it is pasted, and what is older is refused.
func TestLaterAnswers(t *testing.T) {
	both := strings.Replace(german, "\tHTTP/sense\r\n", "\tHTTP/sense\r\n"+otherDN+"\r\n\tHTTP/sense.contoso.test\r\n", 1)
	for _, texts := range [][]string{{at(1, both), at(2, german)}, {at(1, french), at(2, german)}, {at(1, frenchList), at(2, german)}} {
		f := read(t, texts...)
		if got, err := f.Holders(t.Context(), spn); err != nil || sams(got) != "Qlik Dienste" || f.Latest() != nil {
			t.Errorf("%q, %v, %v", sams(got), err, f.Latest())
		}
		if hosts, when := f.Of(); strings.Join(hosts, " ") != "DC1" || when.Minute() != 2 {
			t.Errorf("of %q, %s", hosts, when)
		}
		f = read(t, texts[1], texts[0])
		if got, err := f.Holders(t.Context(), spn); err != nil || sams(got) != "Qlik Dienste" {
			t.Errorf("the other way round: %q, %v", sams(got), err)
		}
		if err := f.Latest(); texts[0] != at(1, frenchList) && (err == nil || !strings.Contains(err.Error(), "a later answer to the same question")) {
			t.Errorf("the older one after it: %v", err)
		}
	}
}

// TestBrokenSetspn is output of setspn that failed half-way, or of which lines
// were lost.
func TestBrokenSetspn(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no domain":          {head + "SENSEGATE-ASK setspn -F -Q HTTP/x\nFailed to retrieve DN for domain \"contoso.test\" : 0x0000054B\nSENSEGATE-END", "0x0000054B"},
		"the server is down": {strings.Replace(french, "\n\nCe nom principal de service est introuvable.", "\nLdap Error(0x51 -- Server Down): ldap_search_s", 1), "setspn failed on DC1: Ldap Error"},
		"nothing follows":    {strings.Replace(french, "\n\nCe nom principal de service est introuvable.", "", 1), "nothing follows the line"},
		"the end is gone":    {strings.Replace(german, "\r\n\r\nVorhandener SPN wurde gefunden.", "", 1), "the last line is HTTP/sense"},
		"names are gone":     {strings.Replace(german, "\tHTTP/sense.contoso.test\r\n\tHTTP/sense\r\n", "", 1), "no name of CN=Qlik"},
		"a link in a mail":   {strings.Replace(german, "\tHTTP/sense.contoso.test", "\tHTTP/sense.contoso.test<http://http/sense.contoso.test>", 1), "is not among the names"},
		"a broken line":      {strings.Replace(german, ",DC=contoso,DC=test\r\n\tHTTP", ",DC=con\r\ntoso,DC=t\r\n\tHTTP", 1), "as in a narrow window: toso,DC=t"},
		"a broken name":      {strings.Replace(german, "OU=Server,DC=contoso,DC=test\r\n\tHTTP", "OU=Se\r\nrver,DC=contoso,DC=test\r\n\tHTTP", 1), "broken in two"},
		"a count is gone":    {strings.Replace(clean, "\n\n0 Gruppe von doppelten SPNs gefunden.", "", 1), ""},
	} {
		_, err := pasted.ReadForest(domain, now(), []string{tt.text})
		if tt.want == "" && err == nil {
			_, err = read(t, tt.text).Audit(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A mail has taken the space before names away.
	flat := strings.ReplaceAll(german, "\t", "")
	if got, err := read(t, flat).Holders(t.Context(), spn); err != nil || sams(got) != "Qlik Dienste" {
		t.Errorf("%q, %v", sams(got), err)
	}
}
