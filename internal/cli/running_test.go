package cli_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// running is the lab that a script started.
type running struct {
	cmd   *exec.Cmd
	said  strings.Builder
	wrong strings.Builder
	ended chan struct{} // closed when it says no more
}

// runningLab is the key under which a script finds it.
type runningLab struct{}

// starts ARGUMENT...: runs `sensegate lab` until the script ends, and goes on
// when it says ready.
func starts(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: starts [ARGUMENT...]")
	}
	l := &running{ended: make(chan struct{})}
	// It ends with the script, not with a context: it shall be interrupted.
	l.cmd = exec.Command("sensegate", append([]string{"lab"}, args...)...)
	l.cmd.Dir = ts.MkAbs(".")
	l.cmd.Env = append(os.Environ(), "SENSEGATE_HOME="+ts.Getenv("SENSEGATE_HOME"))
	l.cmd.Stderr = &l.wrong
	out, err := l.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(l.cmd.Start())
	ready := make(chan struct{})
	go l.listen(bufio.NewReader(out), ready)
	ts.Defer(func() {
		_ = l.cmd.Process.Kill() // a script may have stopped it
		<-l.ended
		_ = l.cmd.Wait() // as above
	})
	select {
	case <-ready:
		*ts.Value(runningLab{}).(**running) = l
	case <-l.ended:
		ts.Fatalf("the lab ended before it was ready")
	case <-time.After(20 * time.Second):
		ts.Fatalf("the lab is not ready after 20 s")
	}
}

func (l *running) listen(out *bufio.Reader, ready chan<- struct{}) {
	defer close(l.ended)
	for told := false; ; {
		line, err := out.ReadString('\n')
		l.said.WriteString(line)
		if err != nil {
			return
		}
		if line == "ready\n" && !told {
			told = true
			close(ready)
		}
	}
}

// stops: interrupts the lab, which goes in peace and at once; what it said is
// there for the commands stdout and stderr.
func stops(ts *testscript.TestScript, neg bool, args []string) {
	l := *ts.Value(runningLab{}).(**running)
	if neg || len(args) > 0 || l == nil {
		ts.Fatalf("usage: stops, after starts")
	}
	begun := time.Now()
	ts.Check(l.cmd.Process.Signal(os.Interrupt))
	<-l.ended
	if err := l.cmd.Wait(); err != nil {
		ts.Fatalf("the lab ended with %v\n%s", err, &l.wrong)
	}
	if took := time.Since(begun); took > 2*time.Second {
		ts.Fatalf("the lab took %s to end", took)
	}
	_, err := io.WriteString(ts.Stdout(), l.said.String())
	ts.Check(err)
	_, err = io.WriteString(ts.Stderr(), l.wrong.String())
	ts.Check(err)
}
