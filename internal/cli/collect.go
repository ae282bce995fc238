package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

type collectOptions struct {
	file, output, siteName, cloud, tenant, controller string
	backends, without                                 []string
	dryRun, script                                    bool
}

func (p *program) collectCommand() *cobra.Command {
	var o collectOptions
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Gather, on a connector host, what only that host can tell",
		Long: `Gathers the facts of this machine into one evidence file: services, versions,
registry values, the way out, clock, event logs. It reads only, takes no secret,
and says what it took. The file is JSON that a person can read; a section may be
taken out before it leaves the building by writing "redacted" in its place.

--dry-run lists what would be read. --script prints a PowerShell script of ours
that collects the same, for hosts where no program may be run. What the host
tells about a site is checked after ` + "`sensegate import FILE`" + ` where the wizard runs.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.collect(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.output, "output", "", "write the evidence to this `FILE`")
	f.StringVar(&o.file, "site", "", "`FILE` with the facts of the site: its name, tenant and internal address")
	f.StringVar(&o.siteName, "for", "", "`NAME` of the site that the evidence is for; another one refuses it")
	f.StringVar(&o.tenant, "tenant", "", "tenant `ID`, to try its own endpoint as well")
	f.StringArrayVar(&o.backends, "backend", nil, "look at the certificate of Qlik at this `HOST`, again for more")
	f.StringVar(&o.controller, "controller", "", "compare the clock with this domain controller `HOST`")
	f.StringArrayVar(&o.without, "without", nil, "leave this `SECTION` out, again for more")
	f.BoolVar(&o.dryRun, "dry-run", false, "list what would be read, and read nothing")
	f.BoolVar(&o.script, "script", false, "print the PowerShell script that collects the same")
	return cmd
}

func (p *program) collect(ctx context.Context, o collectOptions) error {
	if err := p.completed(&o); err != nil {
		return err
	}
	options := collect.Options{
		Machine: collect.Local(), Clock: p.Clock, Tool: p.Version.String(), Cloud: o.cloud, Tenant: o.tenant,
		Backends: o.backends, Controller: o.controller, Without: o.without,
	}
	switch {
	case o.script:
		return p.script(o)
	case o.dryRun:
		for _, r := range collect.Readings(options) {
			fmt.Fprintf(p.Out, "%-10s %s\n", r.Section, r.Reads)
		}
		fmt.Fprintln(p.Out, "\nNothing was read. No password, key or token is among it.")
		return nil
	case o.output == "":
		return usage("where to? give --output FILE, such as --output evidence.json; --dry-run lists what would be read")
	}
	if err := mayWrite(o.output); err != nil {
		return err
	}
	unread := 0
	options.Begun = func(section string) {
		if section == fact.SectionEgress {
			fmt.Fprintf(p.Out, "%-10s trying the way out; where something swallows it, that takes a while\n", section)
		}
	}
	options.Progress = func(t collect.Taken) {
		if t.Problem != "" {
			unread++
			fmt.Fprintf(p.Out, "%-10s could not be read: %s\n", t.Section, netprobe.Clean(t.Problem))
			return
		}
		fmt.Fprintf(p.Out, "%-10s %s\n", t.Section, netprobe.Clean(t.Says))
	}
	e, err := collect.Run(ctx, options)
	if err != nil {
		return fmt.Errorf("collecting on this machine: %w", err)
	}
	if err := winhost.Write(o.output, e, winhost.Origin{Site: o.siteName}); err != nil {
		return err
	}
	fmt.Fprintln(p.Out)
	if unread > 0 {
		fmt.Fprintf(p.Out, "%d of %d sections could not be read, and prove nothing.\n", unread, len(collect.Readings(options)))
	}
	if runtime.GOOS != "windows" {
		fmt.Fprintln(p.Out, "This is not a Windows machine: of a connector host, a Qlik node or a server of Entra Connect it can tell next to nothing.")
	}
	fmt.Fprintf(p.Out, "%s tells of %s. Look it through; to keep a section back write \"redacted\" in place of its whole value.\n", o.output, e.Host)
	fmt.Fprintf(p.Out, "Then carry it to where the wizard runs, and import it there: on the page \"by hand\" (i, then f), or with\n%s\n", importLine(o))
	return nil
}

// importLine is the command that brings the evidence in where the wizard runs.
func importLine(o collectOptions) string {
	file := checks.Quote(filepath.Base(o.output), checks.Cmd)
	if o.siteName == "" {
		return "sensegate import " + file + " --site SITE.yaml   (or --name NAME of a saved one)"
	}
	return "sensegate import " + file + "   (into the saved site " + netprobe.Clean(o.siteName) + "; --site SITE.yaml for a file)"
}

// mayWrite says before anything is gathered why the evidence could not be kept.
// Former evidence may be replaced, and nothing else.
func mayWrite(path string) error {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return usage("--output %q cannot be written: %w", path, reason(err))
	case info.IsDir():
		return usage("--output %q is a folder: name a file in it", path)
	case !info.Mode().IsRegular():
		return usage("--output %q is no regular file", path)
	case info.Size() > 0:
		if _, _, err := winhost.Read(path); err != nil {
			return usage("--output %q is there already, and is no evidence: give another name", path)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".evidence-*")
	if err != nil {
		return usage("--output %q cannot be written: %w", path, reason(err))
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("trying the folder of %q: %w", path, err)
	}
	return nil
}

// completed takes what the site's file says where no flag does.
func (p *program) completed(o *collectOptions) error {
	for _, s := range o.without {
		if !slices.Contains(fact.HostSections(), s) {
			return usage("--without %q is no section; the sections are %s", s, strings.Join(fact.HostSections(), ", "))
		}
	}
	if o.file == "" {
		return nil
	}
	facts, err := site.Load(o.file)
	if err != nil {
		return err
	}
	if o.siteName == "" {
		o.siteName = facts.Name
	}
	o.cloud = facts.Entra.Cloud
	if o.tenant == "" {
		o.tenant = facts.Entra.Tenant
	}
	if len(o.backends) == 0 && facts.InternalHost() != "" {
		o.backends = []string{facts.InternalHost()}
	}
	return nil
}

// scriptFor is the script for a site, as the wizard shows it.
func (p *program) scriptFor(s site.Site) string {
	o := collect.ScriptOptions{Tool: p.Version.String(), Site: s.Name, Cloud: s.Entra.Cloud, Tenant: s.Entra.Tenant}
	if h := s.InternalHost(); h != "" {
		o.Backends = []string{h}
	}
	return collect.Script(o)
}

func (p *program) script(o collectOptions) error {
	text := collect.Script(collect.ScriptOptions{
		Tool: p.Version.String(), Site: o.siteName, Cloud: o.cloud, Tenant: o.tenant, Backends: o.backends, Controller: o.controller, Without: o.without,
	})
	if o.output == "" {
		fmt.Fprint(p.Out, text)
		return nil
	}
	f, err := os.OpenFile(o.output, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usage("--output %q is there already; give another name", o.output)
	}
	if err != nil {
		return usage("--output %q cannot be written: %w", o.output, reason(err))
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the script: %w", err)
	}
	return nil
}
