package report

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sensegate/internal/site"
)

// shared are suffixes under which everybody has names; they say nothing.
func shared() []string {
	return []string{"msappproxy.net", "msappproxy.us", "onmicrosoft.com", "onmicrosoft.us", "mail.onmicrosoft.com", "msappproxy.test"}
}

// public are names that every such installation talks to.
func public() []string {
	return []string{
		"microsoft.com", "microsoftonline.com", "microsoftonline.us", "microsoftonline-p.com", "windows.net", "windows.com", "azure.com", "azure.net", "azure.us", "office.com", "live.com", "live.net",
		"msauth.net", "msftauth.net", "msocsp.com", "aka.ms", "msappproxy.net", "msappproxy.us", "onmicrosoft.com", "onmicrosoft.us", "chinacloudapi.cn", "windowsupdate.com", "msftconnecttest.com",
		"qlik.com", "qlikcloud.com", "github.com", "digicert.com", "verisign.com", "globalsign.com", "w3.org", "ietf.org", "rfc-editor.org", "schema.org",
	}
}

func under(host string, suffixes []string) (prefix, suffix string, ok bool) {
	for _, s := range suffixes {
		if host == s {
			return "", s, true
		}
		if p, below := strings.CutSuffix(host, "."+s); below && len(s) > len(suffix) {
			prefix, suffix, ok = p, s, true
		}
	}
	return prefix, suffix, ok
}

func (r *redactor) learnDomains(s site.Site) {
	add := r.domain
	add(s.Directory.Domain)
	add(s.Kerberos.Realm)
	for _, v := range append([]string{s.TestUser.UPN, s.Directory.User, s.Qlik.ServiceAccount}, s.Publish.Assign...) {
		if _, d, ok := strings.Cut(v, "@"); ok {
			add(d)
		}
	}
	if !guidForm.MatchString(s.Entra.Tenant) {
		if prefix, _, ok := under(strings.ToLower(s.Entra.Tenant), shared()); ok {
			r.organisation(prefix)
		} else {
			add(s.Entra.Tenant)
		}
	}
	for _, h := range hostsOf(s) {
		prefix, suffix, ok := under(h, shared())
		switch {
		case ok && suffix != "":
			// name-tenant.msappproxy.net
			r.organisation(prefix[strings.LastIndex(prefix, "-")+1:])
		default:
			if _, _, known := under(h, r.domains); !known {
				_, parent, _ := strings.Cut(h, ".")
				add(parent)
			}
		}
	}
	for _, a := range []string{s.Qlik.ServiceAccount, s.Directory.User, s.Qlik.User, s.Connector.Rehearsal.Account} {
		if domain, _, ok := strings.Cut(a, `\`); ok && !strings.EqualFold(domain, "INTERNAL") && domain != "." {
			r.netbiosName(domain)
		}
	}
}

// domain is a suffix of names that belong to the organisation.
func (r *redactor) domain(d string) {
	d = strings.ToLower(strings.Trim(d, ". "))
	_, _, common := under(d, public())
	if strings.Contains(d, ".") && net.ParseIP(d) == nil && !common && !slices.Contains(r.domains, d) && !slices.Contains(shared(), d) {
		r.domains = append(r.domains, d)
		r.name("domain", d)
		r.label(d)
	}
}

func (r *redactor) netbiosName(v string) {
	v = strings.ToLower(v)
	if v != "" && !slices.Contains(r.netbios, v) {
		r.netbios = append(r.netbios, v)
		r.organisation(v)
	}
}

// label takes the organisation's own word from a domain: contoso of
// corp.contoso.com.
func (r *redactor) label(domain string) {
	parts := strings.Split(domain, ".")
	r.organisation(parts[max(len(parts)-2, 0)])
}

func (r *redactor) organisation(v string) {
	v = strings.ToLower(v)
	if len(v) >= 3 && !onlyTrade(v) && !slices.Contains(r.labels, v) {
		r.labels = append(r.labels, v)
		r.name("org", v)
	}
}

// hostsOf are the hosts that a site names, in lower case.
func hostsOf(s site.Site) []string {
	raw := []string{
		s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.SecondExternalURL, s.SecondExternalURL(), s.Qlik.Repository, s.Qlik.ServerName,
		s.Directory.Server, s.Directory.GlobalCatalog, s.Kerberos.KDC, s.Entra.Authority, s.Entra.Graph,
	}
	raw = append(raw, s.Kerberos.Names...)
	for _, h := range s.Connector.Hosts {
		raw = append(raw, h.Name)
	}
	for _, p := range s.Pins {
		raw = append(raw, p.Name)
	}
	if _, host, ok := strings.Cut(s.SPN(), "/"); ok {
		raw = append(raw, host)
	}
	var out []string
	for _, v := range raw {
		if h := hostIn(v); h != "" && net.ParseIP(h) == nil && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

func hostIn(v string) string {
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		return strings.ToLower(u.Hostname())
	}
	if h, _, err := net.SplitHostPort(v); err == nil {
		return strings.ToLower(h)
	}
	return strings.ToLower(v)
}

func (r *redactor) learnHosts(s site.Site) {
	for _, h := range hostsOf(s) {
		if _, _, known := under(h, public()); !known || strings.Contains(h, "msappproxy") {
			r.host(h)
		}
	}
	for _, h := range s.Connector.Hosts {
		r.word("host", h.ComputerAccount())
	}
}

// host is a name of a machine; its first label may stand alone.
func (r *redactor) host(h string) {
	if prefix, _, ok := under(h, r.domains); ok {
		if prefix == "" {
			return
		}
		r.word("host", prefix)
		return
	}
	if prefix, _, ok := under(h, shared()); ok && prefix != "" {
		r.word("host", prefix)
		return
	}
	if !strings.Contains(h, ".") {
		r.word("host", h)
		return
	}
	r.name("host", h)
}

func (r *redactor) learnPeople(s site.Site) {
	list := []string{s.TestUser.UPN, s.TestUser.SAM, s.Qlik.ServiceAccount, s.Directory.User, s.Kerberos.User, s.Connector.Rehearsal.Account}
	for _, v := range append(list, s.Publish.Assign...) {
		v = afterLast(v, `\`)
		name, _, isUPN := strings.Cut(v, "@")
		if !isUPN && strings.Contains(v, " ") {
			r.phrase("group", v)
			continue
		}
		r.word("user", name)
	}
}

// filledIn learns the names that a finding's own placeholders stand for.
func (r *redactor) filledIn(vars map[string]string) {
	for _, key := range []string{"holder", "who", "account-name", "signed-in", "directory-user", "computer", "connector", "host"} {
		r.everyName(vars[key])
	}
}

// held learns the accounts that a finding lists without their domain.
func (r *redactor) held(seen string) {
	for _, m := range heldForm.FindAllStringSubmatch(seen, -1) {
		r.everyName(m[1])
	}
}

// heldForm is how holders of a name are listed.
var heldForm = regexp.MustCompile(`held by ([^;:()]+)`)

// everyName learns the accounts of a list such as "a, b and c".
func (r *redactor) everyName(list string) {
	for _, v := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' || c == ';' }) {
		v = afterLast(v, `\`)
		if v, _, _ = strings.Cut(v, "@"); !strings.ContainsAny(v, "./=") {
			r.word(kindOfAccount(v), v)
		}
	}
}

// afterLast is what follows the last separator; all of it where there is none.
func afterLast(v, sep string) string { return v[strings.LastIndex(v, sep)+1:] }
