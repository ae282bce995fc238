package ad_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// The accounts of the domain.
const (
	webHost     = "sense.qlikemm.test"
	webSPN      = "HTTP/sense.qlikemm.test"
	qlikAccount = "qlik"
	alice       = "alice"
	connector   = "CONN01$"
	second      = "CONN02$"
	qlikServer  = "QLIK01$"
	printer     = "PRINT01$"
	intranet    = "svc-intranet"
	rehearser   = "rehearsal"
)

// secretOf is the password of an account, kept simple on purpose.
func secretOf(account string) string {
	return "Pw-" + strings.TrimSuffix(strings.ToLower(account), "$") + "-2026"
}

func dnOf(account string) string {
	if name, computer := strings.CutSuffix(account, "$"); computer {
		return "CN=" + name + ",CN=Computers," + baseDN
	}
	return "CN=" + account + ",CN=Users," + baseDN
}

// populate writes the accounts and the names as an administrator would, before
// the domain controller runs.
func populate(dir string) error {
	var ldif strings.Builder
	for _, user := range []string{alice, qlikAccount, intranet, rehearser, "bob"} {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: add\nobjectClass: user\nsAMAccountName: %s\nuserPrincipalName: %s@%s\nuserAccountControl: 512\nmsDS-SupportedEncryptionTypes: 24\nunicodePwd:: %s\n\n",
			dnOf(user), user, user, domainName, unicodePassword(secretOf(user)))
	}
	for _, computer := range []string{connector, second, qlikServer, printer} {
		short := strings.TrimSuffix(computer, "$")
		host := strings.ToLower(short) + "." + domainName
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: add\nobjectClass: computer\nsAMAccountName: %s\ndNSHostName: %s\nuserAccountControl: 4096\nmsDS-SupportedEncryptionTypes: 28\nservicePrincipalName: HOST/%s\nservicePrincipalName: HOST/%s\nunicodePwd:: %s\n\n",
			dnOf(computer), computer, host, host, short, unicodePassword(secretOf(computer)))
	}
	for name, record := range map[string][]byte{
		"dc1": recordA("127.0.0.1"), "sense": recordA("127.0.0.1"), "alias": recordCNAME(webHost),
	} {
		fmt.Fprintf(&ldif, "dn: DC=%s,DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s\nchangetype: add\nobjectClass: dnsNode\ndnsRecord:: %s\n\n",
			name, domainName, baseDN, base64.StdEncoding.EncodeToString(record))
	}
	// Samba registers its own names by a task that is not run here.
	fmt.Fprintf(&ldif, "dn: CN=DC1,OU=Domain Controllers,%s\nchangetype: modify\nadd: servicePrincipalName\n", baseDN)
	for _, name := range []string{"ldap/" + dcHost, "ldap/DC1", "GC/" + dcHost + "/" + domainName} {
		ldif.WriteString("servicePrincipalName: " + name + "\n")
	}
	return ldbmodify(dir, ldif.String())
}

// ldbmodify changes the database beside the server, as the system itself.
func ldbmodify(dir, ldif string) error { return ldb("ldbmodify", dir, ldif) }

// ldbadd adds new objects to it, all in one transaction.
func ldbadd(dir, ldif string) error { return ldb("ldbadd", dir, ldif) }

func ldb(program, dir, ldif string) error {
	cmd := exec.Command(program, "-H", filepath.Join(dir, "private", "sam.ldb"), "--option=log level=0") //nolint:gosec // our own database
	cmd.Env = append(os.Environ(), "LDB_MODULES_PATH="+modules())
	cmd.Stdin = strings.NewReader(ldif)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("changing the domain: %w\n%s\n%s", err, out, ldif[:min(len(ldif), 2000)])
	}
	return nil
}

// modules is where Samba keeps what its database needs; the folder is named
// after the machine.
func modules() string {
	found, err := filepath.Glob("/usr/lib/*/samba/ldb")
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// edit is a new value of one attribute; no values remove it.
type edit struct {
	account, attribute string
	values             []string
}

func set(account, attribute string, values ...string) edit {
	return edit{account, attribute, values}
}

// change writes attributes of the running domain past the server, in one go.
func (d *dc) change(t *testing.T, edits ...edit) {
	t.Helper()
	if err := ldbmodify(d.dir, ldifOf(edits)); err != nil {
		t.Fatal(err)
	}
}

func ldifOf(edits []edit) string {
	var ldif strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: modify\nreplace: %s\n", dnOf(e.account), e.attribute)
		for _, v := range e.values {
			fmt.Fprintf(&ldif, "%s:: %s\n", e.attribute, base64.StdEncoding.EncodeToString([]byte(v)))
		}
		ldif.WriteString("\n")
	}
	return ldif.String()
}

// force writes below everything that guards the names' uniqueness, into the
// file of the domain's partition, as replication trouble would.
func (d *dc) force(t *testing.T, edits ...edit) {
	t.Helper()
	partition := d.path("private", "sam.ldb.d", strings.ToUpper(baseDN)+".ldb")
	d.must(t, ldifOf(edits), "ldbmodify", "-H", partition)
}

// setPassword gives an account a new password.
func (d *dc) setPassword(t *testing.T, account, password string) {
	t.Helper()
	ldif := fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: %s\n", dnOf(account), unicodePassword(password))
	if err := ldbmodify(d.dir, ldif); err != nil {
		t.Fatal(err)
	}
}

// unicodePassword is the form of unicodePwd: quoted UTF-16.
func unicodePassword(password string) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(`"` + password + `"`)) {
		raw = binary.LittleEndian.AppendUint16(raw, unit)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// record is a value of dnsRecord, MS-DNSP 2.3.2.2.
func record(kind uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(data))) //nolint:gosec // a few bytes
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = append(b, 5, 0xf0, 0, 0)               // version, rank of a zone, flags
	b = binary.LittleEndian.AppendUint32(b, 1) // serial
	b = binary.BigEndian.AppendUint32(b, 900)  // time to live
	b = binary.LittleEndian.AppendUint64(b, 0) // reserved, timestamp
	return append(b, data...)
}

func recordA(address string) []byte {
	const a = 1
	return record(a, net.ParseIP(address).To4())
}

func recordCNAME(name string) []byte {
	const cname = 5
	labels := strings.Split(name, ".")
	var data []byte
	for _, l := range labels {
		data = append(append(data, byte(len(l))), l...)
	}
	data = append(data, 0)
	return record(cname, append([]byte{byte(len(data)), byte(len(labels))}, data...))
}
