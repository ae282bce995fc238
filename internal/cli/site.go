package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sensegate/internal/graph"
	"sensegate/internal/lab"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/steps"
)

// secret finds a password in the environment. Names are those the adapters
// ask for: directory, kerberos, connector:CONN01$, or the variable's own.
func (p *program) secret(name string) (string, bool) {
	if strings.HasPrefix(name, "SENSEGATE_") { // the variable itself
		v := p.env(name)
		return v, v != ""
	}
	kind, account, _ := strings.Cut(name, ":")
	base := "SENSEGATE_" + strings.ToUpper(kind) + "_PASSWORD"
	if account != "" {
		account = strings.TrimSuffix(strings.ToUpper(account), "$")
		if v := p.env(base + "_" + strings.ReplaceAll(account, "-", "_")); v != "" {
			return v, true
		}
	}
	v := p.env(base)
	return v, v != ""
}

// source says which site a command works on: a file, or the practice lab.
type source struct {
	file     string
	demo     bool
	finished bool
	unset    bool // --unfinished: the traps of faults are set on the way
	faults   []string
	variants []string
	// lenient opens a site whose facts are incomplete: the wizard asks for them.
	lenient bool
}

// opened is a site ready to be worked on.
type opened struct {
	site    site.Site
	opener  opener
	journal steps.Journal
	kept    *session.Session // nil where nothing is kept
	lab     *lab.Lab
	close   func() error
}

// check refuses contradictory flags before anything is started.
func (s source) check() error {
	switch {
	case s.file != "" && s.demo:
		return usage("--site and --demo exclude each other: a file names a real site, --demo starts the practice lab")
	case s.file == "" && !s.demo:
		return usage("which site? give --site FILE (the facts of your site) or --demo (the practice lab)")
	case s.finished && !s.demo:
		return usage("--finished belongs to --demo: it sets the practice lab up")
	case len(s.variants) > 0 && !s.demo:
		return usage("--variant belongs to --demo: it gives the practice lab another form")
	case len(s.faults) > 0 && !s.demo:
		return usage("--fault belongs to --demo: it breaks the practice lab, never a real site")
	}
	return nil
}

// open makes a site ready. Where writing is false no writer is even made.
func (p *program) open(ctx context.Context, s source, writing bool) (*opened, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.demo {
		return p.openLab(ctx, s, writing)
	}
	facts, err := site.Load(s.file)
	if err != nil {
		return nil, err
	}
	// The wizard opens on an incomplete site and asks; nothing else can.
	if list := slices.Concat(facts.Problems(), steps.IgnoreProblems(facts), missingFiles(facts)); len(list) > 0 && !s.lenient {
		return nil, usage("the site file %s: %s%s", s.file, list[0], more(list[1:]))
	}
	o := &opened{site: facts, opener: p.opener(writing), close: func() error { return nil }, journal: session.NewMemory(p.Clock)}
	if facts.Simulated {
		o.opener.prompt = answeredByItself
	}
	if writing {
		if err := p.keep(o, s.file); err != nil {
			return nil, err
		}
		return o, nil
	}
	return o, p.recall(o)
}

// missingFiles lists files that the site names and that cannot be read.
func missingFiles(s site.Site) []site.Problem {
	named := [][2]string{
		{"qlik.certificate", s.Qlik.Certificate},
		{"qlik.key", s.Qlik.Key},
		{"qlik.root", s.Qlik.Root},
		{"directory.keytab", s.Directory.Keytab},
		{"kerberos.keytab", s.Kerberos.Keytab},
		{"kerberos.service_keytab", s.Kerberos.ServiceKeytab},
	}
	for i, h := range s.Connector.Hosts {
		named = append(named, [2]string{fmt.Sprintf("connector.hosts[%d].keytab", i), h.Keytab})
	}
	for i, ca := range s.Trust.CA {
		named = append(named, [2]string{fmt.Sprintf("trust.ca[%d]", i), ca})
	}
	var out []site.Problem
	for _, n := range named {
		if n[1] == "" {
			continue
		}
		f, err := os.Open(n[1])
		if err != nil {
			if pe, ok := errors.AsType[*fs.PathError](err); ok {
				err = pe.Err
			}
			out = append(out, site.Problem{Path: n[0], Text: fmt.Sprintf("cannot read %s: %v", n[1], err)})
			continue
		}
		_ = f.Close() // only opened to see that it can be
	}
	return out
}

// more names what is wrong besides.
func more(list []site.Problem) string {
	if len(list) == 0 {
		return ""
	}
	paths := make([]string, 0, len(list))
	for _, p := range list {
		paths = append(paths, p.Path)
	}
	return "; also wrong or missing: " + strings.Join(paths, ", ")
}

// keep makes the journal durable: nothing is changed unrecorded. Answers given
// later go back into the file they came from as well.
func (p *program) keep(o *opened, file string) error {
	store, err := p.store()
	if err != nil {
		return err
	}
	if o.site.Name == "" {
		return usage("the site file %s: name: missing, for example contoso: the journal is kept under it", file)
	}
	s, err := store.Create(o.site)
	if errors.Is(err, session.ErrExists) {
		if s, err = store.Open(o.site.Name); err == nil {
			err = s.Answered(o.site)
		}
	}
	if err != nil {
		return fmt.Errorf("opening the journal: %w", err)
	}
	o.kept, o.close = s, s.Close
	o.journal = backToFile{Session: s, path: file}
	return nil
}

// backToFile keeps the file that the user named in step with the answers.
type backToFile struct {
	*session.Session
	path string
}

// Answered saves the facts in the session and in the user's file.
func (b backToFile) Answered(facts site.Site) error {
	return errors.Join(b.Session.Answered(facts), site.Save(b.path, facts))
}

func (p *program) store() (*session.Store, error) {
	dir, err := session.DefaultDir(p.env(session.HomeVariable))
	if err != nil {
		return nil, fmt.Errorf("finding where sites are kept: %w", err)
	}
	return session.NewStore(dir, p.Clock), nil
}

func (p *program) openLab(ctx context.Context, s source, writing bool) (*opened, error) {
	l, err := lab.Start(ctx, lab.Options{Finished: s.finished, Faults: s.faults, Variants: s.variants, Unfinished: s.unset, Clock: p.Clock})
	if err != nil {
		return nil, fmt.Errorf("starting the practice lab: %w", err)
	}
	o := &opened{site: l.Site(), opener: p.opener(writing), lab: l, close: l.Close, journal: session.NewMemory(p.Clock)}
	o.opener.prompt = answeredByItself
	return o, nil
}

// answeredByItself is the prompt on the practice lab: its people answer device
// codes by themselves, so there is nothing to tell.
func answeredByItself(context.Context, string, string, string) error { return nil }

func (p *program) opener(writing bool) opener {
	o := opener{secrets: p.secret, writing: writing, headless: !p.interactive(), prompt: p.tell}
	if dir, err := session.DefaultDir(p.env(session.HomeVariable)); err == nil {
		o.folder = dir
	}
	return o
}

// tell shows a device code on standard error: standard output belongs to the
// report.
func (p *program) tell(_ context.Context, message, _, _ string) error {
	if _, err := fmt.Fprintln(p.Err, message); err != nil {
		return fmt.Errorf("showing the code: %w", err)
	}
	return nil
}

var _ graph.Prompt = answeredByItself
