//go:build unix

package terminal

import (
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestAcceptance05 walks the whole practice lab in lines, from the first step to
// the last, by answering what is asked: every byte that came out is text, no
// line was written twice over, and in ASCII there is nothing else.
func TestAcceptance05(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		name := map[bool]string{true: "ascii", false: "unicode"}[ascii]
		t.Run(name, func(t *testing.T) {
			args := []string{"demo", "--accessible"}
			if ascii {
				args = append(args, "--ascii")
			}
			cmd := exec.Command(sensegate, args...)
			cmd.Env = environment(t)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said, answers := converse(t, in, out)
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, said[max(0, len(said)-600):])
			}
			if !strings.Contains(said, "DONE: every gate is open") || !strings.Contains(said, "SIMULATED") {
				t.Errorf("not the whole way:\n%s", said[max(0, len(said)-2000):])
			}
			t.Logf("%d answers, %d lines", answers, strings.Count(said, "\n"))
			for i, r := range said {
				if r != '\n' && r < ' ' || r == 0x7f || ascii && r > '~' {
					t.Fatalf("%U at %d: %q", r, i, said[max(0, i-60):i])
				}
			}
		})
	}
}

var asked = regexp.MustCompile(`(?m)^(?:.*What now\?|Apply this plan\?|To go on, type the name (\S+?)\. .*)$`)

// converse answers each question as somebody would who wants to get on: with an
// empty line, with yes, with the name that is asked for.
func converse(t *testing.T, in io.WriteCloser, out io.Reader) (said string, answers int) {
	t.Helper()
	var all bytes.Buffer
	buf := make([]byte, 16*1024)
	at := 0
	for {
		n, err := out.Read(buf)
		all.Write(buf[:n])
		for {
			m := asked.FindStringSubmatchIndex(all.String()[at:])
			if m == nil || answers > 200 {
				break
			}
			question := all.String()[at+m[0] : at+m[1]]
			// The list of choices has to have been written: its last is always to quit.
			rest := all.String()[at+m[1]:]
			if m[2] < 0 && !strings.Contains(rest, ", or q\n") && !strings.Contains(rest, ", or no\n") {
				break
			}
			answer := ""
			switch {
			case m[2] >= 0:
				answer = all.String()[at+m[2] : at+m[3]]
			case strings.HasPrefix(question, "Apply"):
				answer = "yes"
			}
			at += m[1]
			answers++
			if _, err := io.WriteString(in, answer+"\n"); err != nil {
				return all.String(), answers
			}
		}
		if err != nil {
			return all.String(), answers
		}
	}
}
