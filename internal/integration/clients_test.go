package integration_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
)

// environment is the caller's without what would lead a client astray, and
// with a place for the program's own state. Later settings win.
func environment(t *testing.T, set ...string) []string {
	t.Helper()
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		name = strings.ToUpper(name)
		return strings.HasPrefix(name, "SENSEGATE_") || strings.HasPrefix(name, "KRB5") ||
			strings.HasPrefix(name, "LDAP") || strings.HasSuffix(name, "_PROXY") ||
			// These ask for lines instead of screens.
			name == "CI" || name == "ACCESSIBLE"
	})
	env = append(env, "SENSEGATE_HOME="+t.TempDir(), "LC_ALL=C", "NO_COLOR=1")
	return append(env, set...)
}

// run runs a client to its end and gives its exit code, -1 when it did not run,
// and what it printed: with its complaints only when it failed.
func run(t *testing.T, env []string, stdin, program string, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Stdin = env, strings.NewReader(stdin)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		return err.Error(), -1
	}
	if code = cmd.ProcessState.ExitCode(); code != 0 {
		return stdout.String() + stderr.String(), code
	}
	return stdout.String(), 0
}

// must is run for what has to succeed.
func must(t *testing.T, env []string, stdin, program string, args ...string) string {
	t.Helper()
	out, code := run(t, env, stdin, program, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit %d\n%s", program, strings.Join(args, " "), code, out)
	}
	return out
}

// ticketEnv is the environment of Kerberos clients, with an empty cache.
func (l *lab) ticketEnv(t *testing.T, set ...string) []string {
	t.Helper()
	return environment(t, append([]string{
		"KRB5_CONFIG=" + l.path("krb5.conf"), "KRB5CCNAME=FILE:" + filepath.Join(t.TempDir(), "cc"),
	}, set...)...)
}

// curl has the arguments that send the lab's names to where they listen, and
// trust its authority; nothing else is resolved or trusted.
func (l *lab) curl(t *testing.T, more ...string) []string {
	t.Helper()
	args := []string{"-sS", "-m", "30", "--cacert", l.path("ca.pem")}
	for _, to := range []struct{ name, server string }{
		{contoso.LoginHost + ":443", "login"},
		{contoso.GraphHost + ":443", "graph"},
		{contoso.ExternalHost + ":443", "appproxy"},
		{contoso.QlikHost + ":443", "qlik"},
	} {
		args = append(args, "--connect-to", to.name+":"+l.at(t, to.server))
	}
	return append(args, more...)
}

// repositoryCurl is curl with the certificates that the Qlik console exports.
func (l *lab) repositoryCurl(t *testing.T, path string) []string {
	t.Helper()
	const key = "0123456789abcdef"
	host := contoso.QlikNode + ":4242"
	return []string{
		"-sS", "-m", "30", "--fail-with-body", "--cacert", l.path("qlik", "root.pem"),
		"--cert", l.path("qlik", "client.pem"), "--key", l.path("qlik", "client_key.pem"),
		"--connect-to", host + ":" + l.at(t, "repository"),
		"-H", "X-Qlik-Xrfkey: " + key, "-H", "X-Qlik-User: UserDirectory=INTERNAL; UserId=sa_api",
		"https://" + host + "/qrs/" + path + "?xrfkey=" + key,
	}
}

// named gives an environment in which the domain controller's name resolves.
// OpenLDAP takes the name both for the connection and for the ticket, and has
// no option to part them; nss_wrapper answers for the system's resolver.
func named(t *testing.T, env []string) []string {
	t.Helper()
	const library = "libnss_wrapper.so"
	env = append(env, "LD_PRELOAD="+library)
	// The loader complains about a library that it cannot find, and goes on.
	probe := exec.CommandContext(t.Context(), "true")
	probe.Env = env
	if out, err := probe.CombinedOutput(); err != nil || strings.Contains(string(out), library) {
		foreign.Missing(t, library, "the package libnss-wrapper")
	}
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte("127.0.0.1 "+contoso.DC+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(env, "NSS_WRAPPER_HOSTS="+hosts)
}

// nodeEnv is for scripts that use the libraries of .ci/clients.
func nodeEnv(t *testing.T, set ...string) []string {
	t.Helper()
	modules := foreign.Modules(t, "enigma.js", "qrs-interact", "ws")
	return environment(t, append([]string{"NODE_PATH=" + modules}, set...)...)
}

// split takes host:port apart.
func split(t *testing.T, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}
