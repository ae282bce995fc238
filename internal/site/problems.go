package site

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Problem is a fact that is missing or cannot be right.
type Problem struct {
	Path string // as in the file, publish.external_url
	Text string // what is wrong and what would be right
	// Missing says that nothing was given at all.
	Missing bool
}

// String is the problem in one line.
func (p Problem) String() string { return p.Path + ": " + p.Text }

// Problems lists what is missing or contradictory, in the order of the file.
func (s Site) Problems() []Problem {
	var out []Problem
	add := func(path, value string, check func(string) error, example string) {
		switch {
		case strings.TrimSpace(value) == "":
			out = append(out, Problem{Path: path, Text: "missing, for example " + example, Missing: true})
		case check != nil:
			if err := check(value); err != nil {
				out = append(out, Problem{Path: path, Text: err.Error()})
			}
		}
	}
	add("name", s.Name, CheckName, "contoso")
	add("entra.tenant", s.Entra.Tenant, nil, "contoso.onmicrosoft.com")
	add("publish.app_name", s.Publish.AppName, nil, "Qlik Sense")
	add("publish.external_url", s.Publish.ExternalURL, CheckHTTPS, "https://sense-contoso.msappproxy.net/")
	add("publish.internal_url", s.Publish.InternalURL, CheckURL, "https://sense.contoso.com/")
	add("publish.connector_group", s.Publish.ConnectorGroup, nil, "Default")
	add("qlik.repository", s.Qlik.Repository, CheckHTTPS, "https://qlik01.contoso.com:4242")
	if s.Qlik.Via != ViaProxy || s.Qlik.Certificate != "" {
		add("qlik.certificate", s.Qlik.Certificate, nil, "client.pem")
		if pemFile(s.Qlik.Certificate) {
			add("qlik.key", s.Qlik.Key, nil, "client_key.pem")
		}
		if pemFile(s.Qlik.Certificate) || pfxFile(s.Qlik.Certificate) {
			add("qlik.root", s.Qlik.Root, nil, "root.pem")
		}
	}
	add("qlik.service_account", s.Qlik.ServiceAccount, CheckAccount, `CONTOSO\qlik`)
	add("directory.domain", s.Directory.Domain, CheckDomain, "contoso.com")
	if s.Directory.Bind != BindLoggedOn {
		add("directory.user", s.Directory.User, nil, `CONTOSO\admin`)
	}
	if s.Directory.Bind != "" {
		add("directory.bind", s.Directory.Bind, CheckBind, BindSimple)
	}
	add("test_user.upn", s.TestUser.UPN, CheckUPN, "alice@contoso.com")
	if len(s.Connector.Hosts) == 0 {
		out = append(out, Problem{Path: "connector.hosts", Text: "missing, for example conn01.contoso.com", Missing: true})
	}
	for i, h := range s.Connector.Hosts {
		add(fmt.Sprintf("connector.hosts[%d].name", i), h.Name, CheckDomain, "conn01.contoso.com")
	}
	if s.Directory.Server != "" {
		add("directory.server", s.Directory.Server, CheckLDAP, "ldaps://dc1.contoso.com:636")
	}
	if s.Directory.GlobalCatalog != "" {
		add("directory.global_catalog", s.Directory.GlobalCatalog, CheckLDAP, "ldaps://dc1.contoso.com:3269")
	}
	if s.Publish.SecondExternalURL != "" {
		add("publish.second_external_url", s.Publish.SecondExternalURL, CheckHTTPS, "https://sensesignin-contoso.msappproxy.net/")
	}
	if s.Kerberos.SPN != "" {
		add("kerberos.spn", s.Kerberos.SPN, CheckSPN, "HTTP/sense.contoso.com")
	}
	if err := CheckSignIn(s.Entra.SignIn); err != nil {
		out = append(out, Problem{Path: "entra.sign_in", Text: err.Error()})
	}
	if err := CheckCloud(s.Entra.Cloud); err != nil {
		out = append(out, Problem{Path: "entra.cloud", Text: err.Error()})
	}
	if s.Qlik.Via != "" {
		add("qlik.via", s.Qlik.Via, CheckVia, ViaDirect)
	}
	if s.Entra.SignIn == "certificate" || s.Entra.SignIn == "secret" {
		add("entra.client_id", s.Entra.ClientID, nil, "the application that the certificate or secret belongs to")
	}
	if s.Entra.SignIn == "certificate" {
		add("entra.certificate", s.Entra.Certificate, nil, "reader.pem")
	}
	if s.DNS != "" {
		add("dns", s.DNS, CheckNameServer, "10.1.0.5")
	}
	if s.EvidenceMaxAge < 0 {
		out = append(out, Problem{Path: "evidence_max_age", Text: s.EvidenceMaxAge.String() + " is no age: give a time such as 168h, or leave it out"})
	}
	for i, p := range s.Pins {
		for _, hp := range []string{p.Name, p.Address} {
			if _, _, err := net.SplitHostPort(hp); err != nil {
				out = append(out, Problem{Path: fmt.Sprintf("pins[%d]", i), Text: fmt.Sprintf("%q is not host:port", hp)})
			}
		}
	}
	if u, err := url.Parse(s.Publish.InternalURL); err == nil && (u.Port() == signInPort || u.Port() == signInPortPlain) {
		out = append(out, Problem{Path: "publish.internal_url", Text: "ends in the port on which releases before April 2018 sign in, as in Microsoft's example: leave the port out on every release"})
	}
	if e, i := s.ExternalHost(), s.InternalHost(); e != "" && e == i && s.Directory.Domain != "" && !strings.HasSuffix("."+e, "."+strings.ToLower(s.Directory.Domain)) {
		out = append(out, Problem{Path: "publish.internal_url", Text: "is the same host as the external URL, but not in the directory's domain"})
	}
	return out
}

