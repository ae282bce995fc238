package ui

import (
	"strings"

	"sensegate/checks"
)

// station is one party of the picture: who it is and the steps that prove it.
type station struct {
	name  string
	steps []checks.StepID
}

// way is the path of a request, from the reader's browser to Qlik, and the
// steps that vouch for each part of it.
func way() []station {
	return []station{
		{"browser", []checks.StepID{"verify"}},
		{"Entra ID", []checks.StepID{"sync", "sso"}},
		{"application proxy", []checks.StepID{"app"}},
		{"connector", []checks.StepID{"connector", "delegation"}},
		{"Qlik Sense", []checks.StepID{"allowlist", "spn", "kerberos"}},
	}
}

// tickets is the party beside the way: whom the connector asks for tickets.
func tickets() station {
	return station{"domain ctrl.", []checks.StepID{"spn", "kerberos", "delegation"}}
}

// picture draws who talks to whom, with the marks of the steps that prove it;
// one line of names and one of marks.
func (m *model) picture(w int) []string {
	stations := way()
	taken := 0
	for _, s := range stations {
		taken += len(s.name)
	}
	shaft := min((w-taken)/(len(stations)-1)-3, 4)
	if shaft < 1 {
		return m.pictureDown(stations)
	}
	arrow := " " + strings.Repeat(m.gl.rule, shaft) + m.gl.arrow + " "
	var names, marks strings.Builder
	branch := 0
	for i, s := range stations {
		if i > 0 {
			names.WriteString(m.th.dim.Render(arrow))
			marks.WriteString(strings.Repeat(" ", shaft+3))
		}
		names.WriteString(s.name)
		left := (len(s.name) - 1) / 2
		marks.WriteString(strings.Repeat(" ", left) + m.stationMark(s))
		rest := strings.Repeat(" ", len(s.name)-left-1)
		if s.name == "connector" {
			branch = width(marks.String()) + 1
			rest = " " + m.th.dim.Render(m.gl.down) + rest[2:]
		}
		marks.WriteString(rest)
	}
	out := []string{" " + names.String(), " " + strings.TrimRight(marks.String(), " ")}
	if ask := m.branch(branch); ask != "" {
		out = append(out, ask)
	}
	return out
}

// branch draws what goes from the connector to the domain controller, up to
// the column of the connector.
func (m *model) branch(column int) string {
	dc := tickets()
	says := "a ticket for " + or(m.snap.Site.SPN(), "the user")
	room := column - len(dc.name) - 10
	if room < 12 {
		return ""
	}
	says = cut(m.tx(says), room, m.gl.dots)
	dim := m.th.dim.Render
	line := dc.name + " " + m.stationMark(dc) + " " + dim(m.gl.point+m.gl.rule) + " " + says + " " + dim(m.gl.rule+m.gl.corner)
	return strings.Repeat(" ", max(column-width(line)+2, 1)) + line
}

func (m *model) pictureDown(stations []station) []string {
	var out []string
	for i, s := range stations {
		lead := "  "
		if i > 0 {
			lead = m.gl.arrow + " "
		}
		out = append(out, " "+lead+m.stationMark(s)+" "+s.name)
	}
	return out
}

// stationMark is the worst of what its steps say.
func (m *model) stationMark(s station) string {
	passed, known := 0, 0
	for _, v := range m.snap.Steps {
		for _, id := range s.steps {
			if v.ID != id {
				continue
			}
			known++
			if anyFailed(v) && !v.Gate.Stale {
				return m.mark(checks.Fail)
			}
			if v.Gate.State.Passes() {
				passed++
			}
		}
	}
	if known > 0 && passed == known {
		return m.mark(checks.Pass)
	}
	return m.gl.pending
}
