package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sensegate/checks"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
	"sensegate/steps"
)

// uploadPage stores the tester page in Qlik's content library: for a browser on
// a phone or at somebody's desk, where this program does not run.
func (p *program) uploadPage(ctx context.Context, from source, yes bool) (err error) {
	at, err := p.open(ctx, from, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	dialer, err := netprobe.New(at.site)
	if err != nil {
		return fmt.Errorf("preparing connections: %w", err)
	}
	repository, err := qlik.NewClientWith(at.site, dialer, at.opener.qlikPassword)
	if err != nil {
		return fmt.Errorf("preparing the repository: %w", err)
	}
	defer repository.Close()
	plan := pagePlan(qlik.NewWriter(repository))
	c := plan.Changes[0]
	fmt.Fprintf(p.Out, "%s\n  %s: %s\n  affects  %s\n  by hand  %s\n", plan.Title, c.Target, strings.Join(c.After, ", "), c.Affects, c.Command)
	if !yes {
		fmt.Fprintln(p.Out, "Nothing was changed. Add --yes to upload it.")
		return nil
	}
	if _, err := plan.Apply(ctx, "", at.journal, func(int, steps.Applied, bool) {}); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "uploaded; open it with ?sockets=4 for more than one\n  inside   %s\n  outside  %s\n",
		under(at.site.Publish.InternalURL, at.site, c.After[0]), under(at.site.Publish.ExternalURL, at.site, c.After[0]))
	return nil
}

func pagePlan(w *qlik.Writer) steps.Plan {
	const path = "/content/Default/websocket-test.html"
	stored := ""
	return steps.Plan{Step: "verify", Title: "Tester page in Qlik's content library", Changes: []steps.Change{{
		ID: "verify.page", Target: "content library Default", Field: "file", After: []string{path},
		Command: "QMC > Content libraries > Default > Contents > Upload", Shell: checks.QMC,
		Affects: "nobody: a new file that signed-in users may open",
		Undo:    "deletes the file",
		Do: func(ctx context.Context) (err error) {
			stored, err = w.UploadTester(ctx)
			return err
		},
		Revert: w.RemoveTester,
		Read:   func(context.Context) ([]string, error) { return []string{stored}, nil },
	}}}
}

// under is a path below the virtual proxy of one of the site's URLs.
func under(base string, s site.Site, path string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path, u.RawQuery = path, ""
	if prefix := strings.Trim(s.Qlik.Prefix, "/"); prefix != "" {
		u.Path = "/" + prefix + path
	}
	return u.String()
}
