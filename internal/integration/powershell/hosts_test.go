package powershell_test

import (
	"crypto/x509"
	"encoding/base64"
	"testing"
	"time"

	"sensegate/internal/fact"
)

const (
	installed = `C:\Program Files\Microsoft Entra private network connector`
	program   = installed + `\MicrosoftEntraPrivateNetworkConnectorService.exe`
	updater   = installed + ` Updater\MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe`
	admin     = "Microsoft-Microsoft Entra private network-Connector/Admin"
	internet  = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings`
	nothing   = `<?xml version="1.0"?>` + "\r\n" + `<configuration><runtime/></configuration>`
)

// yesterday is when the described machines' logs were written.
var yesterday = time.Now().Add(-20 * time.Hour).UTC().Truncate(time.Second)

func (n *network) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	for _, raw := range n.trusted {
		der, err := base64.StdEncoding.DecodeString(raw)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		pool.AddCert(cert)
	}
	return pool
}

// connected is a network in which everything that a connector needs is there.
func connected(s *servers) *network {
	n := newNetwork()
	for _, e := range fact.ServiceEndpoints("", tenant) {
		server := s.service
		if e.Port == 80 {
			server = s.revocation
		}
		chain := []string{}
		if e.Host == "login.microsoftonline.com" {
			chain = []string{"login.mso.msidentity.com", "ak.privatelink.msidentity.com"}
		}
		n.host(e.Host, e.Port, server, chain...)
	}
	n.host("dc1.contoso.test", 123, s.clock)
	n.host("sense.contoso.test", 443, s.qlik)
	n.trusted = []string{s.company.trusted(), s.digicert.trusted()}
	return n
}

// healthy is a connector host with nothing to complain of.
func healthy(s *servers) *described {
	d := &described{
		host: "CONN01", suffix: "contoso.test", domain: "contoso.test", joined: true, sound: true, net: connected(s),
		services: []service{
			{Name: "WAPCSvc", Display: "Microsoft Entra private network connector", State: "Running", Mode: "Auto", Account: networkService, Path: `"` + program + `"`, Delayed: true},
			{Name: "WAPCUpdaterSvc", Display: "Microsoft Entra private network connector updater", State: "Running", Mode: "Auto", Account: "LocalSystem", Path: updater + " -k"},
		},
		files: map[string]file{
			program: {"MZ", yesterday}, program + ".config": {nothing, yesterday}, updater: {"MZ", yesterday}, updater + ".config": {"\ufeff" + nothing, yesterday},
			installed + `\ConnectorDiagnosticsTool.exe`:                                                                                   {"MZ", yesterday},
			`C:\Windows\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config`:                                                       {nothing, yesterday},
			`C:\ProgramData\Microsoft\Microsoft Entra private network connector\Trace\MicrosoftEntraPrivateNetworkConnectorService_1.log`: {"quiet\r\nnothing of note\r\n", yesterday},
		},
		versions: map[string]string{program: "1.5.4892.0", updater: "1.5.4892.0"},
		accounts: map[string]string{},
		channels: map[string]*eventChannel{admin: {Events: []event{}}},
	}
	d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "ProductName", "Windows Server 2022 Datacenter")
	d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "CurrentBuildNumber", "20348")
	d.number(`SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`, "Release", 528449)
	d.number(internet+`\WinHttp`, "EnableDefaultHTTP2", 0)
	return d
}
