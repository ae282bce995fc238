package lab

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"sensegate/internal/lab/contoso"
)

// readme is how to reach the lab with other people's clients.
func (l *Lab) readme() string {
	var b strings.Builder
	at := func(name string) string { return quote(filepath.Join(l.dir, name)) }
	host := func(server string) (address, port string) {
		for _, e := range l.endpoints() {
			if e.server == server {
				_, p, _ := net.SplitHostPort(e.address) // empty where nothing listens
				return e.address, p
			}
		}
		return "", ""
	}
	front, _ := host("qlik")
	outside, _ := host("appproxy")
	repository, _ := host("repository")
	login, _ := host("login")
	_, ldaps := host("ldaps")
	_, ldap := host("ldap")

	b.WriteString("SIMULATED. The practice lab of Sensegate: no name here exists outside this machine,\n" +
		"and every password is for practice (users.txt). The ports change with every start.\n\n")
	b.WriteString("Names and where they listen (ports.env has them for a shell):\n\n")
	for _, e := range l.endpoints() {
		fmt.Fprintf(&b, "  %-15s %-18s %s\n", e.server, e.address, strings.Join(e.names, " "))
	}
	fmt.Fprintf(&b, `
Kerberos (MIT):

  export KRB5_CONFIG=%[1]s KRB5CCNAME=%[2]s
  kinit -k -t %[3]s %[4]s
  kvno %[5]s

Delegation as a connector does it:

  export KRB5CCNAME=%[30]s
  kinit -f -k -t %[6]s '%[7]s'
  kvno -I %[4]s '%[7]s'
  kvno -I %[4]s -P %[5]s

Qlik with Kerberos:

  export KRB5CCNAME=%[2]s
  curl --cacert %[8]s --connect-to %[9]s:443:%[10]s -A 'Mozilla/5.0 (Windows NT 10.0)' \
    --negotiate -u : -L -c cookies.txt https://%[9]s/hub/

Qlik's repository:

  curl --cacert %[11]s --cert %[12]s --key %[13]s --connect-to %[14]s:4242:%[15]s \
    -H 'X-Qlik-Xrfkey: 0123456789abcdef' -H 'X-Qlik-User: UserDirectory=INTERNAL; UserId=sa_api' \
    'https://%[14]s:4242/qrs/about?xrfkey=0123456789abcdef'

From outside, through application proxy (a browser has to sign in at %[16]s):

  curl --cacert %[8]s --connect-to %[17]s:443:%[18]s --connect-to %[16]s:443:%[19]s -i https://%[17]s/hub/

The directory; ldapsearch needs the name, so put "127.0.0.1 %[20]s" into the hosts file first:

  LDAPTLS_CACERT=%[8]s ldapsearch -H ldaps://%[20]s:%[21]s -x -D '%[22]s' -w '%[23]s' \
    -b '%[24]s' '(servicePrincipalName=%[5]s)' sAMAccountName
  KRB5CCNAME=%[31]s kinit -k -t %[25]s %[26]s
  KRB5CCNAME=%[31]s LDAPTLS_CACERT=%[8]s ldapsearch -H ldap://%[20]s:%[27]s -ZZ -Y GSSAPI -O maxssf=0 \
    -b '%[24]s' '(sAMAccountName=%[28]s)' servicePrincipalName

Sensegate itself:

  sensegate check --site %[29]s
`,
		at("krb5.conf"), at("alice.ccache"), at(keytabOf(contoso.TestUser().SAM)), contoso.TestUser().SAM, contoso.SPN,
		at(keytabOf(contoso.Connectors()[0].Account)), contoso.Connectors()[0].Account,
		at("ca.pem"), contoso.QlikHost, front,
		at("qlik/root.pem"), at("qlik/client.pem"), at("qlik/client_key.pem"), contoso.QlikNode, repository,
		contoso.LoginHost, contoso.ExternalHost, outside, login,
		contoso.DC, ldaps, contoso.Admin().UPN, contoso.Admin().Password, contoso.BaseDN,
		at(keytabOf(contoso.Admin().SAM)), contoso.Admin().SAM, ldap, contoso.ServiceAccount, at("site.yaml"),
		at("conn01.ccache"), at("admin.ccache"))
	return b.String()
}

// quote makes a path safe for a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
