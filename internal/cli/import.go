package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
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
script, shows what each proves, and adds them to a site: a site file (--site), a
saved one (--name), or the saved one that they were collected for. A file that
was changed, is of another site or host, or is older than the site allows is
refused, and then none is added.

What is added is copied beside the site, into its folder "evidence".`,
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

// piece is one evidence file as it was verified: what is kept is raw, not what
// a later moment puts at its path.
type piece struct {
	path   string
	raw    []byte
	e      fact.HostEvidence
	origin winhost.Origin
}

// nothingImported ends a refusal.
func nothingImported(err error) error {
	return &exitError{code: exitUsage, err: fmt.Errorf("%w; nothing was imported", err)}
}

func (p *program) importInto(ctx context.Context, file, name string, paths []string, dryRun bool) (err error) {
	if file != "" && name != "" {
		return usage("which site? --site FILE and --name NAME exclude each other")
	}
	pieces, unread := loaded(paths)
	if file == "" && name == "" && unread == nil {
		if name, err = p.collectedFor(pieces); err != nil {
			return err
		}
	}
	facts, saved, err := p.target(file, name)
	if err != nil {
		return err
	}
	if saved != nil {
		defer func() { err = errors.Join(err, saved.Close()) }()
	}
	if unread != nil {
		return nothingImported(unread)
	}
	if pieces, err = p.verified(ctx, facts, pieces); err != nil {
		return nothingImported(err)
	}
	if facts.Simulated {
		fmt.Fprintf(p.Out, "SIMULATED  site %s is the practice lab\n", facts.Name)
	}
	for _, x := range pieces {
		for _, line := range p.proves(ctx, facts, x) {
			fmt.Fprintln(p.Out, line)
		}
	}
	if dryRun {
		fmt.Fprintln(p.Out, "\nNothing was added: --dry-run.")
		return nil
	}
	added, err := keeper{site: file, saved: saved}.add(ctx, facts, pieces)
	switch {
	case err != nil:
		return fmt.Errorf("%w; nothing was imported", err)
	case added == 0:
		fmt.Fprintf(p.Out, "\nNothing was added: %s has all of it already.\n", facts.Name)
	default:
		fmt.Fprintf(p.Out, "\nAdded to %s. `sensegate check` judges it.\n", facts.Name)
	}
	return nil
}

// loaded reads files, each once however often it is named. The first that
// cannot be read is the error.
func loaded(paths []string) ([]piece, error) {
	var out []piece
	for _, path := range paths {
		full, err := filepath.Abs(path)
		if err != nil {
			return out, fmt.Errorf("finding %s: %w", netprobe.Clean(path), err)
		}
		if slices.ContainsFunc(out, func(x piece) bool { return x.path == full }) {
			continue
		}
		e, origin, raw, err := winhost.Load(full)
		if err != nil {
			return out, err
		}
		out = append(out, piece{path: full, raw: raw, e: e, origin: origin})
	}
	return out, nil
}

// collectedFor is the saved site that files name as theirs.
func (p *program) collectedFor(pieces []piece) (string, error) {
	store, err := p.store()
	if err != nil {
		return "", err
	}
	saved, err := store.List()
	if err != nil {
		return "", fmt.Errorf("looking for the site: %w", err)
	}
	var names []string
	for _, s := range saved {
		names = append(names, s.Name)
	}
	for _, x := range pieces {
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, x.origin.Site) }); i >= 0 {
			return names[i], nil // those of another site are refused with the reason
		}
	}
	there := "none is saved here"
	if len(names) > 0 {
		there = "saved are " + strings.Join(names, ", ")
	}
	return "", usage("which site? give --site FILE or --name NAME of a saved one (%s)", there)
}

// target is the site that evidence is added to.
func (p *program) target(file, name string) (site.Site, *session.Session, error) {
	store, err := p.store()
	if err != nil {
		return site.Site{}, nil, err
	}
	switch {
	case file == "" && name == "":
		return site.Site{}, nil, usage("which site? give --site FILE or --name NAME of a saved one")
	case file != "":
		facts, err := site.Load(file)
		if err == nil && store.InUse(facts.Name) {
			err = inUse(facts.Name)
		}
		return facts, nil, err
	}
	s, err := store.Open(name)
	switch {
	case errors.Is(err, session.ErrLocked):
		return site.Site{}, nil, inUse(name)
	case err != nil:
		return site.Site{}, nil, usage("%w", err)
	}
	return s.Resume().Site, s, nil
}

// inUse is the refusal while the wizard has the site: it would write its own
// answers over what was added behind its back.
func inUse(name string) error {
	return usage("the site %s is open in another sensegate: import it there (i, then f), or leave that one first", name)
}

// verified says of each file whether it can serve this site, and why not.
func (p *program) verified(ctx context.Context, s site.Site, pieces []piece) ([]piece, error) {
	if s.EvidenceMaxAge < 0 {
		return nil, fmt.Errorf("evidence_max_age of the site is %s: give a time such as 168h, or leave it out", s.EvidenceMaxAge)
	}
	all := s
	all.Evidence = slices.Clone(s.Evidence)
	for _, x := range pieces {
		if why := p.unfit(s, x); why != "" {
			return nil, fmt.Errorf("%s %s", netprobe.Clean(x.path), why)
		}
		all.Evidence = append(all.Evidence, x.path)
	}
	hosts := winhost.NewHosts(all)
	for _, x := range pieces {
		for _, name := range slices.Concat(hostsOf(s), access.Nodes(s), s.Sync.Servers) {
			if !winhost.SameHost(name, x.e.Host) {
				continue
			}
			if _, err := hosts.Host(ctx, name); checks.AboutOf(err) == winhost.Ambiguous {
				return nil, err
			}
		}
	}
	return pieces, nil
}

// unfit says why one file cannot serve this site; empty when it can.
func (p *program) unfit(s site.Site, x piece) string {
	limit := checks.MaxAge(s)
	e, age := x.e, p.Clock().Sub(x.e.Collected)
	switch {
	case x.origin.Simulated && !s.Simulated:
		return "was written by the practice lab and says nothing about a real host"
	case winhost.OtherSite(x.origin, s.Name):
		return fmt.Sprintf("was collected for the site %s, and this one is %s", x.origin.Site, s.Name)
	case misplaced(s, e) != "":
		return misplaced(s, e)
	case winhost.SeveralOf(s, e.Host) != "":
		return winhost.SeveralOf(s, e.Host)
	case age > limit:
		return fmt.Sprintf("was collected on %s %s ago, and this site allows %s (evidence_max_age: %s): collect again", e.Host, inWords(age), inWords(limit), limit)
	case age < -connector.Ahead:
		return fmt.Sprintf("is dated %s, which has not come yet: look at the clock of %s, and at the one here", e.Collected.Format(time.RFC3339), e.Host)
	}
	return ""
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

// inWords is a length of time as people say it.
func inWords(d time.Duration) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return count(int(d/time.Second), "second")
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	}
	return count(int(d/(24*time.Hour)), "day")
}
