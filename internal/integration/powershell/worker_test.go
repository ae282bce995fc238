package powershell_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// worker is a process of the evaluator, which runs one script after the other:
// what was compiled for one serves the next.
type worker struct {
	cmd     *exec.Cmd
	jobs    io.WriteCloser
	answers *bufio.Reader
	wrong   bytes.Buffer
}

// hand gives a job to a worker that is free, and waits for how it ended.
func (e *evaluator) hand(job []string) (int, error) {
	w := <-e.free
	defer func() { e.free <- w }()
	if w.cmd == nil {
		if err := w.start(e); err != nil {
			return 0, err
		}
	}
	_, err := io.WriteString(w.jobs, strings.Join(job, "\t")+"\n")
	line, unread := w.answers.ReadString('\n')
	if err != nil || unread != nil {
		err = fmt.Errorf("it is gone: %w\n%s", w.cmd.Wait(), w.wrong.String())
		w = &worker{}
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

func (w *worker) start(e *evaluator) error {
	home, err := os.MkdirTemp(e.cache, "home")
	if err != nil {
		return err
	}
	// What is compiled while it runs is quicker than what was ahead.
	w.cmd = exec.Command("mono", "-O=-aot", e.program)
	w.cmd.Dir, w.cmd.Stderr = home, &w.wrong
	w.cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "LD_PRELOAD="+e.library, "HOME="+home, "XDG_CONFIG_HOME="+home, "MONO_TLS_PROVIDER=btls", "http_proxy=", "https_proxy=")
	if w.jobs, err = w.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	w.answers = bufio.NewReader(out)
	return w.cmd.Start()
}

// close ends the workers.
func (e *evaluator) close() {
	for range cap(e.free) {
		if w := <-e.free; w.cmd != nil {
			_ = w.jobs.Close()
			_ = w.cmd.Wait() // what it had to say it has said
		}
	}
}
