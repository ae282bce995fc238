package site

import (
	"fmt"
	"strings"
)

// The clouds a tenant may live in, as the site file names them.
const (
	CloudGlobal = "global"
	CloudUSGov  = "usgov" // GCC High
	CloudDoD    = "usdod"
	CloudChina  = "china"
)

// endpoints of a cloud.
type endpoints struct{ login, graph, suffix string }

func cloudEndpoints(cloud string) (endpoints, bool) {
	switch cloud {
	case "", CloudGlobal:
		return endpoints{"https://login.microsoftonline.com/", "https://graph.microsoft.com", "msappproxy.net"}, true
	case CloudUSGov:
		return endpoints{"https://login.microsoftonline.us/", "https://graph.microsoft.us", "msappproxy.us"}, true
	case CloudDoD:
		return endpoints{"https://login.microsoftonline.us/", "https://dod-graph.microsoft.us", "msappproxy.us"}, true
	case CloudChina:
		return endpoints{"https://login.chinacloudapi.cn/", "https://microsoftgraph.chinacloudapi.cn", ""}, true
	}
	return endpoints{}, false
}

// LoginURL is where people sign in, with a closing slash: as given, or that of
// the cloud.
func (s Site) LoginURL() string {
	if s.Entra.Authority != "" {
		return strings.TrimRight(s.Entra.Authority, "/") + "/"
	}
	e, _ := cloudEndpoints(s.Entra.Cloud)
	return e.login
}

// GraphURL is Microsoft Graph, without a closing slash: as given, or that of
// the cloud.
func (s Site) GraphURL() string {
	if s.Entra.Graph != "" {
		return strings.TrimRight(s.Entra.Graph, "/")
	}
	e, _ := cloudEndpoints(s.Entra.Cloud)
	return e.graph
}

// CheckCloud accepts a cloud in which application proxy is known to work.
func CheckCloud(v string) error {
	if v == CloudChina {
		return fmt.Errorf("%q: application proxy in that cloud is not confirmed by any page of Microsoft", v)
	}
	if _, ok := cloudEndpoints(v); !ok {
		return fmt.Errorf("%q is not one of %s, %s, %s", v, CloudGlobal, CloudUSGov, CloudDoD)
	}
	return nil
}
