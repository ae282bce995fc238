package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

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
	keySPNEGO      = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
)

// manual is how one check of the hosts is proved by hand.
type manual struct {
	// command is run in shell, the command prompt when empty; ask makes it where
	// it depends on the site.
	command  string
	ask      func(site.Site) string
	shell    checks.Shell
	sections []string
	// read turns the paste of one host into facts, with the convincing lines.
	read func(env checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error)
}

// whole is the command with the name of its machine before it and the mark
// that nothing is missing after it.
func (m manual) whole(s site.Site) string {
	command := m.command
	if m.ask != nil {
		command = m.ask(s)
	}
	if m.shell == checks.PowerShell {
		return "hostname; " + command + "; '" + pasted.End + "'"
	}
	return "hostname & " + command + " & echo " + pasted.End
}

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
			command:  "sc query WAPCSvc & sc qc WAPCSvc & sc query WAPCUpdaterSvc & sc qc WAPCUpdaterSvc",
			sections: []string{fact.SectionServices},
			read: func(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) (lines []string, err error) {
				e.Services, lines, err = pasted.Services(f, connectorService, updaterService)
				return lines, err
			},
		},
		"connector.tls12": {
			command:  query(keyTLS) + " & " + query(keyNetTLS),
			sections: []string{fact.SectionTLS12},
			read:     readTLS,
		},
		"connector.http2": {
			command:  query(keySystem) + " /v CurrentBuildNumber & " + query(keyWinHTTP),
			sections: []string{fact.SectionOS, fact.SectionWinHTTP},
			read:     readHTTP2,
		},
		"connector.spnego": {
			command:  query(keySPNEGO) + " & " + query(keySPNEGOOnce),
			sections: []string{fact.SectionSPNEGO},
			read:     readSPNEGO,
		},
		"connector.domain": {
			command:  "nltest /sc_query:{domain}",
			sections: []string{fact.SectionDomain},
			read: func(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
				sound, line, err := pasted.Channel(f)
				// A machine outside a domain has no channel: 1355 or 1722 and the like.
				e.DomainJoined, e.SecureOK, e.Domain = true, sound, "the domain"
				return []string{line}, err
			},
		},
		"connector.clock": {
			command:  "w32tm /stripchart /computer:{domain} /samples:1 /dataonly",
			sections: []string{fact.SectionClock},
			read: func(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
				skew, line, err := pasted.Offset(f)
				e.ClockSkew = skew
				return []string{line}, err
			},
		},
		"connector.agents": {
			command:  "sc query AzureADPasswordProtectionProxy",
			sections: []string{fact.SectionAgents},
			read: func(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
				list, lines, err := pasted.Services(f, "AzureADPasswordProtectionProxy")
				for _, s := range list {
					e.Agents = append(e.Agents, s.Name)
				}
				return lines, err
			},
		},
	}
}

func readTLS(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
	r, err := pasted.Keys(f)
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
	return []string{r.Line(keyTLS, "Enabled"), r.Line(keyTLS, "DisabledByDefault")}, nil
}

// readSPNEGO reads the switch under the present name of the product or its
// former one.
func readSPNEGO(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
	const name = "UseSpnegoAuthentication"
	r, err := pasted.Keys(f)
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

func readHTTP2(_ checks.Env, f pasted.Frame, e *fact.HostEvidence) ([]string, error) {
	r, err := pasted.Keys(f)
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

func (m manual) proof(id checks.ID, live Host) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			var out []checks.Asked
			for _, h := range env.Site.Connector.Hosts {
				out = append(out, checks.Asked{
					On: h.Name, Who: checks.HostAdmin, Shell: cmp.Or(m.shell, checks.Cmd), Command: m.whole(env.Site),
				})
			}
			return out
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			hosts := pastedHosts{live: live, by: map[string]fact.HostEvidence{}}
			var lines []string
			of := ""
			for i, text := range pastes {
				name, found, err := m.facts(env, text)
				if err != nil {
					if i == len(pastes)-1 {
						return checks.Result{}, err
					}
					continue
				}
				hosts.by[strings.ToLower(name)] = found.e
				lines, of = found.lines, name
			}
			for _, c := range Checks(Ports{Host: hosts}) {
				if c.ID == id {
					r := c.Run(ctx, env).With(checks.HostRow, of)
					for _, l := range lines {
						r = r.With(checks.LineEvidence, l)
					}
					return r, nil
				}
			}
			return checks.Result{}, fmt.Errorf("there is no check %s", id)
		},
	}
}

// shown is what one paste tells.
type shown struct {
	e     fact.HostEvidence
	lines []string
}

// facts finds which host of the site a paste is of, and reads it.
func (m manual) facts(env checks.Env, text string) (string, shown, error) {
	var refused error
	for _, h := range env.Site.Connector.Hosts {
		f, err := pasted.Framed(text, h.Name)
		if err != nil {
			if refused == nil {
				refused = err
			}
			continue
		}
		now := env.Clock()
		s := shown{e: fact.HostEvidence{Host: h.Name, Collected: now, TLS12Client: -1, HTTP2: -1, SPNEGO: -1, Sections: map[string]fact.Provenance{}}}
		if s.lines, err = m.read(env, f, &s.e); err != nil {
			return h.Name, s, err
		}
		for _, name := range m.sections {
			s.e.Sections[name] = fact.Provenance{At: now, Pasted: true}
		}
		return h.Name, s, nil
	}
	if refused == nil {
		refused = errors.New("the site names no connector host")
	}
	return "", shown{}, refused
}

// pastedHosts lays what was pasted over what was collected.
type pastedHosts struct {
	live Host
	by   map[string]fact.HostEvidence
}

func (p pastedHosts) Host(ctx context.Context, name string) (fact.HostEvidence, error) {
	over, ok := p.by[strings.ToLower(name)]
	if p.live == nil {
		if !ok {
			return over, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading what was pasted of " + name, Text: "nothing was pasted"}
		}
		return over, nil
	}
	e, err := p.live.Host(ctx, name)
	switch {
	case !ok:
		return e, err
	case err != nil:
		return over, nil //nolint:nilerr // nothing was collected, and something pasted
	}
	if e.Sections == nil {
		return e, nil
	}
	e.Sections = maps.Clone(e.Sections)
	for s := range over.Sections {
		e.Take(s, over)
	}
	return e, nil
}
