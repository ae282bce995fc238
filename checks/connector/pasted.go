package connector

import (
	"cmp"
	"errors"
	"fmt"
	"maps"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
	"sensegate/internal/site"
)

// The registry keys that commands ask for, below HKEY_LOCAL_MACHINE.
const (
	keySystem  = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	keyTLS     = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	keyNetTLS  = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	keyWinHTTP = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	// keyConnections holds the connection settings of the machine.
	keyConnections = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	keySPNEGOOnce  = `SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`
	build          = " /v CurrentBuildNumber"
	keySPNEGO      = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
)

// manual is how one check of the hosts is proved by hand.
type manual struct {
	// asks are commands that print their question; ask makes the command's parts
	// where they depend on the site, or say by words of their own what they are.
	// They are run in shell, the command prompt when empty.
	asks     []string
	ask      func(site.Site) []string
	shell    checks.Shell
	sections []string
	// read turns the paste of one host into facts, with the convincing lines.
	read func(env checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error)
}

// whole is the command with what it says of itself.
func (m manual) whole(s site.Site) string {
	var parts []string
	for _, a := range m.asks {
		parts = append(parts, questioned(a))
	}
	if m.ask != nil {
		parts = append(parts, m.ask(s)...)
	}
	return checks.Command(cmp.Or(m.shell, checks.Cmd), parts...)
}

func questioned(command string) string { return checks.Questioned(checks.Cmd, command, "") }

func query(key string) string { return `reg query "HKLM\` + key + `"` }

// manuals are the proofs by hand, by check.
func manuals() map[checks.ID]manual {
	out := moreManuals()
	maps.Copy(out, settingManuals())
	return out
}

// settingManuals are those of services, settings, domain and clock.
func settingManuals() map[checks.ID]manual {
	return map[checks.ID]manual{
		"connector.services": {
			asks:     []string{"sc.exe query WAPCSvc", "sc.exe qc WAPCSvc", "sc.exe query WAPCUpdaterSvc", "sc.exe qc WAPCUpdaterSvc"},
			sections: []string{fact.SectionServices},
			read: func(_ checks.Env, f pasted.Run, e *fact.HostEvidence) (lines []string, err error) {
				e.Services, lines, err = pasted.Services(f, connectorService, updaterService)
				return lines, err
			},
		},
		"connector.tls12": {
			asks:     []string{query(keyTLS), query(keyNetTLS)},
			sections: []string{fact.SectionTLS12},
			read:     readTLS,
		},
		"connector.http2": {
			asks:     []string{query(keySystem) + build, query(keyWinHTTP)},
			sections: []string{fact.SectionOS, fact.SectionWinHTTP},
			read:     readHTTP2,
		},
		"connector.spnego": {
			asks:     []string{query(keySPNEGO), query(keySPNEGOOnce)},
			sections: []string{fact.SectionSPNEGO},
			read:     readSPNEGO,
		},
		"connector.domain": {
			asks:     []string{"nltest.exe /sc_query:{domain}"},
			sections: []string{fact.SectionDomain},
			read: func(env checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
				sound, line, err := pasted.Channel(f, env.Site.Directory.Domain)
				// A machine outside a domain has no channel: 1355 or 1722 and the like.
				e.DomainJoined, e.SecureOK, e.Domain = true, sound, "the domain"
				return []string{line}, err
			},
		},
		"connector.clock": {
			asks:     []string{"w32tm.exe /stripchart /computer:{domain} /samples:1 /dataonly"},
			sections: []string{fact.SectionClock},
			read: func(env checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
				skew, line, err := pasted.Offset(f, env.Site.Directory.Domain)
				e.ClockSkew = skew
				return []string{line}, err
			},
		},
		"connector.agents": {
			asks:     []string{"sc.exe query AzureADPasswordProtectionProxy"},
			sections: []string{fact.SectionAgents},
			read: func(_ checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
				list, lines, err := pasted.Installed(f, "AzureADPasswordProtectionProxy")
				e.Agents = list
				return lines, err
			},
		},
	}
}

func readTLS(_ checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
	r, err := pasted.Keys(f, keyTLS, keyNetTLS)
	if err != nil {
		return nil, err
	}
	on, off := r.Number(keyTLS, "Enabled"), r.Number(keyTLS, "DisabledByDefault")
	switch {
	case on != nil && *on == 0, off != nil && *off != 0:
		e.TLS12Client = 0
	case on != nil || off != nil:
		e.TLS12Client = 1
	}
	e.StrongCrypto, e.SystemTLS = r.Number(keyNetTLS, "SchUseStrongCrypto"), r.Number(keyNetTLS, "SystemDefaultTlsVersions")
	return []string{
		r.Line(keyTLS, "Enabled"), r.Line(keyTLS, "DisabledByDefault"), r.Line(keyNetTLS, "SchUseStrongCrypto"), r.Line(keyNetTLS, "SystemDefaultTlsVersions"),
	}, nil
}

// readSPNEGO reads the switch under the present name of the product or its
// former one.
func readSPNEGO(_ checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
	const name = "UseSpnegoAuthentication"
	r, err := pasted.Keys(f, keySPNEGO, keySPNEGOOnce)
	if err != nil {
		return nil, err
	}
	e.SPNEGO = absentOr(r.Number(keySPNEGO, name))
	if v := r.Number(keySPNEGOOnce, name); e.SPNEGO < 0 && v != nil {
		e.SPNEGO = *v
		return []string{r.Line(keySPNEGOOnce, name)}, nil
	}
	return []string{r.Line(keySPNEGO, name)}, nil
}

func readHTTP2(_ checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
	r, err := pasted.Keys(f, keySystem+build, keyWinHTTP)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(r.Text(keySystem, "CurrentBuildNumber"), &e.OSBuild); err != nil {
		return nil, errors.New("it does not hold CurrentBuildNumber, which every Windows has: part of the output is missing")
	}
	e.HTTP2 = absentOr(r.Number(keyWinHTTP, "EnableDefaultHTTP2"))
	return []string{r.Line(keySystem, "CurrentBuildNumber"), r.Line(keyWinHTTP, "EnableDefaultHTTP2")}, nil
}

func absentOr(v *int) int {
	if v == nil {
		return -1
	}
	return *v
}

// withProofs adds to the hosts' checks how each is proved by hand.
func withProofs(list []checks.Check, live Host) []checks.Check {
	by := manuals()
	for i, c := range list {
		if m, ok := by[c.ID]; ok {
			list[i].Proof = m.proof(c.ID, live)
		}
	}
	return list
}
