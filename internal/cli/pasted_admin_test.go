package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/pasted"
	"sensegate/internal/site"
)

// admin runs the commands on screen as a console of some language would. What
// it shows comes from the directory itself.
type admin struct {
	site      site.Site
	directory *directory.Client
	words     map[string]string
}

func newAdmin(t *testing.T, s site.Site, language string) *admin {
	t.Helper()
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) (string, bool) { return "", false }
	a := &admin{site: s, directory: directory.New(s, d, kerberos.New(s, d, none), none), words: map[string]map[string]string{
		"en": {"checking": "Checking forest %s", "found": "Existing SPN found!", "missing": "No such SPN found.", "count": "found %d group of duplicate SPNs.", "entry": "Processing entry 0"},
		"de": {"checking": "Gesamtstruktur %s wird überprüft", "found": "Vorhandener SPN wurde gefunden.", "missing": "Dieser SPN wurde nicht gefunden.", "count": "%d Gruppe von doppelten SPNs gefunden.", "entry": "Eintrag 0 wird verarbeitet"},
		"ja": {"checking": "フォレスト %s を確認しています", "found": "既存の SPN が見つかりました。", "missing": "そのような SPN は見つかりませんでした。", "count": "%d グループの重複した SPN が見つかりました。", "entry": "エントリ 0 を処理しています"},
	}[language]}
	t.Cleanup(func() { closing(t, a.directory.Close) })
	return a
}

var (
	setspnCommand = regexp.MustCompile(`& setspn\.exe (-F -[QX])(?: (\S+))? &`)
	objectCommand = regexp.MustCompile(`Get-ADObject ([^ ]+) in `)
)

// answer is what the window shows after the command, with the command itself.
func (a *admin) answer(t *testing.T, asked checks.Asked) string {
	t.Helper()
	var b strings.Builder
	prompt := "C:\\Users\\admin>"
	if asked.Shell == checks.PowerShell {
		prompt = "PS C:\\Users\\admin> "
	}
	b.WriteString(prompt + asked.Command + "\r\n")
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	host := "DC1"
	if !strings.Contains(asked.On, " ") {
		host, _, _ = strings.Cut(asked.On, ".")
	}
	say("%s %s %s", pasted.Head, time.Now().Format(time.RFC3339Nano), host)
	ctx := t.Context()
	switch {
	case strings.Contains(asked.Command, "setspn.exe"):
		for _, m := range setspnCommand.FindAllStringSubmatch(asked.Command, -1) {
			say("%s setspn %s", pasted.Ask, strings.TrimSpace(m[1]+" "+m[2]))
			say(a.words["checking"], a.naming())
			a.setspn(t, say, strings.Trim(m[2], `"`))
		}
	case strings.Contains(asked.Command, "w32tm.exe"):
		say("%s w32tm.exe /stripchart /computer:%s /samples:1 /dataonly\r\n20:00:00, +00.0012345s", pasted.Ask, a.site.Directory.Domain)
	case strings.Contains(asked.Command, "klist.exe"):
		say("%s klist.exe get %s\r\n#0>     Client: alice @ %s\r\n        Server: %s @ %s", pasted.Ask, a.site.SPN(), a.site.Realm(), a.site.SPN(), a.site.Realm())
		say("        KerbTicket (Verschlüsselungstyp): AES-256-CTS-HMAC-SHA1-96\r\n        Ticketkennzeichen 0x40a10000 -> forwardable")
	case strings.Contains(asked.Command, "curl.exe"):
		say("%s curl https://%s/\r\n> GET /hub/ HTTP/1.1\r\n> Host: %s", pasted.Ask, a.site.InternalHost(), a.site.InternalHost())
		say("> Authorization: Negotiate YIICWAYGKwYBBQUCoIICTDCCAkigDTALBgkqhkiG9xIBAgKiggI1BIICMWCCAi0GCSqGSIb3EgECAgEAboICHDCC")
		say("< HTTP/1.1 200 OK\r\n< WWW-Authenticate: Negotiate oYG3MIG0oAMKAQChCwYJKoZIhvcSAQIC\r\n{\"userDirectory\":\"CONTOSO\",\"userId\":\"alice\"}")
	case strings.Contains(asked.Command, "Get-ADRootDSE"):
		root, err := a.directory.RootDSE(ctx)
		if err != nil {
			t.Fatal(err)
		}
		say("%s Get-ADRootDSE\r\n\r\ndefaultNamingContext : %s\r\ndnsHostName          : %s\r\ncurrentTime          : 21.11.2026 20:00:00\r\n", pasted.Ask, root.DefaultNC, root.Host)
	case strings.Contains(asked.Command, "Get-ADGroup"):
		say("%s Get-ADGroup S-1-5-32-554 in %s\r\nfound 1", pasted.Ask, a.site.Directory.Domain)
		if readers, err := a.directory.GroupReaders(ctx); err != nil {
			t.Fatal(err)
		} else if readers.Everybody {
			say("CN=S-1-5-11,CN=ForeignSecurityPrincipals,%s", a.naming())
		}
	default:
		name := objectCommand.FindStringSubmatch(asked.Command)
		if name == nil {
			t.Fatalf("nobody knows the command %s", asked.Command)
		}
		x, err := a.directory.Account(ctx, name[1])
		if err != nil {
			t.Fatal(err)
		}
		say("%s Get-ADObject %s in %s\r\nfound 1\r\n", pasted.Ask, name[1], a.site.Directory.Domain)
		show(say, x)
	}
	say("%s\r\n\r\n%s", pasted.End, prompt)
	return b.String()
}

