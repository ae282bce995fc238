package steps

import (
	"fmt"
	"strings"
	"unicode"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/internal/site"
)

func siteStep(p Ports) Step {
	return Step{
		ID: access.Step, Title: "Your site", Short: "Your site",
		What:     "The facts of this installation, and the keys to its three worlds: Entra, directory, Qlik.",
		Why:      "Every later page compares the three with each other, so it must be let in everywhere first.",
		Seed:     "The procedure assumes a configured Qlik Sense and an administrator of tenant, domain and Qlik.",
		SeedFrom: tutorialSource,
		Checks: access.Checks(access.Ports{
			Entra: p.Graph, Qlik: p.Qlik, Directory: p.Directory, Times: p.Directory, KDC: p.Kerberos, Front: p.Front, Hosts: p.Hosts,
		}),
		Ask: Questions(),
		Manual: []Instruction{
			{Who: "Qlik administrator", Where: "qmc", Do: "Export the client certificate of the Qlik site in PEM form.", Command: "QMC > Certificates > machine name, platform independent PEM > Export"},
			again(checks.QlikAdmin, checks.PowerShell, "Export-QlikCertificates -machineNames $env:COMPUTERNAME -includeSecretsKey -exportFormat Pem"),
			{Who: "you", Do: "Have an account that can read the directory, and one that is Application Administrator in Entra."},
		},
	}
}

// Questions are the facts that only a person can give, in the order of the
// form.
func Questions() []Question {
	text := func(key, label, help string, get func(*site.Site) *string, check func(string) error) Question {
		return Question{
			Key: key, Label: label, Help: help, Required: true, Check: check,
			Get: func(s site.Site) string { return *get(&s) },
			Set: func(s *site.Site, v string) { *get(s) = strings.TrimSpace(v) },
		}
	}
	optional := func(q Question) Question {
		q.Required = false
		return q
	}
	internal := text("publish.internal_url", "Internal URL", "What people open on the LAN, with the virtual proxy's prefix if it has one. Example: https://sense.contoso.com/", func(s *site.Site) *string { return &s.Publish.InternalURL }, site.CheckURL)
	// The virtual proxy is that of the URL.
	internal.Set = func(s *site.Site, v string) { s.SetInternalURL(strings.TrimSpace(v)) }
	return []Question{
		text("name", "Name of the site", "How you call it; a folder bears this name. Example: contoso", func(s *site.Site) *string { return &s.Name }, site.CheckName),
		text("entra.tenant", "Tenant", "Its id or a verified domain. Example: contoso.onmicrosoft.com", func(s *site.Site) *string { return &s.Entra.Tenant }, nil),
		optional(text("entra.cloud", "Cloud of the tenant", "global, usgov or usdod. Empty: global. Example: usgov", func(s *site.Site) *string { return &s.Entra.Cloud }, site.CheckCloud)),
		optional(text("entra.sign_in", "Way to sign in to Entra", "browser, device-code or azure-cli. Empty: the browser, or a code where none can be opened. Many tenants forbid codes.", func(s *site.Site) *string { return &s.Entra.SignIn }, site.CheckSignIn)),
		remembered(),
		internal,
		text("publish.external_url", "External URL", "What they will open from outside. Example: https://sense-contoso.msappproxy.net/", func(s *site.Site) *string { return &s.Publish.ExternalURL }, site.CheckHTTPS),
		text("publish.app_name", "Name of the application", "As users see it. Example: Qlik Sense", func(s *site.Site) *string { return &s.Publish.AppName }, nil),
		text("publish.connector_group", "Connector group", "Its name in Entra. Example: Default", func(s *site.Site) *string { return &s.Publish.ConnectorGroup }, nil),
		assigned(),
		{
			Key: "connector.hosts", Label: "Connector hosts", Help: "Full names, separated by commas. Example: conn01.contoso.com, conn02.contoso.com", Required: true,
			Get: func(s site.Site) string {
				names := make([]string, 0, len(s.Connector.Hosts))
				for _, h := range s.Connector.Hosts {
					names = append(names, h.Name)
				}
				return strings.Join(names, ", ")
			},
			Set: setHosts,
			Check: func(v string) error {
				for _, n := range splitList(v) {
					if err := site.CheckDomain(n); err != nil {
						return err
					}
				}
				return nil
			},
		},
		text("qlik.repository", "Qlik repository", "The central node, port 4242. Example: https://qlik01.contoso.com:4242", func(s *site.Site) *string { return &s.Qlik.Repository }, site.CheckHTTPS),
		optional(text("qlik.via", "Way to the repository", "direct or proxy. Empty: directly; where nobody answers there, through the Qlik proxy on a session. Example: proxy", func(s *site.Site) *string { return &s.Qlik.Via }, site.CheckVia)),
		optional(text("qlik.certificate", "Client certificate", "Path of client.pem, of a .pfx file, or of the folder with the exported set. Empty only with the way proxy.", func(s *site.Site) *string { return &s.Qlik.Certificate }, nil)),
		optional(text("qlik.key", "Its key", "Path of client_key.pem. Empty with a .pfx file or a folder.", func(s *site.Site) *string { return &s.Qlik.Key }, nil)),
		optional(text("qlik.root", "Root certificate of the Qlik site", "Path of root.pem or root.cer. Empty with a folder.", func(s *site.Site) *string { return &s.Qlik.Root }, nil)),
		optional(text("qlik.server_name", "Name in the repository's certificate", "Only where it differs from the address: the name that Qlik was installed with. Example: qlik01", func(s *site.Site) *string { return &s.Qlik.ServerName }, nil)),
		optional(text("qlik.logs", "Logs of the Qlik proxy", "Folder with copies, searched by the final test. Empty: on the Qlik host its own, elsewhere none.", func(s *site.Site) *string { return &s.Qlik.Logs }, nil)),
		text("qlik.service_account", "Account that runs the Qlik proxy", `Example: CONTOSO\qlik`, func(s *site.Site) *string { return &s.Qlik.ServiceAccount }, site.CheckAccount),
		text("directory.domain", "Domain", "Its DNS name. Example: contoso.com", func(s *site.Site) *string { return &s.Directory.Domain }, site.CheckDomain),
		optional(text("directory.server", "Domain controller", "Empty: found by DNS. Example: ldaps://dc1.contoso.com:636", func(s *site.Site) *string { return &s.Directory.Server }, site.CheckLDAP)),
		optional(text("dns", "Name server", "The address to ask for names, such as a domain controller's. Empty: the system's. Example: 10.1.0.5", func(s *site.Site) *string { return &s.DNS }, site.CheckNameServer)),
		text("directory.user", "Account to read the directory with", `Its password is asked, or taken from SENSEGATE_DIRECTORY_PASSWORD. Example: CONTOSO\admin`, func(s *site.Site) *string { return &s.Directory.User }, nil),
		optional(text("directory.bind", "Way to sign in to the directory", "simple sends the password inside TLS; kerberos uses a ticket; logged-on, on Windows, is whoever signed in to this machine. Empty: whatever fits. Example: kerberos", func(s *site.Site) *string { return &s.Directory.Bind }, site.CheckBind)),
		optional(text("kerberos.realm", "Kerberos realm", "Empty: the domain's name in capitals. Example: CONTOSO.COM", func(s *site.Site) *string { return &s.Kerberos.Realm }, site.CheckDomain)),
		text("test_user.upn", "Test user", "An ordinary user who will open Qlik from outside. Example: alice@contoso.com", func(s *site.Site) *string { return &s.TestUser.UPN }, site.CheckUPN),
	}
}

