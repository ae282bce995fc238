package pasted

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

// The words that our commands print before what they found; Windows translates
// none of them.
const (
	EgressWord  = "EGRESS"
	BackendWord = "BACKEND"
	FileWord    = "SENSEGATE-FILE"
	WPADWord    = "SENSEGATE-WPAD"
)

var (
	probeShape     = regexp.MustCompile(`^(?:EGRESS|BACKEND) ([A-Za-z0-9._-]+):(\d{1,5}) (\S+) ?(.*)$`)
	binaryShape    = regexp.MustCompile(`^WinHttpSettings\s+REG_BINARY\s+([0-9A-Fa-f]+)$`)
	netshShape     = regexp.MustCompile(`[:：]\s+(?:http=)?([A-Za-z0-9.\[\]-]+:\d{1,5})(?:;.*)?$`)
	connectorShape = regexp.MustCompile(`^WAPCSvc (\d+(?:\.\d+){1,3})\b`)
	buildShape     = regexp.MustCompile(`^OS (\d{4,6})(?: (.*))?$`)
	netShape       = regexp.MustCompile(`^NET (\d{5,7})$`)
)

// probes are the lines that begin with a word of ours.
func probes(f Run, word string) (found [][]string, lines []string) {
	for _, l := range f.Lines {
		if m := probeShape.FindStringSubmatch(l); m != nil && strings.HasPrefix(l, word+" ") {
			found, lines = append(found, m), append(lines, l)
		}
	}
	return found, lines
}

// Egress reads how a machine reached the service: every endpoint has to be
// among the lines.
func Egress(f Run, wanted []fact.Endpoint) (list []fact.Egress, lines []string, err error) {
	if err := f.failed(); err != nil {
		return nil, nil, err
	}
	found, lines := probes(f, EgressWord)
	seen := map[string]bool{}
	for _, m := range found {
		e := fact.Egress{Host: m[1], Port: port(m[2])}
		seen[strings.ToLower(m[1])] = true
		switch m[3] {
		case "reached":
			// True or False: published in the transparency logs; then the issuer.
			logged, issuer, _ := strings.Cut(m[4], " ")
			e.Reached, e.Issuer = true, issuer
			e.Inspected = e.Port == 443 && logged != "True" && !fact.PublicIssuer(issuer)
		default:
			e.Problem = m[4]
			if strings.Contains(m[4], "407") {
				e.Status = 407
			}
		}
		list = append(list, e)
	}
	for _, w := range wanted {
		if !seen[strings.ToLower(w.Host)] {
			return nil, nil, fmt.Errorf("it does not tell whether %s was reached: run the whole command", w.Host)
		}
	}
	return list, lines, nil
}

// Backend reads whether a machine trusts the certificate of host.
func Backend(f Run, host string) (fact.Backend, []string, error) {
	if err := f.failed(); err != nil {
		return fact.Backend{}, nil, err
	}
	found, lines := probes(f, BackendWord)
	if len(found) == 0 {
		return fact.Backend{}, nil, fmt.Errorf("it holds no line that begins with %s %s", BackendWord, host)
	}
	m := found[0]
	if !strings.EqualFold(m[1], host) {
		return fact.Backend{}, nil, fmt.Errorf("it is about the certificate of %s, not of %s", m[1], host)
	}
	b := fact.Backend{Host: m[1], Port: port(m[2])}
	switch m[3] {
	case "None":
		b.Trusted, b.Issuer = true, m[4]
	case "failed":
		return fact.Backend{}, nil, fmt.Errorf("the machine did not see the certificate of %s: %s", host, m[4])
	default:
		b.Problem, b.Issuer = m[3], m[4]
	}
	return b, lines[:1], nil
}

