package pasted

import (
	"fmt"
	"regexp"
	"strings"

	"sensegate/internal/fact"
)

var propertyShape = regexp.MustCompile(`^(Name|State|Status|StartMode|StartType|StartName|UserName)\s+: (.*)$`)

// serviceList reads what PowerShell prints of services with Format-List: Get-Service,
// or Get-CimInstance Win32_Service. It translates neither names nor values. The
// second result says whether the paste is of that kind at all.
func serviceList(f Run, names []string) (list []fact.Service, lines []string, of bool, err error) {
	found := map[string]*fact.Service{}
	var now *fact.Service
	refused := false
	for _, l := range f.Lines {
		refused = refused || strings.Contains(l, "NoServiceFoundForGivenName")
		if !strings.Contains(l, " : ") {
			continue
		}
		m := propertyShape.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		of = true
		if m[1] == "Name" {
			now = &fact.Service{Name: strings.TrimSpace(m[2])}
			found[strings.ToLower(now.Name)] = now
			continue
		}
		if now == nil {
			continue
		}
		fill(now, m[1], strings.TrimSpace(m[2]))
		lines = append(lines, now.Name+": "+l)
	}
	if !of && !refused {
		return nil, nil, false, nil
	}
	for _, n := range names {
		s := found[strings.ToLower(n)]
		switch {
		case s == nil && refused && mentions(f, n):
			continue
		case s == nil:
			return nil, nil, true, fmt.Errorf("it says nothing of the service %s", n)
		case s.State == "":
			return nil, nil, true, fmt.Errorf("it names %s and not its state", n)
		case s.Account == "":
			return nil, nil, true, fmt.Errorf("it does not tell as which account %s runs: Windows PowerShell's Get-Service cannot; run the command that is shown", n)
		}
		s.Name = n
		list = append(list, *s)
	}
	return list, lines, true, nil
}

func fill(s *fact.Service, name, value string) {
	switch name {
	case "State", "Status":
		s.State = strings.ToLower(value)
	case "StartMode", "StartType":
		s.Start = map[string]string{"auto": "automatic", "automatic": "automatic", "automaticdelayedstart": "automatic (delayed)"}[strings.ToLower(value)]
		if s.Start == "" {
			s.Start = strings.ToLower(value)
		}
	case "StartName", "UserName":
		s.Account = value
	}
}

func mentions(f Run, word string) bool {
	for _, l := range f.Lines {
		if strings.Contains(strings.ToLower(l), strings.ToLower(word)) {
			return true
		}
	}
	return false
}
