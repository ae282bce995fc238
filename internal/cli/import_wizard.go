package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
	"sensegate/ui"
)

// bringing is how the wizard takes evidence in: verified as by the command, and
// copied to where the site is kept. The practice lab, which is kept nowhere,
// names the file itself.
func (p *program) bringing(dir string) func(context.Context, site.Site, string) (ui.Taken, error) {
	return func(ctx context.Context, s site.Site, path string) (ui.Taken, error) {
		pieces, err := loaded([]string{typedPath(path, p.env("HOME"))})
		if err != nil {
			return ui.Taken{}, err
		}
		if pieces, err = p.verified(ctx, s, pieces); err != nil {
			return ui.Taken{}, err
		}
		out := ui.Taken{Site: s}
		for _, x := range pieces {
			out.Says = append(out.Says, p.proves(ctx, s, x)...)
		}
		var named []string
		switch {
		case dir != "":
			if named, _, err = copied(dir, s, pieces); err != nil {
				return ui.Taken{}, err
			}
		case !slices.Contains(s.Evidence, pieces[0].path):
			named = []string{pieces[0].path}
		}
		// A copy that was gone is new as well, though the site names it still.
		out.New, out.Site.Evidence = len(named) > 0, slices.Clone(s.Evidence)
		for _, name := range named {
			if !slices.Contains(s.Evidence, name) {
				out.Site.Evidence = append(out.Site.Evidence, name)
			}
		}
		return out, nil
	}
}

// typedPath is a path as people give it: in the quotes or with the escapes that
// a terminal adds to what is dropped on it, or from their home on.
func typedPath(typed, home string) string {
	path := strings.TrimSpace(typed)
	if n := len(path); n > 1 && (path[0] == '"' || path[0] == '\'') && path[n-1] == path[0] {
		path = path[1 : n-1]
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	if _, err := os.Stat(path); err != nil && filepath.Separator == '/' {
		if plain := strings.ReplaceAll(path, `\ `, " "); plain != path {
			return plain
		}
	}
	return path
}

// evidenceOf lists the files of a site: host, age, file, and why one of them
// does not count.
func (p *program) evidenceOf(s site.Site) []string {
	var out []string
	for _, file := range s.Evidence {
		e, origin, _, err := winhost.Load(file)
		if err != nil {
			out = append(out, "not counted: "+err.Error())
			continue
		}
		line := fmt.Sprintf("%s, collected %s (%s), %s", e.Host, e.Collected.UTC().Format("2006-01-02 15:04Z"), p.age(e.Collected), netprobe.Clean(filepath.Base(file)))
		if why := p.unfit(s, piece{path: file, e: e, origin: origin}); why != "" {
			line += "; not counted: it " + why
		}
		out = append(out, line)
	}
	return out
}
