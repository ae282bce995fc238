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
		parts = append(parts, "sc query "+s, "sc qc "+s)
	}
	return "hostname & " + strings.Join(parts, " & ") +
		` & dir /b /s "%ProgramData%\Qlik\Sense\Repository\Exported Certificates\*.pem" & echo ` + pasted.CertificateWord + ` & echo ` + pasted.End
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
			var lines []string
			of := ""
			for i, text := range pastes {
				name, ev, said, err := node(env, text)
				switch {
				case err != nil && i == len(pastes)-1:
					return checks.Result{}, err
				case err != nil:
					continue
				}
				hosts[name], lines, of = ev, said, name
			}
			r := judge(hosts)(ctx, env).With(checks.HostRow, of)
			for _, l := range lines {
				r = r.With(checks.LineEvidence, l)
			}
			return r, nil
		},
	}
}

// node finds which machine of Qlik a paste is of, and reads it.
func node(env checks.Env, text string) (string, fact.HostEvidence, []string, error) {
	refused := errors.New("the site names no machine of Qlik")
	for i, name := range Nodes(env.Site) {
		f, err := pasted.Framed(text, name)
		if err != nil {
			if i == 0 {
				refused = err
			}
			continue
		}
		list, lines, err := pasted.Services(f, ofQlik()...)
		if err != nil {
			return name, fact.HostEvidence{}, nil, err
		}
		if len(list) == 0 {
			return name, fact.HostEvidence{}, nil, errors.New("it shows no service of Qlik Sense on " + name)
		}
		p := fact.Provenance{At: env.Clock(), Pasted: true}
		ev := fact.HostEvidence{Host: name, Collected: p.At, Services: list, Sections: map[string]fact.Provenance{fact.SectionServices: p}}
		if certificates, told := pasted.Certificates(f); told {
			ev.Qlik, ev.Sections[fact.SectionQlik] = &fact.QlikHost{Certificates: certificates}, p
		}
		return name, ev, lines, nil
	}
	return "", fact.HostEvidence{}, nil, refused
}

type pastedNodes map[string]fact.HostEvidence

// Host is what was pasted of a machine.
func (p pastedNodes) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	if ev, ok := p[name]; ok {
		return ev, nil
	}
	return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading what was pasted of " + name, Text: "nothing was pasted"}
}
