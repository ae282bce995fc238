package cli_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sensegate/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sensegate": func() { os.Exit(program()) }})
}

// program is what main does, with the version of a release.
func program() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(),
		Version: cli.Version{Number: "v9.8.7", Commit: "0123456789abcdef"},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("SENSEGATE_HOME", filepath.Join(e.WorkDir, "home"))
			e.Values[runningLab{}] = new(*running)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "refuses": refuses, "starts": starts, "stops": stops, "kills": kills,
		},
		RequireUniqueNames: true,
	})
}

// exits CODE COMMAND...: the command ends with exactly that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var ended *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// refuses PATTERN ARGUMENT...: sensegate says what is wrong in one sentence
// that matches, on standard error alone, and exits with 2.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: refuses PATTERN [ARGUMENT...]")
	}
	exits(ts, false, append([]string{"2", "sensegate"}, args[1:]...))
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output is not empty: %q", out)
	}
	said := ts.ReadFile("stderr")
	line, more, _ := strings.Cut(said, "\n")
	switch {
	case more != "" || !strings.HasSuffix(said, "\n"):
		ts.Fatalf("not one line: %q", said)
	case !strings.HasPrefix(line, "sensegate: "):
		ts.Fatalf("who speaks? %q", line)
	case regexp.MustCompile(`%!|\bsite\.[A-Z]|!!|<nil>|errors?:`).MatchString(line):
		ts.Fatalf("this is a programmer's sentence: %q", line)
	case !regexp.MustCompile(args[0]).MatchString(line):
		ts.Fatalf("it does not match %q: %q", args[0], line)
	}
}
