package steps_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/steps"
)

// source is one file of a room, without its tests.
type source struct {
	path string
	file *ast.File
}

// rooms are the files of the rooms by folder.
func rooms(t *testing.T) map[string][]source {
	t.Helper()
	out := map[string][]source{}
	err := filepath.WalkDir(filepath.Join("..", "checks"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		room := filepath.Base(filepath.Dir(path))
		if room == "checks" || room == "checkstest" {
			return nil // the engine, and how its rooms are tested
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		out[room] = append(out[room], source{path, file})
		return err
	})
	if err != nil || len(out) < 10 {
		t.Fatalf("%d rooms were read: %v", len(out), err)
	}
	return out
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func catalogue(t *testing.T) checks.Catalogue {
	t.Helper()
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	return causes
}

func declarations(t *testing.T) checks.Set {
	t.Helper()
	var all []checks.Check
	for _, s := range steps.Order(steps.Ports{}) {
		all = append(all, s.Checks...)
	}
	set, err := checks.NewSet(all)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestCausesThatRoomsName reads the rooms' source: whatever looks like the id
// of a check or cause is one, what stands where a cause belongs is a cause, and
// no cause is left that nobody can name.
func TestCausesThatRoomsName(t *testing.T) {
	causes, set := catalogue(t), declarations(t)
	var areas []string
	for _, s := range steps.Order(steps.Ports{}) {
		areas = append(areas, string(s.ID))
	}
	form := regexp.MustCompile(`^(` + strings.Join(areas, "|") + `)\.[a-z0-9-]+$`)
	named := map[checks.CauseID]bool{}
	for _, files := range rooms(t) {
		for _, f := range files {
			if filepath.Base(f.path) == "causes.go" {
				continue
			}
			ast.Inspect(f.file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					id, ok := text(n)
					if !ok || !form.MatchString(id) {
						return true
					}
					_, cause := causes[checks.CauseID(id)]
					_, check := set.Find(checks.ID(id))
					if !cause && !check {
						t.Errorf("%s names %q, which is neither a check nor a cause", f.path, id)
					}
					named[checks.CauseID(id)] = named[checks.CauseID(id)] || cause
				case *ast.CallExpr:
					if c, ok := blames(n); ok && causes[c].ID == "" {
						t.Errorf("%s: the cause %q is not in the catalogue", f.path, c)
					}
				case *ast.KeyValueExpr:
					key, ok := n.Key.(*ast.Ident)
					if id, is := text(n.Value); ok && is && strings.EqualFold(key.Name, "cause") && causes[checks.CauseID(id)].ID == "" {
						t.Errorf("%s: the cause %q is not in the catalogue", f.path, id)
					}
				}
				return true
			})
		}
	}
	for id := range causes {
		if !named[id] {
			t.Errorf("no check can name the cause %s", id)
		}
	}
}

// blames is the cause that a call names.
func blames(call *ast.CallExpr) (checks.CauseID, bool) {
	at := map[string]int{"Failed": 0, "Warned": 0, "fail": 0, "refused": 1, "CauseID": 0}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	i, known := at[name]
	if !known || i >= len(call.Args) {
		return "", false
	}
	id, ok := text(call.Args[i])
	return checks.CauseID(id), ok && id != ""
}

func TestEveryCauseHelps(t *testing.T) {
	roles := []checks.Role{checks.ADAdmin, checks.EntraAdmin, checks.QlikAdmin, checks.NetworkAdmin, checks.HostAdmin, checks.Yourself}
	shells := []checks.Shell{checks.PowerShell, checks.Cmd, checks.Portal, checks.QMC, checks.Bash}
	areas := map[string]bool{}
	for _, s := range steps.Order(steps.Ports{}) {
		areas[string(s.ID)] = true
	}
	for id, c := range catalogue(t) {
		area, _, _ := strings.Cut(string(id), ".")
		if c.ID != id || !areas[area] {
			t.Errorf("%s belongs to no step", id)
		}
		for what, sentence := range map[string]string{"title": c.Title, "because": c.Because, "more": c.More} {
			if strings.TrimSpace(sentence) == "" {
				t.Errorf("%s has no %s", id, what)
			}
		}
		if strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Because, ".") || !strings.HasSuffix(c.More, ".") {
			t.Errorf("%s: a title is no sentence, the rest are", id)
		}
		for _, f := range c.Fixes {
			if f.Text == "" || !slices.Contains(roles, f.Who) {
				t.Errorf("%s: %q is for %q", id, f.Text, f.Who)
			}
			if (f.Command == "") != (f.Shell == checks.NoShell) || f.Command != "" && !slices.Contains(shells, f.Shell) {
				t.Errorf("%s: %q is typed in %q", id, f.Command, f.Shell)
			}
			if strings.ContainsAny(f.Command, "\n\r") || strings.TrimSpace(f.Command) != f.Command {
				t.Errorf("%s: %q is not one line", id, f.Command)
			}
		}
	}
}

// TestPlaceholders shows that a complete site, and what the room's results
// bring, fill every sentence and command of a cause.
func TestPlaceholders(t *testing.T) {
	causes := catalogue(t)
	filled := checks.Vars(completeSite())
	brought := map[string]map[string]string{} // by the area of the room's causes
	for room, files := range rooms(t) {
		values := map[string]string{}
		area := ""
		for _, f := range files {
			ast.Inspect(f.file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Var" && len(n.Args) == 2 {
						if name, ok := text(n.Args[0]); ok {
							values[name] = "value"
						}
					}
				case *ast.BasicLit:
					if id, ok := text(n); ok && causes[checks.CauseID(id)].ID != "" {
						area, _, _ = strings.Cut(id, ".")
					}
				}
				return true
			})
		}
		if area == "" {
			t.Errorf("the room %s names no cause", room)
		}
		brought[area] = values
	}
	for id, c := range causes {
		area, _, _ := strings.Cut(string(id), ".")
		values := maps.Clone(filled)
		maps.Copy(values, brought[area])
		for _, m := range c.Remedies(values) {
			for _, s := range []string{m.Text, m.Command} {
				if left := placeholders(s); left != nil {
					t.Errorf("%s: nobody fills %v in %q", id, left, s)
				}
			}
		}
		if left := placeholders(checks.Fill(c.Because, values, checks.NoShell)); left != nil {
			t.Errorf("%s: nobody fills %v in %q", id, left, c.Because)
		}
		if left := placeholders(c.Title + c.More); left != nil {
			t.Errorf("%s: %v stands where nothing is filled in", id, left)
		}
	}
}
