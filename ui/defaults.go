package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// defaultsMsg are answers that were found without anybody asking, by question.
type defaultsMsg struct {
	hunt  int
	found map[string]Suggestion
}

// discover looks for answers to the questions that have none, beside what the
// user does: nothing waits for it, and it asks nobody to sign in.
func (m *model) discover() tea.Cmd {
	find, s := m.cfg.Discover, &m.form
	if find == nil || s.create || len(s.pages) == 0 {
		return nil
	}
	facts, open := s.base, false
	for _, page := range s.pages {
		for _, q := range page {
			q.Set(&facts, *s.draft[q.Key])
			open = open || s.lacks(q.Key)
		}
	}
	if !open {
		return nil
	}
	m.hunts++
	s.hunt = m.hunts
	ctx, hunt := m.ctx, m.hunts
	return func() tea.Msg { return defaultsMsg{hunt: hunt, found: find(ctx, facts)} }
}

// lacks says that a question has no answer, and that nobody has begun one.
func (s *formScreen) lacks(key string) bool {
	v, asked := s.draft[key]
	return asked && strings.TrimSpace(*v) == "" && !s.tried[key]
}

// offered fills in what is needed and was found, and shows in the empty field
// what is used where an answer may stay away. What stands in a field, or was
// taken out of it, is the user's.
func (m *model) offered(msg defaultsMsg) tea.Cmd {
	s := &m.form
	if s.form == nil || s.hunt != msg.hunt {
		return nil
	}
	for _, page := range s.pages {
		for _, q := range page {
			v, ok := msg.found[q.Key]
			if v.Value = Clean(v.Value); !ok || v.Value == "" || judge(q, v.Value) != nil || !s.lacks(q.Key) {
				continue
			}
			s.found(q.Key, v)
			if q.Required {
				*s.draft[q.Key] = v.Value
			}
			if in := s.inputs[q.Key]; in != nil {
				in.Value(s.draft[q.Key]).Placeholder(s.standIn(m, q.Key))
			}
		}
	}
	if m.job != nil {
		return nil
	}
	// The form draws its fields anew when it hears of something.
	return s.update(m, msg)
}

// standIn is what is used while an answer that may stay empty does.
func (s *formScreen) standIn(m *model, key string) string {
	if v := s.draft[key]; v == nil || *v != "" {
		return ""
	}
	return m.tx(s.from[key].Value)
}