func port(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// Platform reads the version of the connector, of Windows and of .NET.
func Platform(f Run, e *fact.HostEvidence) (lines []string, err error) {
	for _, l := range f.Lines {
		switch v, o, n := connectorShape.FindStringSubmatch(l), buildShape.FindStringSubmatch(l), netShape.FindStringSubmatch(l); {
		case v != nil:
			e.Version = v[1]
		case o != nil:
			e.OSBuild, e.OSName = port(o[1]), o[2]
		case n != nil:
			e.DotNet = port(n[1])
		default:
			continue
		}
		lines = append(lines, l)
	}
	switch {
	case e.OSBuild == 0:
		return nil, errors.New("it does not hold the build of Windows, such as: OS 20348 Windows Server 2022")
	case e.DotNet == 0:
		return nil, errors.New("it does not hold the release of .NET, such as: NET 528449")
	case e.Version == "":
		return nil, errors.New("it does not hold the connector's version, such as: WAPCSvc 1.5.4892.0; is the connector installed there?")
	}
	return lines, nil
}

// Proxies reads the settings of the way out: both files of the connector, those
// of the machine, and WinHTTP's by the registry or by netsh.
func Proxies(f Run) (fact.HostProxy, []string, error) {
	var out fact.HostProxy
	parts, order := files(f)
	for _, name := range []string{"connector", "updater"} {
		if !strings.Contains(parts[name], "<configuration") {
			return out, nil, fmt.Errorf("it does not hold the configuration file of the %s (%s)", name, strings.Join(order, ", "))
		}
	}
	into := map[string]*fact.ConfigProxy{"connector": &out.Connector, "updater": &out.Updater, "machine": &out.Machine}
	for name, text := range parts {
		to := into[name]
		start := strings.Index(text, "<configuration")
		if to == nil || start < 0 {
			continue
		}
		c, err := ConfigProxy([]byte(text[start:]))
		if err != nil {
			return out, nil, fmt.Errorf("the configuration file of the %s is not whole: %w", name, err)
		}
		*to = c
	}
	netsh, err := f.Answer("netsh winhttp show proxy")
	if err == nil && netsh.first() == "" {
		err = errors.New("it does not hold what netsh winhttp show proxy prints")
	}
	if err != nil {
		return out, nil, err
	}
	var lines []string
	told, looked := false, false
	for _, l := range f.Lines {
		switch m, n := binaryShape.FindStringSubmatch(l), netshShape.FindStringSubmatch(l); {
		case m != nil:
			raw, err := hex.DecodeString(m[1])
			if err != nil {
				return out, nil, errors.New("the line of WinHttpSettings is not whole")
			}
			out.WinHTTP, out.AutoDetect = WinHTTPProxy(raw)
			told, lines = true, append(lines, l)
		case n != nil && !told && out.WinHTTP == "":
			out.WinHTTP = WithoutUser(n[1])
			lines = append(lines, l)
		case l == WPADWord+" found", l == WPADWord+" none":
			looked = true
			out.Discovery = l == WPADWord+" found"
			lines = append(lines, l)
		case strings.Contains(strings.ToLower(l), "proxyaddress"), strings.Contains(l, "<defaultProxy"):
			lines = append(lines, WithoutUser(l))
		}
	}
	if !looked {
		return out, nil, errors.New("it does not tell whether a proxy is found by discovery: the line that begins with " + WPADWord + " is missing")
	}
	return out, lines, nil
}

// files are the texts that follow our marks, by name, and the names in order.
func files(f Run) (map[string]string, []string) {
	parts := map[string]string{}
	order := []string{"none was printed"}
	name := ""
	for _, l := range f.Lines {
		if rest, ok := strings.CutPrefix(l, FileWord+" "); ok {
			if len(parts) == 0 {
				order = nil
			}
			name = strings.TrimSpace(rest)
			parts[name], order = "", append(order, name)
			continue
		}
		if strings.HasPrefix(l, WPADWord) {
			name = ""
		}
		if name != "" {
			parts[name] += l + "\n"
		}
	}
	return parts, order
}
