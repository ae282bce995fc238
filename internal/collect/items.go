package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/fact"
)

// Registry keys below HKEY_LOCAL_MACHINE.
const (
	keyWindows     = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	keyDotNet      = `SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	keyTLS12       = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	keyTLS12Server = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server`
	keyNetTLS      = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	keyWinHTTP     = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
)

// The connector's keys, under its present and its former name.
func keysConnector() []string {
	return []string{`SOFTWARE\Microsoft\Microsoft Entra private network connector`, `SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`}
}

// The names of services did not change when the products were renamed.
const (
	connectorService = "WAPCSvc"
	updaterService   = "WAPCUpdaterSvc"
)

// watched are the services that matter on the way.
func watched() []string {
	return []string{
		connectorService, updaterService,
		"QlikSenseRepositoryDatabase", "QlikSenseRepositoryService", "QlikSenseServiceDispatcher",
		"QlikSenseProxyService", "QlikSenseEngineService", "QlikSenseSchedulerService", "QlikSensePrintingService",
		syncService, "AADConnectProvisioningAgent", "AzureADConnectAgentUpdater", "AzureADConnectHealthAgent",
		// The health services of older installations.
		"AzureADConnectHealthSyncMonitor", "AzureADConnectHealthSyncInsights",
	}
}

// clashing are services whose updater gets in the way of the connector's.
func clashing() []string { return []string{"AzureADPasswordProtectionProxy"} }

// items are the sections in the order in which they are taken: what a later
// one needs comes first.
func items(o Options) []item {
	all := []item{
		{fact.SectionServices, "state, start type, account and program of the services " + strings.Join(watched(), ", "), services},
		{fact.SectionConnector, "file version of the connector's program, and whether its diagnostics tool is beside it", connector},
		{fact.SectionOS, `HKLM\` + keyWindows + ": ProductName, CurrentBuildNumber", system},
		{fact.SectionDotNet, `HKLM\` + keyDotNet + ": Release", dotnet},
		{fact.SectionTLS12, `HKLM\` + keyTLS12 + ": Enabled, DisabledByDefault, and the same under Server; HKLM\\" + keyNetTLS + ": SchUseStrongCrypto, SystemDefaultTlsVersions", tls12},
		{fact.SectionWinHTTP, `HKLM\` + keyWinHTTP + ": EnableDefaultHTTP2", http2},
		{fact.SectionDomain, "the domain this machine belongs to, and whether its secure channel is sound", domain},
		{fact.SectionClock, "the time of the domain controller, by NTP", clock},
		{fact.SectionSPNEGO, "UseSpnegoAuthentication in the key of the installed product: HKLM\\" + strings.Join(keysConnector(), " or HKLM\\"), spnego},
		{fact.SectionProxy, "the system.net sections of both .exe.config files and of machine.config, WinHTTP's proxy, whether NETWORK SERVICE looks for one, UseDefaultProxyForBackendRequests, and whether discovery (WPAD: the name wpad, DHCP) finds a proxy", proxy},
		{fact.SectionEgress, "name, connection and certificate of " + list(o) + "; the revocation lists that these certificates name", egress},
		{fact.SectionAgents, "whether these services exist: " + strings.Join(clashing(), ", "), agents},
		{fact.SectionBackend, "the certificate of " + strings.Join(o.Backends, ", ") + ", held against this machine's store", backends},
		{fact.SectionEvents, "the latest events of the channels " + strings.Join(channels(), ", ") + "; event 24029 of " + strings.Join(sessionChannels(), ", "), events},
		{fact.SectionTraces, "lines of the connector's trace files below ProgramData that tell of errors", traces},
		{fact.SectionQlik, "names of exported certificates, and lines of the Qlik proxy's logs about sign-ins and sockets", qlik},
		{fact.SectionSync, "Get-ADSyncScheduler, and the file version of the service " + syncService, synchronisation},
	}
	return slices.DeleteFunc(all, func(i item) bool {
		return slices.Contains(o.Without, i.section) || i.section == fact.SectionBackend && len(o.Backends) == 0
	})
}

func list(o Options) string {
	var out []string
	for _, p := range o.probes() {
		out = append(out, fmt.Sprintf("%s:%d", p.Host, p.Port))
	}
	return strings.Join(out, ", ")
}

func services(_ context.Context, c *collector) (string, error) {
	var found []string
	for _, name := range watched() {
		s, ok, err := c.Machine.Service(name)
		if err != nil {
			return "", fmt.Errorf("reading the service %s: %w", name, err)
		}
		if !ok {
			continue
		}
		switch name {
		case connectorService:
			c.connector = s
		case updaterService:
			c.updater = s
		}
		c.e.Services = append(c.e.Services, s.Service)
		found = append(found, name+" "+s.State)
	}
	if len(found) == 0 {
		return "none of them is installed", nil
	}
	return strings.Join(found, ", "), nil
}

func agents(_ context.Context, c *collector) (string, error) {
	for _, name := range clashing() {
		_, ok, err := c.Machine.Service(name)
		if err != nil {
			return "", fmt.Errorf("reading the service %s: %w", name, err)
		}
		if ok {
			c.e.Agents = append(c.e.Agents, name)
		}
	}
	if len(c.e.Agents) == 0 {
		return "none", nil
	}
	return strings.Join(c.e.Agents, ", "), nil
}
