package ad_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// clientEnv is the environment of other people's clients of this domain.
func clientEnv(d *dc, dir string) []string {
	conf := filepath.Join(dir, "krb5.conf")
	text := "[libdefaults]\n default_realm = " + realmName + "\n dns_lookup_kdc = true\n rdns = false\n dns_canonicalize_hostname = false\n udp_preference_limit = 1\n" +
		// As hardened as we are: RC4 is neither offered nor taken.
		" permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		panic(err)
	}
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "KRB5") || strings.HasPrefix(kv, "LDAP")
	})
	return append(env, "LC_ALL=C", "KRB5_CONFIG="+conf, "KRB5CCNAME=FILE:"+filepath.Join(dir, "cc"), "LDAPTLS_CACERT="+d.path("tls", "ca.pem"))
}

// client runs a program of somebody else and gives its exit code and words.
func (d *dc) client(t *testing.T, stdin, program string, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Stdin = d.env, strings.NewReader(stdin)
	both, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("%s: %v", program, err)
	}
	return string(both), cmd.ProcessState.ExitCode()
}

// must is client for what has to succeed.
func (d *dc) must(t *testing.T, stdin, program string, args ...string) string {
	t.Helper()
	out, code := d.client(t, stdin, program, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit %d\n%s", program, strings.Join(args, " "), code, out)
	}
	return out
}

// tool runs samba-tool on the running domain's database.
func (d *dc) tool(t *testing.T, args ...string) string {
	t.Helper()
	return d.must(t, "", "samba-tool", append(args, "-s", d.path("etc", "smb.conf"), "-H", d.path("private", "sam.ldb"), "--option=log level=0")...)
}

// spnsOf are the names that samba-tool lists for an account.
func (d *dc) spnsOf(t *testing.T, account string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(d.tool(t, "spn", "list", account)) {
		if line = strings.TrimSpace(line); strings.Contains(line, "/") && !strings.Contains(line, " ") {
			out = append(out, line)
		}
	}
	return out
}
