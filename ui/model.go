package ui

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/cursor"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/atotto/clipboard"
	"github.com/charmbracelet/colorprofile"

	"sensegate/checks"
	"sensegate/steps"
)

// screen says which page is shown.
type screen int

const (
	onWelcome screen = iota
	onForm
	onStep
	onHand
	onPlan
	onMap
	onFinish
	onSecret
	onWords
	onPhone
	onCrash
	onNotes
	onPick
	onUndo
	onReport
	onHandoff
	onScript
	onImport
)

// model is the only tea.Model: it routes messages and owns what outlives a
// page. Everything that waits for something runs as a command.
type model struct {
	cfg  Config
	ctx  context.Context //nolint:containedctx // a tea.Model is given no context; this is the program's
	keys keyMap
	paper

	w, h    int
	frame   frame
	screen  screen
	helping bool
	note    string // said once, in the lower rule

	journey *Journey
	snap    steps.Snapshot
	job     *job
	live    *liveRun
	token   int // the last one given to a job or a run
	ticking bool
	now     time.Time

	welcome welcomeScreen
	form    formScreen
	script  scriptScreen
	imports importScreen
	refused refusedPaste
	turn    copyTurn
	step    stepScreen
	hand    handScreen
	plan    planScreen
	atlas   mapScreen
	finish  finishScreen
	help    helpScreen
	secret  secretScreen
	words   wordsScreen
	phone   phoneScreen
	crash   crashScreen
	trainer notesScreen
	picks   pickScreen
	undo    undoScreen
	written reportScreen
	orders  handoffScreen

	interrupted bool
	failed      error // why the journey that was asked for could not begin
	drawn       string
	dirty       bool
	typed       map[string][]string // earlier answers, by question
	drafts      map[string]string   // answers that were typed and not saved
	hunts       int                 // searches for answers, so that an old one is told from the last
	played      map[string]bool     // faults that were shown
	broke       []Fault             // those that were not taken back
	applied     map[checks.StepID][]steps.Applied
	undrawn     tea.Cmd // what a drawing that broke still has to do
	look        string  // the theme's name
	dark        bool    // the terminal's background is dark
	plain       bool    // no colours
	clip        func(string) error
	place       checks.Shell // where fixes are shown to be done, as far as there is a choice
	coded       string       // the device code that was copied last
	wake        func() tea.Cmd
}

func newModel(ctx context.Context, c Config) *model {
	m := &model{
		cfg: c, ctx: ctx, keys: newKeyMap(), dirty: true, clip: clipboard.WriteAll, wake: everySecond, now: c.Clock(),
		paper: paper{gl: unicodeGlyphs()},
	}
	m.dress(c.Theme, c.Background != "light")
	if p, ok := profile(c); ok {
		m.plain = p <= colorprofile.ASCII
	}
	if c.ASCII {
		m.gl = asciiGlyphs()
	}
	m.resize(c.Terminal.Width, c.Terminal.Height)
	return m
}

// beginMsg says that the first page stands and the journey may be made: making
// it before would compete with drawing for the processor.
type beginMsg struct{}

// firstFrame is four beats of the renderer: by then the first page is written.
const firstFrame = 4 * time.Second / beats

// Init begins with the journey that was asked for, or with the welcome page.
func (m *model) Init() tea.Cmd {
	if m.cfg.Start != nil {
		return tea.Batch(m.attend(), m.background(), m.begin(*m.cfg.Start))
	}
	if m.cfg.Begin != nil {
		m.welcome.ready = true
		return tea.Batch(m.attend(), m.background(), tea.Tick(firstFrame, func(time.Time) tea.Msg { return beginMsg{} }))
	}
	return tea.Batch(m.attend(), m.background(), m.openWelcome())
}

// background asks the terminal for its own; some never answer.
func (m *model) background() tea.Cmd {
	if m.cfg.Background != "" && m.cfg.Background != "auto" || m.plain {
		return nil
	}
	return tea.RequestBackgroundColor
}

// Update takes one message. It never waits. What breaks in it is shown on a
// page of its own; if that page breaks too, the program ends.
func (m *model) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	if m.screen != onCrash {
		page := m.pageName()
		defer func() {
			if what := recover(); what != nil {
				next, cmd = m, m.crashed(broke(what, page))
			}
		}()
	}
	return m.update(msg)
}

