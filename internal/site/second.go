package site

import (
	"net/url"
	"strings"
)

// The ports on which releases before April 2018 sign people in.
const (
	signInPort      = "4244"
	signInPortPlain = "4248"
)

// SecondInternalURL is where a release before April 2018 signs people in: the
// internal host, on a port of its own.
func (s Site) SecondInternalURL() string {
	u, err := url.Parse(s.Publish.InternalURL)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := signInPort
	if strings.EqualFold(u.Scheme, "http") {
		port = signInPortPlain
	}
	return strings.ToLower(u.Scheme+"://"+u.Hostname()) + ":" + port + "/"
}

// SecondExternalURL is the public address of that port: an external URL takes
// no port, so it needs a host of its own. Where none is given the external
// host gets a suffix, before the tenant's part of it where it has one.
func (s Site) SecondExternalURL() string {
	if s.Publish.SecondExternalURL != "" {
		return s.Publish.SecondExternalURL
	}
	label, rest, ok := strings.Cut(s.ExternalHost(), ".")
	if !ok {
		return ""
	}
	name, tenant, ok := cutLast(label, "-")
	if !ok || !strings.HasPrefix(rest, "msappproxy.") {
		return "https://" + label + "-signin." + rest + "/"
	}
	return "https://" + name + "signin-" + tenant + "." + rest + "/"
}

// SecondAppName is the name of the application that publishes that port.
func (s Site) SecondAppName() string {
	if s.Publish.AppName == "" {
		return ""
	}
	return s.Publish.AppName + " sign-in"
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
