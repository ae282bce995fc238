package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sensegate/internal/site"
)

// How long to wait for another import into the same file, and from when on the
// other one is taken for one that was killed.
const (
	othersPatience = 5 * time.Second
	othersDead     = time.Minute
)

// nameEvidence adds evidence to a site file that somebody may have written by
// hand: nothing else in it is touched, and another import is waited for.
func nameEvidence(ctx context.Context, file string, names []string) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return fmt.Errorf("finding the site file: %w", err)
	}
	next, err := claim(ctx, file)
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	err = rewrite(file, next, names)
	if err = errors.Join(err, next.Close()); err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, errors.Join(err, os.Remove(next.Name())))
	}
	return nil
}

// rewrite writes what the file becomes.
func rewrite(file string, next *os.File, names []string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("looking at it: %w", err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading it: %w", err)
	}
	if raw, err = withEvidence(raw, names); err != nil {
		return err
	}
	_, err = next.Write(raw)
	return errors.Join(err, next.Chmod(info.Mode().Perm()), next.Sync())
}

// claim makes the file that will take the place of another one. Who makes it has
// the right to: whoever comes second waits until it is gone.
func claim(ctx context.Context, file string) (*os.File, error) {
	name := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".import")
	ctx, stop := context.WithTimeoutCause(ctx, othersPatience, fmt.Errorf("another import into it is under way (%s): try again in a minute", name))
	defer stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		switch {
		case err == nil:
			return f, nil
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("making what takes its place: %w", err)
		}
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > othersDead {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("clearing away what a killed import left: %w", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for its turn: %w", context.Cause(ctx))
		case <-again.C:
		}
	}
}

// withEvidence is a site file with more names in its list of evidence. Where
// the list is not written line by line the file is laid out anew.
func withEvidence(raw []byte, names []string) ([]byte, error) {
	before, err := site.Parse(raw)
	if err != nil {
		return nil, err
	}
	want := slices.Clone(before.Evidence)
	var lines []string
	for _, n := range names {
		if n = filepath.ToSlash(n); !slices.Contains(want, n) {
			want, lines = append(want, n), append(lines, n)
		}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	root := doc.Content[0]
	at := slices.IndexFunc(root.Content, func(n *yaml.Node) bool { return n.Value == "evidence" && n.Column == root.Column })
	out := inserted(raw, root, at, lines)
	if after, err := site.Parse(out); err == nil && slices.Equal(after.Evidence, want) {
		return out, nil
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	switch {
	case at < 0:
		root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "evidence"}, list)
	case root.Content[at+1].Kind == yaml.SequenceNode:
		list = root.Content[at+1]
	default:
		root.Content[at+1] = list
	}
	for _, l := range lines {
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: l})
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&doc); err != nil {
		return nil, fmt.Errorf("encoding it: %w", err)
	}
	if after, err := site.Parse(b.Bytes()); err != nil || !slices.Equal(after.Evidence, want) {
		return nil, errors.Join(errors.New("its list of evidence is written in a way that cannot be added to: write it as a list, one file a line"), err)
	}
	return b.Bytes(), nil
}

// inserted puts lines behind the last one of the list, or a list at the end.
func inserted(raw []byte, root *yaml.Node, at int, names []string) []byte {
	eol := "\n"
	if bytes.Contains(raw, []byte("\r\n")) {
		eol = "\r\n"
	}
	text := strings.SplitAfter(string(raw), "\n")
	if last := len(text) - 1; text[last] == "" {
		text = text[:last]
	}
	where, indent := len(text), strings.Repeat(" ", root.Column-1)
	var more []string
	if at < 0 {
		more, indent = append(more, indent+"evidence:"+eol), indent+"  "
	} else if list := root.Content[at+1]; len(list.Content) > 0 {
		where, indent = list.Content[len(list.Content)-1].Line, strings.Repeat(" ", list.Column-1)
	}
	for _, n := range names {
		more = append(more, indent+"- "+n+eol)
	}
	if where > 0 && !strings.HasSuffix(text[where-1], "\n") {
		text[where-1] += eol
	}
	return []byte(strings.Join(slices.Insert(text, where, more...), ""))
}
