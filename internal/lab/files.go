package lab

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
	"sensegate/internal/site"
)

// makeFolders makes the lab's folders, for its owner alone.
func (l *Lab) makeFolders() error {
	for _, dir := range []string{l.dir, filepath.Join(l.dir, "qlik"), filepath.Join(l.dir, "evidence")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making the practice lab's folder: %w", err)
		}
	}
	return nil
}

// writeFiles writes what other people's clients need. The addresses in them
// are known only once everything listens.
func (l *Lab) writeFiles() error {
	yaml, err := site.Encode(l.Site())
	if err != nil {
		return fmt.Errorf("writing the lab's site file: %w", err)
	}
	plain := map[string][]byte{
		"site.yaml":  append([]byte("# SIMULATED: the practice lab wrote this file.\n"), yaml...),
		"ca.pem":     l.ca.PEM(),
		"krb5.conf":  []byte(l.krb5conf()),
		"users.txt":  []byte(users()),
		"ports.env":  []byte(l.portsEnv()),
		"README.txt": []byte(l.readme()),
	}
	jobs := []func() error{l.hosts.writeAll, l.writeQlikCertificates}
	if l.frontCA != nil {
		plain[companyCAFile] = l.frontCA.PEM()
	}
	// Whoever waits for the site file finds everything that it names.
	facts := plain["site.yaml"]
	delete(plain, "site.yaml")
	for name, content := range plain {
		jobs = append(jobs, func() error { return l.writeFile(name, content) })
	}
	for _, account := range l.keytabAccounts() {
		jobs = append(jobs, func() error { return l.writeKeytab(account) })
	}
	if err := together(jobs...); err != nil {
		return err
	}
	return l.writeFile("site.yaml", facts)
}

// proxyLogs is where the Qlik proxy writes its logs.
const proxyLogs = "qlik/log/Proxy"

// companyCAFile is the authority of Qlik's front where it is not the lab's.
const companyCAFile = "company-ca.pem"

// file is the path of one of the lab's files.
func (l *Lab) file(name string) string { return filepath.Join(l.dir, filepath.FromSlash(name)) }

func (l *Lab) writeFile(name string, content []byte) error {
	return replaceFile(filepath.Join(l.dir, filepath.FromSlash(name)), content)
}

// keytabAccounts are those whose keys are handed out.
func (l *Lab) keytabAccounts() []string {
	out := []string{contoso.Admin().SAM, contoso.TestUser().SAM, contoso.ServiceAccount}
	if l.form.verifier != "" {
		out = append(out, l.form.verifier)
	}
	for _, h := range contoso.Connectors() {
		out = append(out, h.Account)
	}
	return out
}

func (l *Lab) writeKeytab(account string) error { return l.writeKeytabWith(account, "") }

// writeKeytabWith makes the keys of another password than the account's, where
// one is given.
func (l *Lab) writeKeytabWith(account, password string) error {
	a, ok := l.store.Find(account)
	if !ok {
		return fmt.Errorf("writing a keytab: %s is not in the directory", account)
	}
	entry := kdc.KeytabEntry{Account: forKDC(a)}
	if password != "" {
		entry.Account.Password = password
	}
	raw, err := kdc.Keytab(contoso.Realm, l.clock(), entry)
	if err != nil {
		return fmt.Errorf("writing the keytab of %s: %w", account, err)
	}
	return l.writeFile(keytabOf(account), raw)
}

// writeQlikCertificates is what the console's export of certificates gives.
func (l *Lab) writeQlikCertificates() error {
	cert, err := l.siteCA.Client("QlikClient")
	if err != nil {
		return fmt.Errorf("exporting Qlik's certificates: %w", err)
	}
	chain, key, err := pki.Encode(cert)
	if err != nil {
		return fmt.Errorf("exporting Qlik's certificates: %w", err)
	}
	return together(
		func() error { return l.writeFile("qlik/client.pem", chain) },
		func() error { return l.writeFile("qlik/client_key.pem", key) },
		func() error { return l.writeFile("qlik/root.pem", l.siteCA.PEM()) },
	)
}

func (l *Lab) krb5conf() string {
	return fmt.Sprintf(`# SIMULATED: the practice lab wrote this file. Use it with KRB5_CONFIG=%[4]s
[libdefaults]
	default_realm = %[1]s
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false
	udp_preference_limit = 1
	forwardable = true

[realms]
	%[1]s = {
		kdc = %[2]s
	}

[domain_realm]
	.%[3]s = %[1]s
	%[3]s = %[1]s
`, contoso.Realm, l.kdc.Addr(), contoso.Domain, filepath.Join(l.dir, "krb5.conf"))
}

func users() string {
	var b strings.Builder
	b.WriteString("# SIMULATED: people of the practice lab and their practice passwords.\n")
	for _, p := range []struct {
		contoso.Person
		what string
	}{
		{contoso.Admin(), "administers the domain and the tenant"},
		{contoso.TestUser(), "the user whose sign-in is tried"},
		{contoso.Qlik(), "runs the Qlik Sense services"},
	} {
		fmt.Fprintf(&b, "%-20s %-20s %s (%s)\n", p.UPN, p.Password, p.Name, p.what)
	}
	for _, h := range contoso.Connectors() {
		fmt.Fprintf(&b, "%-20s %-20s %s\n", h.Account, h.Password, "computer account of "+h.Name)
	}
	return b.String()
}

// portsEnv is a file for a shell to read, one variable for each open port.
func (l *Lab) portsEnv() string {
	var b strings.Builder
	for _, e := range l.endpoints() {
		name := "LAB_" + strings.ToUpper(strings.ReplaceAll(e.server, "-", "_"))
		host, port, err := net.SplitHostPort(e.address)
		if err != nil {
			continue // not open
		}
		fmt.Fprintf(&b, "%s=%s\n%s_HOST=%s\n%s_PORT=%s\n", name, e.address, name, host, name, port)
	}
	return b.String()
}
