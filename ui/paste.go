package ui

import (
	"context"
	"maps"
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
		m.refused = refusedPaste{id: msg.id, why: msg.err.Error()}
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
	for _, a := range m.journey.Guide.Asked(c.Check.ID) {
		p.field(4, "or paste", m.th.text, "here what this says on "+a.On+" ("+string(a.Who)+")")
		p.field(4, "", m.th.strong, a.Command)
	}
}

// commandToPaste is the first command whose output would prove a check; empty
// where nothing can be pasted.
func (m *model) commandToPaste(c steps.CheckView) string {
	if m.journey == nil || m.journey.Guide == nil || !pasteCounts(c.Result) || m.job != nil && m.job.holdsGuide {
		return ""
	}
	for _, a := range m.journey.Guide.Asked(c.Check.ID) {
		return a.Command
	}
	return ""
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
