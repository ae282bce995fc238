package ui

import (
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
)

// formTheme dresses forms as everything else, on light and dark alike.
func (m *model) formTheme() huh.Theme {
	th := m.th
	return huh.ThemeFunc(func(bool) *huh.Styles {
		plain := lipgloss.NewStyle()
		st := huh.ThemeBase(true)
		st.FieldSeparator = plain.SetString("\n\n")
		for _, f := range []*huh.FieldStyles{&st.Focused, &st.Blurred} {
			f.Base, f.Title, f.Description = plain, th.strong, th.dim
			f.TextInput.Prompt, f.TextInput.Text, f.TextInput.Placeholder = th.dim, plain, th.dim
			f.TextInput.Cursor = plain
		}
		st.Focused.Title, st.Focused.TextInput.Prompt = th.title, th.key
		return st
	})
}
