package wine_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/foreign"
)

// prefix is a Windows machine of the test's own.
type prefix struct {
	dir, work string
	env       []string
}

const compiler = "x86_64-w64-mingw32-gcc"

// boot makes the machine: Wine's own, the library that Go needs, the program
// under test and a service in two versions.
func boot(t *testing.T) *prefix {
	t.Helper()
	foreign.Need(t, "the packages wine, wine64 and gcc-mingw-w64-x86-64", "wine", "wineboot", "wineserver", compiler, "x86_64-w64-mingw32-windres")
	work := t.TempDir()
	p := &prefix{dir: filepath.Join(work, "prefix"), work: work}
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !strings.HasPrefix(name, "WINE") && !strings.HasPrefix(name, "SENSEGATE_") && name != "DISPLAY" {
			p.env = append(p.env, kv)
		}
	}
	// No menus, no browser engine, no .NET of its own: nothing to ask about.
	p.env = append(p.env, "WINEPREFIX="+p.dir, "WINEDEBUG=-all,err+sc", "WINEDLLOVERRIDES=winemenubuilder.exe,mscoree,mshtml=d", "WINEARCH=win64")
	t.Cleanup(func() {
		// t.Context has ended by now, and the machine has to be switched off all the same.
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) //nolint:usetesting // see above
		defer cancel()
		for _, how := range []string{"-k", "-w"} {
			cmd := exec.CommandContext(ctx, "wineserver", how)
			cmd.Env = p.env
			_ = cmd.Run() // there may be nothing left to stop
		}
	})
	p.host(t, nil, "wineboot", "-i")
	p.host(t, nil, "wineserver", "-w") // what it set up is written down when it is off
	p.stayOn(t)
	p.compile(t, filepath.Join(p.dir, "drive_c", "windows", "system32", "bcryptprimitives.dll"), "-shared", "testdata/bcryptprimitives.c")
	for version, name := range map[string]string{"4892": "now.exe", "400": "old.exe"} {
		res := filepath.Join(work, name+".o")
		p.host(t, nil, "x86_64-w64-mingw32-windres", "-DMAJOR=1", "-DMINOR=5", "-DBUILD="+version, "testdata/version.rc", "-O", "coff", "-o", res)
		p.compile(t, filepath.Join(work, name), "testdata/service.c", res)
	}
	p.host(t, []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}, "go", "build", "-o", filepath.Join(work, "sensegate.exe"), "sensegate")
	return p
}

// stayOn keeps a program running: the machine is switched off with the last one,
// and starts its services by itself when it is switched on again.
func (p *prefix) stayOn(t *testing.T) {
	t.Helper()
	in, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "wine", "cmd", "/q")
	cmd.Env, cmd.Stdin = p.env, in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()   // both ends are given up
		_ = hold.Close() // so that it ends by itself
		_ = cmd.Wait()   // or with the test's context
	})
}

func (p *prefix) compile(t *testing.T, out string, args ...string) {
	t.Helper()
	p.host(t, nil, compiler, append(append([]string{"-O1", "-o", out}, args...), "-ladvapi32")...)
}

// host runs a program of this machine.
func (p *prefix) host(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(append([]string{}, p.env...), env...)
	// Daemons that Wine leaves behind must not hold the test by its output.
	log, err := os.CreateTemp(p.work, "log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // read by its name below
	cmd.Stdout, cmd.Stderr = log, log
	runErr := cmd.Run()
	out, err := os.ReadFile(log.Name())
	if runErr != nil || err != nil {
		t.Fatalf("%s %s: %v %v\n%s", program, strings.Join(args, " "), runErr, err, out)
	}
	return string(out)
}

// wine runs a Windows program.
func (p *prefix) wine(t *testing.T, args ...string) string {
	t.Helper()
	return p.host(t, nil, "wine", args...)
}

// reg writes a value below HKEY_LOCAL_MACHINE; clear takes it away. On a busy
// machine a program of Wine's may end without a word before it began; writing
// twice does no harm.
func (p *prefix) reg(t *testing.T, key, name, kind, value string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		cmd := exec.CommandContext(t.Context(), "wine", "reg", "add", `HKLM\`+key, "/v", name, "/t", kind, "/d", value, "/f")
		cmd.Env = p.env
		err := cmd.Run()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("writing %s of %s: %v", name, key, err)
		}
	}
}

func (p *prefix) clear(t *testing.T, key, name string) {
	t.Helper()
	p.wine(t, "reg", "delete", `HKLM\`+key, "/v", name, "/f")
}

// file lays a file down below drive C.
func (p *prefix) file(t *testing.T, path, content string) {
	t.Helper()
	at := p.at(path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (p *prefix) remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(p.at(path)); err != nil {
		t.Fatal(err)
	}
}

func (p *prefix) at(path string) string {
	return filepath.Join(p.dir, "drive_c", filepath.FromSlash(path))
}

// install puts one of the two versions in a service's place, under the running
// one if need be.
func (p *prefix) install(t *testing.T, version, path string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(p.work, version))
	if err != nil {
		t.Fatal(err)
	}
	p.file(t, path+".new", string(raw))
	if err := os.Rename(p.at(path+".new"), p.at(path)); err != nil {
		t.Fatal(err)
	}
}

// service makes a service, and starts it unless it is disabled.
func (p *prefix) service(t *testing.T, name, path, start, account string) {
	t.Helper()
	p.wine(t, "sc", "create", name, "binPath=", `"C:\`+strings.ReplaceAll(path, "/", `\`)+`"`, "start=", start, "obj=", account)
	if start != "disabled" {
		p.start(t, name)
	}
}

func (p *prefix) start(t *testing.T, name string) {
	t.Helper()
	p.until(t, name, "start", "RUNNING")
}

func (p *prefix) stop(t *testing.T, name string) {
	t.Helper()
	p.until(t, name, "stop", "STOPPED")
}

func (p *prefix) uninstall(t *testing.T, name string) {
	t.Helper()
	p.wine(t, "sc", "delete", name)
}

// until asks for a state until it is there: a service that is just ending
// cannot be started yet.
func (p *prefix) until(t *testing.T, name, ask, state string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		cmd := exec.CommandContext(t.Context(), "wine", "sc", ask, name)
		cmd.Env = p.env
		_ = cmd.Run() // the query tells
		out := p.wine(t, "sc", "query", name)
		if strings.Contains(out, state) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not %s:\n%s", name, state, out)
		}
	}
}
