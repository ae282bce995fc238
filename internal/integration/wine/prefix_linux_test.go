package wine_test

import (
	"bufio"
	"context"
	"fmt"
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

// boot makes the machine with the program under test, a service in three
// versions, and what changes the machine's state.
func boot(t *testing.T) *prefix {
	t.Helper()
	p := made(t)
	p.compile(t, filepath.Join(p.work, "box.exe"), "-municode", "testdata/box.c", "-lcrypt32")
	for name, build := range map[string][]string{"now.exe": {"4892"}, "old.exe": {"400"}, "slow.exe": {"4892", "-DFIRST=SERVICE_START_PENDING"}} {
		res := filepath.Join(p.work, name+".o")
		p.host(t, nil, "x86_64-w64-mingw32-windres", "-DMAJOR=1", "-DMINOR=5", "-DBUILD="+build[0], "testdata/version.rc", "-O", "coff", "-o", res)
		p.compile(t, filepath.Join(p.work, name), append([]string{"testdata/service.c", res}, build[1:]...)...)
	}
	p.host(t, []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}, "go", "build", "-o", filepath.Join(p.work, "sensegate.exe"), "sensegate")
	return p
}

// made is the machine alone: Wine's own, and the library that Go needs.
func made(t *testing.T) *prefix {
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

// value is a value of the registry below HKEY_LOCAL_MACHINE, its data as a .reg
// file has it: dword:00000001, "text", hex:00, or - to take it away.
type value struct{ key, name, data string }

// registry writes values, all in one go. On a busy machine a program of Wine's may
// end without a word before it began; writing twice does no harm.
func (p *prefix) registry(t *testing.T, list ...value) {
	t.Helper()
	var b strings.Builder
	b.WriteString("REGEDIT4\r\n")
	for _, v := range list {
		fmt.Fprintf(&b, "\r\n[HKEY_LOCAL_MACHINE\\%s]\r\n%q=%s\r\n", v.key, v.name, v.data)
	}
	file := filepath.Join(p.work, "values.reg")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p.again(t, "writing the registry", func() *exec.Cmd { return exec.CommandContext(t.Context(), "wine", "regedit", "/S", windowsPath(file)) })
}

// again runs a program until it ends well.
func (p *prefix) again(t *testing.T, what string, program func() *exec.Cmd) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		cmd := program()
		cmd.Env = p.env
		err := cmd.Run()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// windowsPath is a file of this machine as the other one sees it.
func windowsPath(file string) string { return "Z:" + strings.ReplaceAll(file, "/", `\`) }

// order has the machine's services and stores changed, one order after the
// other; each is waited for.
func (p *prefix) order(t *testing.T, orders ...[]string) {
	t.Helper()
	args := []string{filepath.Join(p.work, "box.exe")}
	for _, o := range orders {
		args = append(append(args, o...), "+")
	}
	p.wine(t, args...)
}

// hold keeps a file of drive C open so that nobody else may, until it is let go.
func (p *prefix) hold(t *testing.T, path string) (letGo func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "wine", filepath.Join(p.work, "box.exe"), "hold", onDriveC(path))
	cmd.Env = p.env
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
	if said, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(said, "held") {
		t.Fatalf("holding %s: %q %v", path, said, err)
	}
	return func() {
		_ = in.Close() // it ends with its input
		_ = cmd.Wait() // or with the test's context
	}
}

// onDriveC is a path below drive C as Windows writes it.
func onDriveC(path string) string { return `C:\` + strings.ReplaceAll(path, "/", `\`) }

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

func (p *prefix) remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Remove(p.at(path)); err != nil {
			t.Fatal(err)
		}
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
