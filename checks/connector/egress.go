package connector

import (
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// diagnosticsTool is what the connector has brought along since 1.5.4287.0.
const diagnosticsTool = `C:\Program Files\Microsoft Entra private network connector\ConnectorDiagnosticsTool.exe`

// diagnostics is where the connector's own diagnostics tool is on a host; where
// it is put when nobody looked.
func diagnostics(ev fact.HostEvidence) string {
	if ev.Diagnostics != "" {
		return ev.Diagnostics
	}
	return diagnosticsTool
}

// egress judges the way out. Names of single endpoints may change, so what is
// not reached is a hint and no proof.
func egress(ev fact.HostEvidence) *problem {
	p := &problem{}
	if len(ev.Egress) == 0 {
		return &problem{unsure: "no endpoint was tried there"}
	}
	var notes []checks.Evidence
	for _, e := range ev.Egress {
		notes = append(notes, checks.Evidence{Name: at(e), Value: how(e)})
		if now := obstacle(e); now != nil && worse(now, p) {
			p = now
		}
	}
	p.notes = notes
	return p
}

func obstacle(e fact.Egress) *problem {
	switch {
	case e.Status == 407:
		return &problem{cause: "connector.proxy-authentication", seen: fmt.Sprintf("the proxy %s asks for a sign-in (407) on the way to %s", e.Proxy, e.Host)}
	case e.Inspected:
		return &problem{cause: "connector.tls-inspected", seen: fmt.Sprintf("the certificate of %s comes from %s", e.Host, e.Issuer)}
	case !e.Reached && e.Status != 0:
		return &problem{cause: "connector.proxy-refused", seen: fmt.Sprintf("the proxy %s does not let it through to %s: %s", e.Proxy, at(e), e.Problem), warn: true}
	case !e.Reached && (e.Port == 80 || e.URL != ""):
		return &problem{cause: "connector.revocation-blocked", seen: fmt.Sprintf("%s not reached: %s", at(e), e.Problem), warn: true}
	case !e.Reached:
		return &problem{cause: "connector.egress-blocked", seen: fmt.Sprintf("%s not reached: %s", at(e), e.Problem), warn: true}
	}
	return nil
}

// worse says that a counts more than what was found before: what fails more
// than what warns, the service more than its revocation lists.
func worse(a, before *problem) bool {
	rank := func(p *problem) int {
		switch {
		case p.cause == "":
			return 0
		case p.cause == "connector.revocation-blocked":
			return 1
		case p.cause == "connector.egress-blocked":
			return 2
		case p.warn:
			return 3
		}
		return 4
	}
	return rank(a) > rank(before)
}

func at(e fact.Egress) string {
	if e.URL != "" {
		return e.URL
	}
	return fmt.Sprintf("%s:%d", e.Host, e.Port)
}

// how tells in one row what was seen on the way to an endpoint.
func how(e fact.Egress) string {
	said := []string{"reached"}
	if !e.Reached {
		said[0] = "not reached: " + e.Problem
	}
	if len(e.Chain) > 0 {
		said = append(said, "by the names "+strings.Join(e.Chain, " > "))
	}
	if e.Issuer != "" {
		said = append(said, "certificate from "+e.Issuer)
	}
	if e.Fetched != "" {
		said = append(said, e.Fetched)
	}
	if e.Proxy != "" {
		said = append(said, "through "+e.Proxy)
	}
	return strings.Join(said, "; ")
}
