// Command bare is the smallest program on the same library that shows another
// page for each key: what the wizard's speed is measured against.
package main

import (
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

type model struct{ keys int }

func (m model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		if k.String() == "q" {
			return m, tea.Quit
		}
		m.keys++
	}
	return m, nil
}

func (m model) View() tea.View {
	line := []string{"a line of text with as many letters as one has\n", "another page, in other words and not as long\n"}[m.keys%2]
	v := tea.NewView(fmt.Sprintf("ready, %d keys\n", m.keys) + strings.Repeat(line, 20))
	v.AltScreen = true
	return v
}

func main() {
	if _, err := tea.NewProgram(model{}).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
