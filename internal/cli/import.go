package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/session"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

func (p *program) importCommand() *cobra.Command {
	var file, name string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Add the evidence of other hosts to a site",
		Long: `Verifies evidence files written by ` + "`sensegate collect`" + ` or its PowerShell
script, shows what each proves, and adds them to a site: a site file (--site) or
a saved one (--name). A file that was changed, is of another site or host, or is
older than the site allows is refused, and then none is added.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("which evidence? name one or more files written by `sensegate collect`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.importInto(cmd.Context(), file, name, args, dryRun)
		},
	}
	cmd.Flags().StringVar(&file, "site", "", "add it to this site `FILE`")
	cmd.Flags().StringVar(&name, "name", "", "add it to the saved site of this `NAME`")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "verify and show, and add nothing")
	return cmd
}

// piece is one verified evidence file.
type piece struct {
	path string
	raw  []byte
	e    fact.HostEvidence
}

func (p *program) importInto(ctx context.Context, file, name string, paths []string, dryRun bool) (err error) {
	facts, saved, err := p.target(file, name)
	if err != nil {
		return err
	}
	if saved != nil {
		defer func() { err = errors.Join(err, saved.Close()) }()
	}
	pieces := make([]piece, 0, len(paths))
	for _, path := range paths {
		x, err := p.verified(facts, path)
		if err != nil {
			return &exitError{code: exitUsage, err: fmt.Errorf("%w; nothing was imported", err)}
		}
		pieces = append(pieces, x)
	}
	for _, x := range pieces {
		p.proves(ctx, facts, x)
	}
	if dryRun {
		fmt.Fprintln(p.Out, "\nNothing was added: --dry-run.")
		return nil
	}
	return p.add(facts, saved, file, pieces)
}

// target is the site that evidence is added to.
func (p *program) target(file, name string) (site.Site, *session.Session, error) {
	switch {
	case (file == "") == (name == ""):
		return site.Site{}, nil, usage("which site? give --site FILE or --name NAME of a saved one")
	case file != "":
		facts, err := site.Load(file)
		return facts, nil, err
	}
	store, err := p.store()
	if err != nil {
		return site.Site{}, nil, err
	}
	s, err := store.Open(name)
	if err != nil {
		return site.Site{}, nil, usage("%w", err)
	}
	return s.Resume().Site, s, nil
}

// verified reads a file and says why it cannot serve this site.
func (p *program) verified(s site.Site, path string) (piece, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return piece{}, fmt.Errorf("finding %s: %w", path, err)
	}
	e, origin, err := winhost.Read(full)
	if err != nil {
		return piece{}, err
	}
	limit := s.EvidenceMaxAge
	if limit <= 0 {
		limit = connector.MaxAge
	}
	age := p.Clock().Sub(e.Collected)
	switch {
	case origin.Simulated && !s.Simulated:
		return piece{}, fmt.Errorf("%s was written by the practice lab and says nothing about a real host", path)
	case winhost.OtherSite(origin, s.Name):
		return piece{}, fmt.Errorf("%s was collected for the site %s, and this one is %s", path, origin.Site, s.Name)
	case misplaced(s, e) != "":
		return piece{}, fmt.Errorf("%s %s", path, misplaced(s, e))
	case age > limit:
		return piece{}, fmt.Errorf("%s was collected %s ago, and this site allows %s (evidence_max_age): collect again", path, age.Round(time.Minute), limit)
	case age < -connector.Ahead:
		return piece{}, fmt.Errorf("%s is dated %s, which has not come yet: look at the clock of %s", path, e.Collected.Format(time.RFC3339), e.Host)
	}
	raw, err := os.ReadFile(full)
	if err != nil {
		return piece{}, fmt.Errorf("reading %s again: %w", path, err)
	}
	// What was verified is what is kept, not what a later moment put there.
	again, _, err := winhost.Parse(raw)
	if err != nil || again.Host != e.Host || !again.Collected.Equal(e.Collected) {
		return piece{}, fmt.Errorf("%s changed while it was read", path)
	}
	return piece{path: full, raw: raw, e: e}, nil
}

// misplaced says why a machine's evidence cannot serve this site; empty when it
// can. What tells of Qlik or of the synchronisation is taken only from a
// machine that the site names for it.
func misplaced(s site.Site, e fact.HostEvidence) string {
	among := func(list []string) bool {
		return slices.ContainsFunc(list, func(h string) bool { return winhost.SameHost(h, e.Host) })
	}
	connectors, nodes, servers := among(hostsOf(s)), among(access.Nodes(s)), among(s.Sync.Servers)
	switch {
	case e.Qlik != nil && !nodes:
		return fmt.Sprintf("tells of Qlik on %s, which is no machine of Qlik in this site (%s): if it is one, name it under qlik.nodes", e.Host, listOf(access.Nodes(s)))
	case e.Sync != nil && !servers:
		return fmt.Sprintf("tells of Entra Connect on %s, which this site does not name (%s): if it runs there, name it under sync.servers", e.Host, listOf(s.Sync.Servers))
	case !connectors && !nodes && !servers:
		return fmt.Sprintf("is of %s, which is no host of this site (%s)", e.Host, listOf(slices.Concat(hostsOf(s), access.Nodes(s), s.Sync.Servers)))
	}
	return ""
}

func listOf(hosts []string) string {
	if len(hosts) == 0 {
		return "none is named"
	}
	return strings.Join(hosts, ", ")
}

func hostsOf(s site.Site) []string {
	var out []string
	for _, h := range s.Connector.Hosts {
		out = append(out, h.Name)
	}
	return out
}

// single answers with one piece of evidence alone.
type single struct{ e fact.HostEvidence }

func (h single) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	if !winhost.SameHost(name, h.e.Host) {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading the evidence of " + name}
	}
	return h.e, nil
}

// proves shows what a piece says about its host.
func (p *program) proves(ctx context.Context, s site.Site, x piece) {
	fmt.Fprintf(p.Out, "%s: %s, collected %s (%s ago) by %s\n", filepath.Base(x.path), x.e.Host,
		x.e.Collected.UTC().Format("2006-01-02 15:04Z"), p.Clock().Sub(x.e.Collected).Round(time.Minute), x.e.Tool)
	if q := x.e.Qlik; q != nil {
		fmt.Fprintf(p.Out, "  %-8s Qlik: %s; %d exported certificates\n", "seen", running(x.e.Services, "QlikSense"), len(q.Certificates))
		for _, c := range access.Checks(access.Ports{Hosts: single{x.e}}) {
			if c.ID == "site.qlik-host" {
				r := c.Run(ctx, checks.NewEnv(s, p.Clock, nil))
				fmt.Fprintf(p.Out, "  %-8s %s: %s\n", r.Status, c.Title, r.Seen)
			}
		}
	}
	if c := x.e.Sync; c != nil {
		fmt.Fprintf(p.Out, "  %-8s Entra Connect: cycle enabled %t, staging %t, suspended %t\n", "seen", c.CycleEnabled, c.Staging, c.Suspended)
	}
	if !slices.ContainsFunc(s.Connector.Hosts, func(h site.ConnectorHost) bool { return winhost.SameHost(h.Name, x.e.Host) }) {
		return
	}
	s.Connector.Hosts = []site.ConnectorHost{{Name: x.e.Host}}
	for _, c := range connector.HostChecks(single{x.e}) {
		r := c.Run(ctx, checks.NewEnv(s, p.Clock, nil))
		fmt.Fprintf(p.Out, "  %-8s %s: %s\n", r.Status, c.Title, r.Seen)
	}
}

func running(list []fact.Service, prefix string) string {
	var out []string
	for _, s := range list {
		if strings.HasPrefix(s.Name, prefix) {
			out = append(out, s.Name+" "+s.State+" as "+s.Account)
		}
	}
	return strings.Join(out, ", ")
}

// add writes the site once, with everything or with nothing.
func (p *program) add(s site.Site, saved *session.Session, file string, pieces []piece) error {
	evidence := slices.Clone(s.Evidence)
	for _, x := range pieces {
		path := x.path
		if saved != nil {
			path = filepath.Join(saved.Dir(), "evidence", fmt.Sprintf("%s-%s.json", strings.ToLower(x.e.Host), x.e.Collected.UTC().Format("20060102T150405Z")))
			if err := keepFile(path, x.raw); err != nil {
				return err
			}
		}
		if !slices.Contains(evidence, path) {
			evidence = append(evidence, path)
		}
	}
	s.Evidence = evidence
	var err error
	if saved != nil {
		err = saved.Answered(s)
	} else {
		err = site.Save(file, s)
	}
	if err != nil {
		return fmt.Errorf("adding the evidence: %w", err)
	}
	fmt.Fprintf(p.Out, "\nAdded to %s. `sensegate check` judges it.\n", s.Name)
	return nil
}

// keepFile copies evidence into the session's folder, whole or not at all.
func keepFile(path string, raw []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, raw) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keeping the evidence: %w", err)
	}
	tmp := path + ".new"
	err := os.WriteFile(tmp, raw, 0o600)
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping the evidence: %w", err), os.Remove(tmp))
	}
	return nil
}