// remembered is whether the sign-in outlives the program.
func remembered() Question {
	return Question{
		Key: "entra.remember", Label: "Remember the sign-in", Help: "yes keeps it in the keyring of this system. Empty: it ends with the program. Example: yes",
		Get: func(s site.Site) string {
			if s.Entra.Remember {
				return "yes"
			}
			return ""
		},
		Set: func(s *site.Site, v string) { s.Entra.Remember = strings.EqualFold(strings.TrimSpace(v), "yes") },
		Check: func(v string) error {
			switch strings.ToLower(strings.TrimSpace(v)) {
			case "", "yes", "no":
				return nil
			}
			return fmt.Errorf("%q is neither yes nor no", v)
		},
	}
}

// assigned are those whom the plan assigns beside the test user. Names of groups
// have blanks.
func assigned() Question {
	return Question{
		Key: "publish.assign", Label: "Assigned besides the test user", Help: "Groups by name, people by sign-in name, separated by commas. Members of a group in a group do not count. Example: Qlik readers, bob@contoso.com",
		Get: func(s site.Site) string { return strings.Join(s.Publish.Assign, ", ") },
		Set: func(s *site.Site, v string) {
			s.Publish.Assign = nil
			for name := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ',' || r == ';' }) {
				if name = strings.TrimSpace(name); name != "" {
					s.Publish.Assign = append(s.Publish.Assign, name)
				}
			}
		},
	}
}

// setHosts keeps what is known of hosts that stay.
func setHosts(s *site.Site, v string) {
	known := map[string]site.ConnectorHost{}
	for _, h := range s.Connector.Hosts {
		known[strings.ToLower(h.Name)] = h
	}
	hosts := make([]site.ConnectorHost, 0, len(known))
	for _, n := range splitList(v) {
		h, ok := known[strings.ToLower(n)]
		if !ok {
			h = site.ConnectorHost{Name: n}
		}
		hosts = append(hosts, h)
	}
	s.Connector.Hosts = hosts
}

func splitList(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
}