var (
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	domainForm  = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,}$`)
	accountForm = regexp.MustCompile(`^([^\\@/\s]+\\[^\\@/\[\]:;|=,+*?<>"]+|[^\\@\s]+@[^\\@\s]+)$`)
	spnForm     = regexp.MustCompile(`^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+(:[0-9]{1,5})?$`)
	upnForm     = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// CheckName accepts a site's name: it becomes a folder.
func CheckName(v string) error { return match(nameForm, v, "letters, digits, dots and dashes") }

// CheckDomain accepts a fully qualified DNS name.
func CheckDomain(v string) error {
	return match(domainForm, v, "a full DNS name such as contoso.com")
}

// CheckAccount accepts DOMAIN\name or a UPN.
func CheckAccount(v string) error { return match(accountForm, v, `an account such as CONTOSO\qlik`) }

// CheckUPN accepts a user principal name.
func CheckUPN(v string) error { return match(upnForm, v, "a sign-in name such as alice@contoso.com") }

// CheckSPN accepts a service principal name of two parts, in ASCII
// (MS-ADTS 2.2.21).
func CheckSPN(v string) error {
	return match(spnForm, v, "a service principal name such as HTTP/sense.contoso.com")
}

// CheckHTTPS accepts an absolute https URL.
func CheckHTTPS(v string) error { return checkURL(v, "https") }

// CheckURL accepts an absolute http or https URL.
func CheckURL(v string) error { return checkURL(v, "https", "http") }

// CheckSignIn accepts a way to sign in to Entra.
func CheckSignIn(v string) error {
	switch v {
	case "", "browser", "device-code", "azure-cli", "certificate", "secret":
		return nil
	}
	return fmt.Errorf("%q is not one of browser, device-code, azure-cli, certificate, secret", v)
}

// CheckLDAP accepts an ldaps or ldap URL.
func CheckLDAP(v string) error { return checkURL(v, "ldaps", "ldap") }

func checkURL(v string, schemes ...string) error {
	u, err := url.Parse(v)
	if err == nil && u.Host != "" && u.User == nil && slices.Contains(schemes, u.Scheme) {
		return nil
	}
	return fmt.Errorf("%q is not a URL that begins with %s://", v, strings.Join(schemes, ":// or "))
}

func match(form *regexp.Regexp, v, want string) error {
	if form.MatchString(v) {
		return nil
	}
	return fmt.Errorf("%q is not %s", v, want)
}
