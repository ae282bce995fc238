package connector

import (
	"strings"

	"sensegate/internal/fact"
)

// The service names survived the renaming of the product in 2024.
const (
	connectorService = "WAPCSvc"
	updaterService   = "WAPCUpdaterSvc"
)

// The accounts of Windows that services run as; those two are the computer to
// everybody else.
const (
	sidSystem         = "S-1-5-18"
	sidLocalService   = "S-1-5-19"
	sidNetworkService = "S-1-5-20"
)

// services judges both services; what fails counts more than what warns.
func services(ev fact.HostEvidence) *problem {
	var found *problem
	for _, name := range []string{connectorService, updaterService} {
		if p := service(name, ev.Services); p != nil && (found == nil || found.warn && !p.warn) {
			found = p
		}
	}
	return found
}

// service judges one of the two.
func service(name string, list []fact.Service) *problem {
	for _, s := range list {
		if !strings.EqualFold(s.Name, name) {
			continue
		}
		start, state := strings.ToLower(s.Start), strings.ToLower(s.State)
		switch {
		case start == "disabled":
			return &problem{cause: "connector.service-disabled", seen: name + " is disabled, and " + state}
		case state != "running":
			return &problem{cause: "connector.service-stopped", seen: name + " is " + state}
		}
		if p := account(name, s); p != nil {
			return p
		}
		if start == "manual" {
			return &problem{cause: "connector.service-disabled", seen: name + " runs, and does not start by itself", warn: true}
		}
		return nil
	}
	return &problem{cause: "connector.service-missing", seen: "there is no service " + name}
}

// account judges whom a service runs as: the one it was installed with, another
// that is the computer as well, or one that is not.
func account(name string, s fact.Service) *problem {
	want, called := sidNetworkService, "NETWORK SERVICE"
	if name == updaterService {
		want, called = sidSystem, "SYSTEM"
	}
	switch sid := builtIn(s); sid {
	case want, "":
		return nil
	case sidSystem, sidNetworkService:
		return &problem{cause: "connector.service-account", seen: name + " runs as " + s.Account + ", and was installed as " + called, warn: true}
	}
	return &problem{cause: "connector.service-account", seen: name + " runs as " + s.Account}
}

// builtIn is the SID of an account; empty for one of Windows' own whose name is
// translated, so that it cannot be told which. The names differ between
// languages, the SIDs do not.
func builtIn(s fact.Service) string {
	if s.SID != "" || s.Account == "" {
		return s.SID
	}
	authority, name, qualified := strings.Cut(strings.ToUpper(s.Account), `\`)
	if !qualified {
		if authority == "LOCALSYSTEM" {
			return sidSystem
		}
		return s.Account
	}
	switch strings.ReplaceAll(name, " ", "") {
	case "SYSTEM":
		return sidSystem
	case "LOCALSERVICE":
		return sidLocalService
	case "NETWORKSERVICE":
		return sidNetworkService
	}
	// NT AUTHORITY, NT-AUTORITÄT, AUTORITE NT, NT-MYNDIGHET …: a domain of users
	// has no blank and does not begin with NT- in its name.
	if name != "" && (strings.HasPrefix(authority, "NT ") || strings.HasPrefix(authority, "NT-") ||
		strings.HasSuffix(authority, " NT") || strings.HasSuffix(authority, " NT AUTHORITY")) {
		return ""
	}
	return s.Account
}
