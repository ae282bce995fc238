package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"sensegate/internal/cli"
)

// run is the program in this process; it returns the exit code, and what was
// printed on both outputs.
func run(t testing.TB, args ...string) (code int, said string) {
	t.Helper()
	out, wrong, code := runApart(t, args...)
	return code, out + wrong
}

// runApart is run with the two outputs apart.
func runApart(t testing.TB, args ...string) (out, wrong string, code int) {
	t.Helper()
	return runApartIn(t, nil, args...)
}

// runIn is run with an environment of its own.
func runIn(t testing.TB, env []string, args ...string) (code int, said string) {
	t.Helper()
	out, wrong, code := runApartIn(t, env, args...)
	return code, out + wrong
}

// runApartIn is both: later settings win.
func runApartIn(t testing.TB, env []string, args ...string) (out, wrong string, code int) {
	t.Helper()
	home := t.TempDir()
	open := func(name string, flag int) *os.File {
		f, err := os.OpenFile(name, flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	in := open(os.DevNull, os.O_RDONLY)
	outs := [2]*os.File{}
	for i, name := range []string{"out", "err"} {
		outs[i] = open(filepath.Join(home, name), os.O_CREATE|os.O_WRONLY)
	}
	code = cli.Main(t.Context(), cli.Process{
		Args: args, In: in, Out: outs[0], Err: outs[1],
		Environ: append([]string{"SENSEGATE_HOME=" + filepath.Join(home, "sensegate")}, env...),
	})
	texts := [2]string{}
	for i, f := range outs {
		raw, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(raw)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	return texts[0], texts[1], code
}