func (m *model) update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, blink := msg.(cursor.BlinkMsg); blink {
		return m, nil // nothing moves while nothing happens
	}
	was := m.dirty
	m.dirty = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		return m, m.resized()
	case tea.KeyPressMsg:
		return m, m.pressed(msg)
	case tea.PasteMsg:
		return m, m.pasted(msg)
	case tickMsg:
		return m, m.ticked()
	case eventMsg:
		return m, m.observed(msg)
	case beginMsg:
		return m, m.open(m.cfg.BeginSays, m.cfg.Begin)
	case savedMsg:
		m.welcome.loaded(msg)
	case openedMsg:
		return m, m.opened(msg)
	case answeredMsg:
		return m, m.answered(msg)
	case plannedMsg:
		m.planned(msg)
	case progressMsg:
		return m, m.progressed(msg)
	case copiedMsg:
		m.copied(msg)
	case tea.BackgroundColorMsg:
		return m, m.dress(m.look, msg.IsDark())
	case tea.ColorProfileMsg:
		m.plain = msg.Profile <= colorprofile.ASCII
	case tea.MouseWheelMsg:
		m.wheeled(msg)
	case tea.MouseClickMsg:
		return m, m.clicked(msg)
	case reportedMsg:
		m.reported(msg)
	case ordersMsg:
		m.ordered(msg)
	case savedOrderMsg:
		m.savedOrder(msg)
	case judgedMsg:
		m.judged(msg)
	case hereMsg:
		m.imports.here = msg.list
	case importedMsg:
		return m, m.imported(msg)
	case suggestedMsg:
		m.suggested(msg)
	case defaultsMsg:
		return m, m.offered(msg)
	case brokenMsg:
		return m, m.broken(msg)
	case mendedMsg:
		return m, m.mended(msg)
	case revertedMsg:
		return m, m.reverted(msg)
	case crashedMsg:
		return m, m.crashed(msg.crash)
	case crashFileMsg:
		m.crash.path = msg.path
		if msg.err != nil {
			m.crash.problem = msg.err.Error()
		}
	case deskMsg:
		return m, tea.Batch(m.attend(), m.copyCode())
	default:
		if m.screen == onForm {
			return m, m.form.update(m, msg)
		}
		m.dirty = was
	}
	return m, nil
}

func (m *model) resize(w, h int) {
	m.w, m.h = w, h
	m.frame = layout(w, h)
}

func (m *model) resized() tea.Cmd {
	if m.screen == onForm {
		return m.form.build(m)
	}
	return nil
}

// pressed finds what a key does now. The keys that are shown and the keys that
// work are one list.
func (m *model) pressed(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.interrupt) {
		m.interrupted = true
		m.stopRun()
		return tea.Quit
	}
	m.note = ""
	if m.frame.small {
		if key.Matches(k, m.keys.quit) && m.screen != onForm {
			return tea.Quit
		}
		return nil
	}
	if m.screen == onPlan && m.plan.swallows(m.cfg.Clock()) {
		return nil
	}
	if !m.typing() || m.helping || k.Text == "" {
		for _, a := range m.acts() {
			if a.do != nil && key.Matches(k, a.on) {
				return a.do(k)
			}
		}
	}
	switch {
	case m.helping || m.job != nil:
	case m.screen == onForm:
		return m.form.update(m, k)
	case m.screen == onPlan:
		m.plan.typedKey(k)
	case m.screen == onSecret:
		m.secret.key(k)
	case m.screen == onImport:
		m.imports.key(k)
	}
	return nil
}

func (m *model) pasted(p tea.PasteMsg) tea.Cmd {
	switch {
	case m.helping || m.job != nil:
	case m.screen == onForm:
		return m.form.update(m, tea.PasteMsg{Content: strings.TrimSpace(Clean(p.Content))})
	case m.screen == onStep:
		return m.pasteProof(p.Content)
	case m.screen == onPlan:
		m.plan.insert(p.Content)
	case m.screen == onSecret:
		m.secret.insert(p.Content)
	case m.screen == onImport:
		m.imports.insert(p.Content)
	}
	return nil
}

// acts are the keys that work now, in the order they are shown.
func (m *model) acts() []act {
	if m.helping {
		return m.help.acts(m)
	}
	var list []act
	if m.job != nil {
		list = m.job.acts(m)
	} else {
		list = m.screenActs()
	}
	help := m.keys.help
	if m.typing() {
		help = key.NewBinding(key.WithKeys("f1"), key.WithHelp("f1", ""))
	}
	return append(list, act{on: help, says: "help", do: plainly(m.openHelp)})
}

func (m *model) screenActs() []act {
	switch m.screen {
	case onWelcome:
		return m.welcome.acts(m)
	case onForm:
		return m.form.acts(m)
	case onStep:
		return m.step.acts(m)
	case onHand:
		return m.hand.acts(m)
	case onPlan:
		return m.plan.acts(m)
	case onMap:
		return m.atlas.acts(m)
	case onFinish:
		return m.finish.acts(m)
	case onSecret:
		return m.secret.acts(m)
	case onWords:
		return m.words.acts(m)
	case onPhone:
		return m.phone.acts(m)
	case onCrash:
		return m.crash.acts(m)
	case onNotes:
		return m.trainer.acts(m)
	case onPick:
		return m.picks.acts(m)
	case onUndo:
		return m.undo.acts(m)
	case onReport:
		return m.written.acts(m)
	case onHandoff:
		return m.orders.acts(m)
	case onScript:
		return m.script.acts(m)
	case onImport:
		return m.imports.acts(m)
	}
	return nil
}

// typing says that letters are text now, not keys.
func (m *model) typing() bool {
	return m.job == nil && (m.screen == onForm || m.screen == onSecret || m.screen == onImport || m.screen == onPlan && m.plan.wantsName())
}

func (m *model) quit() tea.Cmd {
	m.stopRun()
	return tea.Quit
}

func (m *model) openHelp() tea.Cmd {
	m.helping = true
	m.help = helpScreen{of: m.screenActs(), screen: m.screen}
	return nil
}

// refresh takes a new picture of the journey.
func (m *model) refresh() {
	if m.journey != nil && (m.job == nil || !m.job.holdsGuide) {
		m.snap = m.journey.Guide.Snapshot()
	}
}
