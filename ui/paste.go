package ui

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// judgedMsg is a paste that was looked at.
type judgedMsg struct {
	token  int
	id     checks.ID
	text   string
	result checks.Result
	err    error
}

// pasteProof takes what was pasted on a step's page as proof of the selected
// check. The text is judged as it came: cleaning is for what is shown.
func (m *model) pasteProof(text string) tea.Cmd {
	c, ok := m.step.selected(m)
	if !ok || m.live != nil {
		return nil
	}
	judge, err := m.journey.Guide.Judge(c.Check.ID)
	if err != nil {
		m.note = err.Error()
		return nil
	}
	id := c.Check.ID
	return m.start(job{says: "reading what was pasted", stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		// Terminals paste the ends of lines as carriage returns.
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
		r, err := judge(ctx, text)
		return judgedMsg{token: token, id: id, text: text, result: r, err: err}
	})
}

// refusedPaste is why the last paste was not taken: the line below the page has
// room for its beginning only.
type refusedPaste struct {
	id  checks.ID
	why string
}

func (m *model) judged(msg judgedMsg) {
	if !m.finishedJob(msg.token) {
		return
	}
	m.refused = refusedPaste{}
	if msg.err != nil {
		m.note = msg.err.Error()
		m.refused = refusedPaste{id: msg.id, why: strings.TrimPrefix(msg.err.Error(), "the paste is refused: ")}
		return
	}
	m.note = "taken as proof: " + word(msg.result.Status)
	if err := m.journey.Guide.Pasted(msg.id, msg.text, msg.result); err != nil {
		m.note = "not kept: " + err.Error()
	}
	m.refresh()
}

// askedFor says what to run, and where, so that its output can be pasted.
func (m *model) askedFor(p *page, c steps.CheckView) {
	if m.journey == nil || m.journey.Guide == nil || !pasteCounts(c.Result) || m.job != nil && m.job.holdsGuide {
		return
	}
	if m.refused.id == c.Check.ID {
		p.field(4, "refused", m.th.strong, m.refused.why)
	}
	if c.Result.Reason == checks.NoEvidence && m.journey.Import != nil {
		p.field(4, "or bring", m.th.text, "the file that `sensegate collect` wrote there: press i, then f")
	}
	for _, a := range together(m.journey.Guide.Asked(c.Check.ID)) {
		p.field(4, "or paste", m.th.text, "here all that this prints "+a.where()+" ("+string(a.Who)+")")
		p.field(4, "", m.th.strong, a.Command)
	}
}

// askedOf is one command with all machines that it is to be run on.
type askedOf struct {
	checks.Asked
	machines []string
}

// together names the machines of each command: what is the same is read once.
func together(list []checks.Asked) []askedOf {
	var out []askedOf
	for _, a := range list {
		i := slices.IndexFunc(out, func(o askedOf) bool { return o.Command == a.Command && o.Shell == a.Shell })
		if i < 0 {
			out = append(out, askedOf{Asked: a, machines: []string{a.On}})
			continue
		}
		out[i].machines = append(out[i].machines, a.On)
	}
	return out
}

// where says in which shell and on which machines.
func (a askedOf) where() string {
	shell := "in the command prompt"
	if a.Shell == checks.PowerShell {
		shell = "in PowerShell"
	}
	if len(a.machines) == 1 {
		return shell + " on " + a.machines[0]
	}
	return shell + " on each of " + strings.Join(a.machines, ", ")
}

// proved says by what a pasted output convinced: which line it was, on which
// machine, and when it was printed.
func (m *model) proved(p *page, c steps.CheckView) {
	for _, text := range provedBy(c.Result) {
		p.field(4, "pasted", m.th.text, text)
	}
}

// provedBy are the same in words; none where nothing was pasted.
func provedBy(r checks.Result) []string {
	if r.Source != checks.Pasted {
		return nil
	}
	of := "printed " + r.At.UTC().Format("2006-01-02 15:04Z")
	if host := r.Row(checks.HostRow); host != "" {
		of = "from " + host + ", " + of
	}
	var lines []string
	for _, e := range r.Evidence {
		if e.Name == checks.LineEvidence {
			lines = append(lines, e.Value)
		}
	}
	if len(lines) == 0 {
		return []string{of}
	}
	const shown = 3
	out := []string{of + "; what convinced:"}
	out = append(out, lines[:min(len(lines), shown)]...)
	if more := len(lines) - shown; more > 0 {
		out = append(out, fmt.Sprintf("and %d further lines, in the evidence", more))
	}
	return out
}

// commandsToPaste are those whose output would prove a check, as they are shown;
// none where nothing can be pasted.
func (m *model) commandsToPaste(c steps.CheckView) (out []string) {
	if m.journey == nil || m.journey.Guide == nil || !pasteCounts(c.Result) || m.job != nil && m.job.holdsGuide {
		return nil
	}
	for _, a := range together(m.journey.Guide.Asked(c.Check.ID)) {
		out = append(out, a.Command)
	}
	return out
}

// likely is the likely cause in one sentence, with the names of the site and of
// what was found; only the cause's title where a former session left those out.
func likely(c steps.CheckView, s site.Site) string {
	vars := checks.Vars(s)
	maps.Copy(vars, c.Result.Vars())
	if text := checks.Fill(c.Cause.Because, vars, checks.NoShell); !strings.Contains(text, "{") {
		return text
	}
	return c.Cause.Title
}
