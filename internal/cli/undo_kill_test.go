package cli_test

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// kills PATTERN ARGUMENT...: runs sensegate and kills it, as a power cut would,
// when it says a line that matches.
func kills(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: kills PATTERN ARGUMENT...")
	}
	cmd := exec.Command("sensegate", args[1:]...) // it ends by being killed, not with a context
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "SENSEGATE_HOME="+ts.Getenv("SENSEGATE_HOME"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines, want := bufio.NewScanner(out), regexp.MustCompile(args[0])
	for lines.Scan() {
		if want.MatchString(lines.Text()) {
			ts.Check(cmd.Process.Kill())
			_ = cmd.Wait() // it was killed
			return
		}
	}
	_ = cmd.Wait() // what it said is what counts
	ts.Fatalf("it never said %q", args[0])
}