func (a *admin) naming() string {
	return "DC=" + strings.ReplaceAll(a.site.Directory.Domain, ".", ",DC=")
}

// setspn prints what the directory says of a name, of a class, or of all.
func (a *admin) setspn(t *testing.T, say func(string, ...any), pattern string) {
	t.Helper()
	if pattern == "" {
		audit, err := a.directory.Audit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		say("%s", a.words["entry"])
		for _, g := range audit.Groups {
			say("%s:\r\n\t%s\r\n", g.Name, strings.Join(g.Holders, "\r\n\t"))
		}
		say(a.words["count"], audit.Doubled)
		return
	}
	for _, h := range a.holders(t, pattern) {
		say("%s", h.DN)
		for _, s := range h.SPNs {
			say("\t%s", s)
		}
	}
	if len(a.holders(t, pattern)) == 0 {
		say("\r\n%s", a.words["missing"])
		return
	}
	say("\r\n%s", a.words["found"])
}

func (a *admin) holders(t *testing.T, pattern string) []fact.Account {
	t.Helper()
	find := a.directory.Holders
	if strings.HasSuffix(pattern, "/*") {
		// Of a class the names like Qlik's are enough to tell.
		find = func(ctx context.Context, _ string) ([]fact.Account, error) {
			return a.directory.Similar(ctx, a.site.SPN())
		}
	}
	list, err := find(t.Context(), pattern)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// show prints an account as Format-List does.
func show(say func(string, ...any), x fact.Account) {
	line := func(name, value string) { say("%-34s : %s", name, value) }
	braced := func(list []string) string { return "{" + strings.Join(list, ", ") + "}" }
	class := "user"
	if x.Computer {
		class = "computer"
	}
	line("distinguishedName", x.DN)
	line("objectClass", class)
	line("sAMAccountName", x.SAM)
	line("userPrincipalName", x.UPN)
	line("objectSid", x.SID)
	line("userAccountControl", strconv.FormatUint(uint64(x.UAC), 10))
	line("msDS-User-Account-Control-Computed", "0")
	line("accountExpires", "9223372036854775807")
	line("pwdLastSet", strconv.FormatInt((x.PasswordSet.Unix()+11644473600)*1e7, 10))
	types := ""
	if x.EncTypes >= 0 {
		types = strconv.Itoa(x.EncTypes)
	}
	line("msDS-SupportedEncryptionTypes", types)
	line("servicePrincipalName", braced(x.SPNs))
	line("dNSHostName", x.DNSHostName)
	line("msDS-AllowedToDelegateTo", braced(x.DelegateTo))
	line("tokenGroups", braced(x.Groups))
	var sddl strings.Builder
	for i, sid := range slices.Sorted(slices.Values(x.ActOnBehalf)) {
		if i == 0 {
			sddl.WriteString("O:BAD:")
		}
		sddl.WriteString("(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;" + sid + ")")
	}
	line("actOnBehalf", sddl.String())
	say("\r\n")
}
