package access

import (
	"context"
	"errors"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// qlikCommands prints what a Qlik node's services and exported certificates are.
func qlikCommands() string {
	var parts []string
	for _, s := range ofQlik() {
		parts = append(parts, checks.Questioned(checks.Cmd, "sc.exe query "+s, ""), checks.Questioned(checks.Cmd, "sc.exe qc "+s, ""))
	}
	return checks.Command(checks.Cmd, append(parts, checks.Questioned(checks.Cmd, `dir /b /s "%ProgramData%\Qlik\Sense\Repository\Exported Certificates\*.pem"`, pasted.CertificateQuestion), "echo "+pasted.CertificateWord)...)
}

// ofQlik are the services that a node may run; which ones is for the site's
// administrator to choose.
func ofQlik() []string {
	return []string{"QlikSenseRepositoryService", proxyService, "QlikSenseEngineService", "QlikSenseSchedulerService", "QlikSenseServiceDispatcher"}
}

// NodeProof proves by hand what a Qlik node shows: judge is asked with what was
// pasted in the place of what would have been collected.
func NodeProof(judge func(Host) checks.Func) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			var out []checks.Asked
			for _, n := range Nodes(env.Site)[:min(1, len(Nodes(env.Site)))] {
				out = append(out, checks.Asked{On: n, Who: checks.QlikAdmin, Shell: checks.Cmd, Command: qlikCommands()})
			}
			return out
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			hosts := pastedNodes{}
			var lines, of []string
			for i, text := range pastes {
				found, said, err := nodes(env, text)
				switch {
				case err != nil && i == len(pastes)-1:
					return checks.Result{}, err
				case err != nil:
					continue
				}
				lines, of = said, nil
				for _, ev := range found {
					of = append(of, ev.Host)
					if before, ok := hosts[ev.Host]; ok && before.Collected.After(ev.Collected) {
						if i == len(pastes)-1 {
							return checks.Result{}, checks.Outdated(ev.Host, ev.Collected, before.Collected)
						}
						continue
					}
					hosts[ev.Host] = ev
				}
			}
			r := judge(hosts)(ctx, env).With(checks.HostRow, strings.Join(of, " and "))
			for _, l := range lines {
				r = r.With(checks.LineEvidence, l)
			}
			return r, nil
		},
	}
}

// nodes finds which machines of Qlik a paste is of, and reads it.
func nodes(env checks.Env, text string) (found []fact.HostEvidence, lines []string, err error) {
	runs, err := pasted.OfHosts(text, Nodes(env.Site)...)
	if err != nil {
		return nil, nil, err
	}
	for _, run := range runs {
		list, said, err := pasted.Services(run, ofQlik()...)
		switch {
		case err != nil:
			return nil, nil, err
		case len(list) == 0:
			return nil, nil, errors.New("it shows no service of Qlik Sense on " + run.Host)
		}
		p := fact.Provenance{At: checks.NotAhead(env, run.At), Pasted: true}
		ev := fact.HostEvidence{Host: run.Host, Collected: p.At, Services: list, Sections: map[string]fact.Provenance{fact.SectionServices: p}}
		certificates, err := pasted.Certificates(run)
		if err != nil {
			return nil, nil, err
		}
		ev.Qlik, ev.Sections[fact.SectionQlik] = &fact.QlikHost{Certificates: certificates}, p
		found, lines = append(found, ev), append(lines, said...)
	}
	return found, lines, nil
}

type pastedNodes map[string]fact.HostEvidence

// Host is what was pasted of a machine.
func (p pastedNodes) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	if ev, ok := p[name]; ok {
		return ev, nil
	}
	return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading what was pasted of " + name, Text: "nothing was pasted"}
}
